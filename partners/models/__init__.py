from partners.models.agency import AgencyMember, AgencyStatus, Collection, MemberRole, TravelAgency
from partners.models.friendship import Friendship, FriendshipStatus
from partners.models.referral import ReferralPartner
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
    "PlatformRole",
    "ReferralPartner",
    "TravelAgency",
    "User",
]
