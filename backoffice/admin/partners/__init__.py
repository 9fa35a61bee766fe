from backoffice.admin.partners import agencies, members, people, referral

__all__ = ["agencies", "members", "people", "referral"]
