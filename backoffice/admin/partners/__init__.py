from backoffice.admin.partners import (
    agencies,
    invitations,
    members,
    payment_details,
    people,
    referral,
    sessions,
    views,
)

__all__ = [
    "agencies",
    "invitations",
    "members",
    "payment_details",
    "people",
    "referral",
    "sessions",
    "views",
]
