"""What the platform may change at run time: each setting's default, bounds, unit and subject.

The one place that knows: the library's settings, the page with its checks and help, and
``manage.py check`` are made of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

DAY_MINUTES = 24 * 60
HUNDRED = 100
# Telegram gives its chats no longer ids than 52 bits; what is beyond fits no column.
LAST_CHAT_ID = 2**52
NO_CHAT = _("Telegram has no chat under such a number.")


class Subject(StrEnum):
    """The parts of the page, in their order."""

    BOOKING = "booking"
    PAYMENT = "payment"
    PAYOUTS = "payouts"
    BONUS = "bonus"
    MESSAGES = "messages"
    SIGN_IN = "sign-in"
    FISCAL = "fiscal"
    EXPORTS = "exports"


SUBJECTS: dict[Subject, Any] = {
    Subject.BOOKING: _("Booking"),
    Subject.PAYMENT: _("Payment"),
    Subject.PAYOUTS: _("Payouts and refunds"),
    Subject.BONUS: _("Bonus and referrals"),
    Subject.MESSAGES: _("Messages"),
    Subject.SIGN_IN: _("Sign-in"),
    Subject.FISCAL: _("Fiscal receipts"),
    Subject.EXPORTS: _("Exports"),
}


class Unit(StrEnum):
    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    SEATS = "seats"
    PERCENT = "percent"
    UZS = "uzs"


UNITS: dict[Unit, Any] = {
    Unit.SECONDS: pgettext_lazy("unit after a number", "s"),
    Unit.MINUTES: pgettext_lazy("unit after a number", "min"),
    Unit.HOURS: pgettext_lazy("unit after a number", "h"),
    Unit.DAYS: pgettext_lazy("unit after a number", "days"),
    Unit.SEATS: pgettext_lazy("unit after a number", "seats"),
    Unit.PERCENT: "%",
    Unit.UZS: _("UZS"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """``kind`` is ``int`` or a name in FIELDS; ``within`` names the setting it may not be longer
    than; ``shape`` is what a text must match; ``beyond`` is said of a number out of its bounds."""

    subject: Subject
    default: Any
    help: Any
    kind: Any = int
    unit: Unit | None = None
    least: int | None = None
    most: int | None = None
    within: str = ""
    shape: str = ""
    beyond: Any = None


def _number(
    subject: Subject, default: int, unit: Unit, bounds: tuple[int, int], help: Any, within: str = ""
) -> Setting:
    least, most = bounds
    return Setting(subject, default, help, int, unit, least, most, within)


def _chat(help: Any) -> Setting:
    """Groups have negative ids."""
    return Setting(
        Subject.MESSAGES, 0, help, least=-LAST_CHAT_ID, most=LAST_CHAT_ID, beyond=NO_CHAT
    )


# What stands for a value that is chosen.
CHOICES: dict[str, list[tuple[str, Any]]] = {
    "bonus_counts_from": [("payment", _("the payment")), ("tour_end", _("the end of the tour"))],
    "staff_roles": [
        ("manager", _("agency manager")),
        ("owner", _("agency owner")),
        ("accountant", _("accountant")),
        ("support", _("support")),
        ("admin", _("platform admin")),
    ],
}
FIELDS: dict[str, list[Any]] = {
    "optional": [
        "django.forms.fields.CharField",
        {"widget": "unfold.widgets.UnfoldAdminTextInputWidget", "required": False},
    ],
    "bonus_counts_from": [
        "django.forms.fields.ChoiceField",
        {
            "widget": "unfold.widgets.UnfoldAdminSelectWidget",
            "choices": CHOICES["bonus_counts_from"],
        },
    ],
    "staff_roles": [
        "django.forms.fields.MultipleChoiceField",
        {
            "widget": "unfold.widgets.UnfoldAdminCheckboxSelectMultipleWidget",
            "required": False,
            "choices": CHOICES["staff_roles"],
        },
    ],
    "yes_or_no": [
        "django.forms.fields.BooleanField",
        {"widget": "unfold.widgets.UnfoldBooleanSwitchWidget", "required": False},
    ],
}

SETTINGS: dict[str, Setting] = {
    # --- booking
    "HOLD_MINUTES": _number(
        Subject.BOOKING,
        60,
        Unit.MINUTES,
        (1, DAY_MINUTES),
        _("Minutes an agency has to answer a request."),
    ),
    "UNDO_SECONDS": _number(
        Subject.BOOKING,
        30,
        Unit.SECONDS,
        (0, 300),
        _("Seconds in which an approval or a rejection can be taken back; it is told after them."),
    ),
    "MAX_SEATS": _number(
        Subject.BOOKING, 20, Unit.SEATS, (1, 100), _("Seats one booking may ask for.")
    ),
    "OFFER_HOURS": _number(
        Subject.BOOKING, 24, Unit.HOURS, (1, 168), _("Hours an offer of another date stands.")
    ),
    "UNDERFILLED_DAYS": _number(
        Subject.BOOKING,
        14,
        Unit.DAYS,
        (1, 180),
        _("Days ahead in which dates below their minimum group are warned of."),
    ),
    # --- payment
    "PAYMENT_MINUTES": _number(
        Subject.PAYMENT,
        60,
        Unit.MINUTES,
        (1, DAY_MINUTES),
        _("Minutes a traveller has to pay after the approval."),
    ),
    "PIN_MINUTES": _number(
        Subject.PAYMENT,
        20,
        Unit.MINUTES,
        (1, 720),
        _("Minutes a started payment keeps the seats at least."),
    ),
    # --- payouts and refunds
    "RELEASE_DAYS": _number(
        Subject.PAYOUTS,
        3,
        Unit.DAYS,
        (1, 90),
        _("Days after a tour's end until its money can be paid out."),
    ),
    "RESERVE_DAYS": _number(
        Subject.PAYOUTS,
        90,
        Unit.DAYS,
        (0, 365),
        _("Days an agency's reserve is held back, from the day its money became available."),
    ),
    "MINIMUM_PAYOUT": _number(
        Subject.PAYOUTS,
        100_000,
        Unit.UZS,
        (0, 100_000_000),
        _("Smallest payout to an agency, UZS."),
    ),
    "REFUND_APPROVAL_LIMIT": _number(
        Subject.PAYOUTS,
        1_000_000,
        Unit.UZS,
        (0, 1_000_000_000),
        _("More than this of a payment goes back only after a second pair of eyes, UZS."),
    ),
    # --- bonus
    "PARTNER_PERCENT": _number(
        Subject.BONUS,
        3,
        Unit.PERCENT,
        (0, HUNDRED),
        _("Bonus of somebody who becomes a partner by himself, %."),
    ),
    "ATTRIBUTION_DAYS": _number(
        Subject.BONUS,
        90,
        Unit.DAYS,
        (1, 730),
        _("Days a first touch counts for a referral partner."),
    ),
    "BONUS_DELAY_DAYS": _number(
        Subject.BONUS, 7, Unit.DAYS, (1, 180), _("Days until a referral bonus can be used.")
    ),
    "BONUS_COUNTS_FROM": Setting(
        Subject.BONUS, "payment", _("From when bonus days are counted."), "bonus_counts_from"
    ),
    "BONUS_LIMIT_PERCENT": _number(
        Subject.BONUS,
        100,
        Unit.PERCENT,
        (0, HUNDRED),
        _("Share of a booking's price that bonus may pay, %."),
    ),
    "MINIMUM_WITHDRAWAL": _number(
        Subject.BONUS,
        50_000,
        Unit.UZS,
        (1, 10_000_000),
        _("Smallest withdrawal to a card, UZS."),
    ),
    "CARD_COOLDOWN_HOURS": _number(
        Subject.BONUS, 24, Unit.HOURS, (0, 720), _("Hours until a changed card is paid to.")
    ),
    # --- messages
    "REMIND_MINUTES": _number(
        Subject.MESSAGES,
        20,
        Unit.MINUTES,
        (1, DAY_MINUTES),
        _("Minutes before a request lapses at which the agency's next manager is told."),
        within="HOLD_MINUTES",
    ),
    "ALARM_MINUTES": _number(
        Subject.MESSAGES,
        10,
        Unit.MINUTES,
        (1, DAY_MINUTES),
        _("Minutes before a request lapses at which the platform is told."),
        within="HOLD_MINUTES",
    ),
    "PAY_REMINDER_MINUTES": _number(
        Subject.MESSAGES,
        15,
        Unit.MINUTES,
        (1, DAY_MINUTES),
        _("Minutes before the seats of an unpaid booking are freed at which he is reminded."),
        within="PAYMENT_MINUTES",
    ),
    "PLATFORM_CHAT_ID": _chat(
        _("Telegram chat of the platform's staff: requests that nobody answers. 0: none."),
    ),
    "ACCOUNTANTS_CHAT_ID": _chat(
        _("Telegram chat of the accountants: the daily proof of the books goes there. 0: none."),
    ),
    "SUPPORT_CONTACT": Setting(
        Subject.MESSAGES,
        "",
        _("Phone or Telegram of Circle's support, as vouchers name it. Empty: the bot."),
        "optional",
    ),
    # --- sign-in
    "SECOND_FACTOR_ROLES": Setting(
        Subject.SIGN_IN,
        ["accountant", "support", "admin"],
        _("Roles that sign in with a second factor; anybody else may."),
        "staff_roles",
    ),
    "TELEGRAM_SIGN_IN": Setting(
        Subject.SIGN_IN,
        True,
        _("Staff may sign in by a button that the bot gives them, instead of a password."),
        "yes_or_no",
    ),
    "INVITATION_DAYS": _number(
        Subject.SIGN_IN, 7, Unit.DAYS, (1, 30), _("Days an invitation of staff is good for.")
    ),
    "VIEW_AS_MINUTES": _number(
        Subject.SIGN_IN,
        30,
        Unit.MINUTES,
        (1, 240),
        _("Minutes support may look with the eyes of an agency's staff."),
    ),
    "TOKEN_HOURS": _number(
        Subject.SIGN_IN, 12, Unit.HOURS, (1, 720), _("Hours a sign-in of the Mini App is good for.")
    ),
    "INIT_DATA_HOURS": _number(
        Subject.SIGN_IN,
        24,
        Unit.HOURS,
        (1, 168),
        _("Hours after which Telegram's init data is too old."),
    ),
    "FRESH_MINUTES": _number(
        Subject.SIGN_IN,
        5,
        Unit.MINUTES,
        (1, 60),
        _("Minutes Telegram's init data is fresh enough for a withdrawal."),
    ),
    # --- fiscal receipts
    "FISCAL_MXIK": Setting(
        Subject.FISCAL,
        "",
        _("MXIK code (17 digits) of tours that have none of their own."),
        "optional",
        shape=r"^\d{17}$",
    ),
    "FISCAL_PACKAGE": Setting(
        Subject.FISCAL,
        "",
        _("Package code of tours that have none of their own."),
        "optional",
        shape=r"^\d{1,20}$",
    ),
    "FISCAL_VAT_PERCENT": _number(
        Subject.FISCAL,
        0,
        Unit.PERCENT,
        (0, HUNDRED),
        _("VAT of tours that have none of their own, %."),
    ),
    # --- exports
    "EXPORT_DAYS": _number(
        Subject.EXPORTS, 7, Unit.DAYS, (1, 90), _("Days the file of an export is kept.")
    ),
}
# On a laptop nobody is asked for a second factor.
ON_A_LAPTOP: dict[str, Any] = {"SECOND_FACTOR_ROLES": []}


def config_for(*, is_laptop: bool) -> dict[str, tuple[Any, Any, Any]]:
    """As the library wants it."""
    own = ON_A_LAPTOP if is_laptop else {}
    return {
        name: (own.get(name, each.default), each.help, each.kind) for name, each in SETTINGS.items()
    }


def out_of_bounds(values: dict[str, Any]) -> Iterator[str]:
    """The names of settings whose numbers no person could have typed in."""
    known = {name: values.get(name, setting.default) for name, setting in SETTINGS.items()}
    for name, setting in SETTINGS.items():
        most = [each for each in (setting.most, known.get(setting.within)) if each is not None]
        too_little = setting.least is not None and known[name] < setting.least
        if too_little or any(known[name] > each for each in most):
            yield name
