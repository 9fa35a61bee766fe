from partners.models.agency import (
    AgencyMember,
    AgencyStatus,
    Collection,
    MemberRole,
    PayoutCycle,
    TravelAgency,
)
from partners.models.friendship import Friendship, FriendshipStatus
from partners.models.payment_details import PaymentDetailsChange
from partners.models.referral import (
    PartnerRate,
    ReferralPartner,
    ReferralTouch,
)
from partners.models.staff import SignedInBy, StaffInvitation, StaffSession, ViewAs
from partners.models.token import AccessToken
from partners.models.user import Language, PlatformRole, User

__all__ = [
    "AccessToken",
    "AgencyMember",
    "AgencyStatus",
    "Collection",
    "Friendship",
    "FriendshipStatus",
    "Language",
    "MemberRole",
    "PartnerRate",
    "PaymentDetailsChange",
    "PayoutCycle",
    "PlatformRole",
    "ReferralPartner",
    "ReferralTouch",
    "SignedInBy",
    "StaffInvitation",
    "StaffSession",
    "TravelAgency",
    "User",
    "ViewAs",
]
