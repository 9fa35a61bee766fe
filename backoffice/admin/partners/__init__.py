from backoffice.admin.partners import agencies, members, payment_details, people, referral

__all__ = ["agencies", "members", "payment_details", "people", "referral"]
