"""Ready reasons for a rejection: kept in the traveller's language, read by others in theirs."""

from enum import StrEnum

from django.utils.translation import gettext_lazy, override

from partners.models import Language


class Reason(StrEnum):
    SEATS = "seats"
    GROUP = "group"
    CANCELLED = "cancelled"
    GUIDE = "guide"
    WEATHER = "weather"


REASONS = {
    Reason.SEATS: gettext_lazy("No seats are left."),
    Reason.GROUP: gettext_lazy("The group did not gather."),
    Reason.CANCELLED: gettext_lazy("The date is cancelled."),
    Reason.GUIDE: gettext_lazy("There is no guide for this date."),
    Reason.WEATHER: gettext_lazy("The weather does not allow it."),
}


def reason_in(language: str, reason: Reason) -> str:
    with override(language):
        return str(REASONS[reason])


def read_reason(words: str) -> str:
    """A ready reason, kept in whichever language, in the active one; own words as they are."""
    for reason, here in REASONS.items():
        if any(words == reason_in(language, reason) for language in Language):
            return str(here)
    return words
