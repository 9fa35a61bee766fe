"""Roles, and the one table of what each may do.

Every door asks this table: the admin through ``User.has_perm`` (``sales.view_booking`` is resource
``sales.booking``, act ``view``), acts through :func:`require`. Which *rows* a person sees is not
here but in each model's ``for_user``. Read it in words at "Who may what" in the back office or in
docs/permissions.md (``make permissions`` writes it anew).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.refusals import NotAllowed, Text


class Role(models.TextChoices):
    TRAVELLER = "traveller", _("traveller")
    MANAGER = "manager", _("agency manager")
    OWNER = "owner", _("agency owner")
    ACCOUNTANT = "accountant", _("accountant")
    SUPPORT = "support", _("support")
    ADMIN = "admin", _("platform admin")
    SYSTEM = "system", _("system")
    PROVIDER = "provider", _("payment provider")


PLATFORM = frozenset({Role.ACCOUNTANT, Role.SUPPORT, Role.ADMIN})
AGENCY = frozenset({Role.MANAGER, Role.OWNER})
STAFF = PLATFORM | AGENCY

# Who does what in the table below.
_ADMIN = frozenset({Role.ADMIN})
_OWNER = frozenset({Role.OWNER})
# Who answers for an agency; who sells its tours; in their stead the platform's admin.
_OWNERS = _OWNER | _ADMIN
_SELLERS = AGENCY | _ADMIN
# Who keeps the books, and who looks after people.
_BOOKS = frozenset({Role.ACCOUNTANT, Role.ADMIN})
_CARE = frozenset({Role.SUPPORT, Role.ADMIN})

Acts = dict[str, frozenset[Role]]

# Tables as files, in and out.
_FILES: Acts = {"import": _SELLERS, "export": _SELLERS}

SECTIONS: tuple[tuple[Text, dict[str, Acts]], ...] = (
    (
        _("Agencies and people"),
        {
            "partners.travelagency": {"view": STAFF, "add": _ADMIN, "change": _OWNERS},
            "partners.agencymember": {"view": _OWNERS | _CARE, "change": _OWNERS},
            "partners.staffinvitation": {
                "view": _OWNERS | _CARE,
                "add": _OWNERS,
                "revoke": _OWNERS,
            },
            "partners.user": {"view": PLATFORM, "add": _ADMIN, "change": _ADMIN},
            "partners.friendship": {"view": _CARE},
            "partners.referralpartner": {"view": PLATFORM, "add": _CARE, "stop": _CARE},
            "partners.partnerrate": {"view": PLATFORM, "add": _ADMIN},
            "partners.referraltouch": {"view": PLATFORM},
        },
    ),
    (
        _("Signing in"),
        {
            "partners.staffsession": {"view": _CARE, "end": _CARE},
            "partners.viewas": {"view": _CARE, "add": _CARE},
            "otp_totp.totpdevice": {"view": _CARE, "reset": _ADMIN},
            "axes.accessattempt": {"view": _CARE, "unlock": _CARE},
            "partners.accesstoken": {"view": _CARE},
        },
    ),
    (
        _("What is sold"),
        {
            "catalog.tour": {"view": STAFF, "add": _SELLERS, "change": _SELLERS, **_FILES},
            "catalog.tourphoto": {"view": STAFF},
            "catalog.toursession": {"view": STAFF, "add": _SELLERS, "change": _SELLERS, **_FILES},
            "catalog.promotion": {"view": STAFF, "add": _SELLERS, "change": _SELLERS},
            "catalog.promocode": {"view": STAFF, "add": _SELLERS, "change": _SELLERS, **_FILES},
            "catalog.tourcategory": {"view": STAFF, "add": _ADMIN, "change": _ADMIN},
            "catalog.tourchat": {"view": STAFF, "add": _SELLERS, "change": _SELLERS},
            "notifications.chatmember": {"view": STAFF},
            "core.media": {"view": _SELLERS | _CARE, "add": _SELLERS, "delete": _SELLERS},
        },
    ),
    (
        _("Bookings"),
        {
            "sales.bookingrequest": {"view": _SELLERS | {Role.SUPPORT}},
            "sales.booking": {
                "view": STAFF,
                "approve": _SELLERS,
                "reject": _SELLERS,
                "cancel": _SELLERS,
                "attribute": PLATFORM,
                "comment": STAFF,
            },
            "sales.bookingtraveller": {"view": STAFF, "change": _SELLERS, "checkin": _SELLERS},
            "sales.bookingcomment": {"view": STAFF},
            "sales.dateoffer": {"view": STAFF},
            "sales.customtriprequest": {"view": STAFF},
            "sales.tripproposal": {"view": STAFF},
        },
    ),
    (
        _("Money"),
        {
            "finance.paymenttransaction": {"view": STAFF},
            "finance.invoice": {"view": STAFF, "add": _BOOKS | _CARE},
            "finance.refund": {
                "view": STAFF,
                "add": _BOOKS,
                "approve": _BOOKS,
                "reject": _BOOKS,
                "send": _BOOKS,
                "complete": _BOOKS,
            },
            "finance.moneycase": {"view": _BOOKS, "decide": _BOOKS},
            "finance.payout": {
                "view": _BOOKS | _OWNER,
                "add": _BOOKS | _OWNER,
                "approve": _BOOKS,
                "cancel": _BOOKS,
                "settle": _BOOKS,
            },
            "finance.payoutregister": {"view": _BOOKS, "add": _BOOKS},
            "partners.paymentdetailschange": {
                "view": _BOOKS | _OWNER,
                "add": _BOOKS,
                "decide": _BOOKS,
            },
            "finance.commissionrate": {"view": _BOOKS | _OWNER, "add": _BOOKS, "decide": _BOOKS},
            "finance.referralbonus": {"view": PLATFORM},
            "finance.referralpayoutrequest": {
                "view": PLATFORM,
                "approve": _BOOKS,
                "reject": _BOOKS,
                "send": _BOOKS,
                "settle": _BOOKS,
            },
        },
    ),
    (
        _("Books"),
        {
            "finance.report": {"view": _BOOKS, "export": _BOOKS},
            "core.job": {"view": _BOOKS},
            "core.jobschedule": {
                "view": _BOOKS,
                "add": _BOOKS,
                "change": _BOOKS,
                "delete": _BOOKS,
            },
            "finance.account": {"view": _BOOKS | _OWNER},
            "finance.accountingtransaction": {"view": _BOOKS | _OWNER},
            "finance.ledgerentry": {"view": _BOOKS | _OWNER},
            # Support gives bonus on a person's page, and reads there what became of it.
            "finance.adjustment": {
                "view": _BOOKS,
                "add": _BOOKS,
                "grant": _BOOKS | _CARE,
                "decide": _BOOKS,
            },
            "finance.closedmonth": {"view": _BOOKS, "add": _BOOKS, "delete": _ADMIN},
            "finance.reconciliationfile": {"view": _BOOKS, "add": _BOOKS},
            "finance.reconciliationrow": {"view": _BOOKS, "resolve": _BOOKS},
        },
    ),
    (
        _("Messages"),
        {
            "notifications.notification": {"view": _SELLERS | _CARE, "retry": _SELLERS | _CARE},
            "notifications.announcement": {
                "view": _CARE,
                "add": _CARE,
                "change": _CARE,
                "start": _CARE,
                "stop": _CARE,
            },
            "notifications.preferences": {"view": _CARE},
            "notifications.operations": {"view": _CARE},
        },
    ),
    (
        _("Log and platform"),
        {
            "core.eventlog": {"view": STAFF, "export": STAFF},
            "core.savedfilter": {"view": STAFF, "add": STAFF, "delete": STAFF},
            "core.permissions": {"view": STAFF},
            "finance.providercall": {"view": _BOOKS | {Role.SUPPORT}},
            "core.eventseal": {"view": _BOOKS},
            "core.eventdelivery": {"view": _ADMIN},
            "core.idempotencykey": {"view": _ADMIN},
            "notifications.chatpace": {"view": _ADMIN},
            "constance.config": {"view": _ADMIN, "change": _ADMIN},
        },
    ),
)
# Resource (``app.model``), act, roles.
TABLE: dict[str, Acts] = {
    resource: acts for _title, section in SECTIONS for resource, acts in section.items()
}


def allowed(role: str, resource: str, act: str) -> bool:
    """Whether ``role`` may do ``act`` with ``resource`` (``app.model``, lower case)."""
    return role in TABLE.get(resource, {}).get(act, frozenset())


def require(by: Actor, resource: str, act: str) -> None:
    """Refuse with NotAllowed unless the actor's role may."""
    if not allowed(by.role, resource, act):
        raise NotAllowed


def works_for(by: Actor, agency_id: int) -> bool:
    """Whether the actor sees this agency's rows: its member, or the platform."""
    return by.role in PLATFORM or agency_id in by.agency_ids
