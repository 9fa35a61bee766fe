"""What a partner's bookings, cards and arrivals show that is worth a look. Never a verdict.

Computed when it is asked for, in a constant number of queries; nothing of it is kept.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Count, F, Func, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Right, Upper
from django.utils.translation import gettext_lazy as _

from core.models import EventLog
from core.money import HUNDRED
from finance.models import ReferralBonus, ReferralPayoutRequest
from partners.models import ReferralPartner, ReferralTouch
from partners.states import NoCredit
from sales.models import Booking
from sales.states import BookingStatus

# Fewer paid bookings say nothing.
ENOUGH = 3
ONE_TRAVELLER_PERCENT = 60
TAKEN_BACK_PERCENT = 40
# A phone's number without its country, as people write it.
PHONE_DIGITS = 9
# So many rows are named; the lists behind the links have them all.
NAMED = 5
PARTNER = "user__referral_partner"
TRICKS = (NoCredit.SELF, NoCredit.RING)


class FlagKind(models.TextChoices):
    SAME_CARD = "same_card", _("a shared card")
    ONE_TRAVELLER = "one_traveller", _("one traveller")
    MANY_REFUNDS = "many_refunds", _("many refunds")
    OWN_AGENCY = "own_agency", _("his own agency")
    REFUSED = "refused", _("refused attempts")
    SAME_PHONE = "same_phone", _("a shared phone")


@dataclass(frozen=True, slots=True)
class Where:
    """A row (``pk``) of the model ``label``, or its rows that ``fit``."""

    label: str
    pk: int | None = None
    name: str = ""
    fit: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flag:
    """What was seen, in figures; Decimals among ``facts`` are UZS."""

    kind: FlagKind
    facts: dict[str, Any]
    where: list[Where]


type Found = Iterator[tuple[int, Flag]]


def flags_of(partner_ids: Iterable[int]) -> dict[int, list[Flag]]:
    """The flags of each of these partners that has any; seven queries."""
    partners = set(partner_ids)
    flags: dict[int, list[Flag]] = defaultdict(list)
    for look in LOOKS:
        for partner_id, flag in look(partners):
            flags[partner_id].append(flag)
    return dict(flags)


Partners = set[int]


def _same_card(partners: Partners) -> Found:
    """Two partners who were, or wished to be, paid to one card."""
    asked = ReferralPayoutRequest.objects.filter(**{f"{PARTNER}__isnull": False})
    own = asked.filter(**{f"{PARTNER}__in": partners}).values("card_mark")
    uses = (
        asked.filter(card_mark__in=own)
        .order_by("user_id")
        .values_list("card_mark", "card_last4", PARTNER, f"{PARTNER}__code")
    )
    cards: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for mark, last4, partner_id, code in uses:
        cards[mark, last4][partner_id] = code
    for (_mark, last4), users in cards.items():
        for partner_id in users.keys() & partners:
            others = {pk: code for pk, code in users.items() if pk != partner_id}
            if others:
                where = _rows("partners.referralpartner", others)
                yield partner_id, Flag(FlagKind.SAME_CARD, {"card": f"•••• {last4}"}, where)


def _one_traveller(partners: Partners) -> Found:
    """Most of what was paid is one person's."""
    paid = Booking.objects.filter(referral_partner__in=partners, status=BookingStatus.PAID)
    counts: dict[int, dict[int, int]] = defaultdict(dict)
    rows = paid.order_by().values_list("referral_partner", "user").annotate(n=Count("pk"))
    for partner_id, user_id, n in rows:
        counts[partner_id][user_id] = n
    for partner_id, by_user in counts.items():
        of, user_id = sum(by_user.values()), max(by_user, key=lambda pk: by_user[pk])
        count = by_user[user_id]
        if of >= ENOUGH and 100 * count > ONE_TRAVELLER_PERCENT * of:
            facts = {"count": count, "of": of, "share": _percent(count, of)}
            fit = {"referral_partner": partner_id, "user": user_id}
            where = [Where("sales.booking", fit=fit)]
            yield partner_id, Flag(FlagKind.ONE_TRAVELLER, facts, where)


def _many_refunds(partners: Partners) -> Found:
    """Much of what he earned was taken back."""
    earned = ReferralBonus.objects.filter(booking__referral_partner__in=partners)
    rows = (
        earned.order_by()
        .values_list("booking__referral_partner", "user_id")
        .annotate(n=Count("pk"), sum=Sum("amount"), back=Sum("reversed_amount"))
    )
    for partner_id, user_id, n, total, back in rows:
        if n >= ENOUGH and HUNDRED * back > TAKEN_BACK_PERCENT * total:
            facts = {"of": n, "earned": total, "back": back, "share": _percent(back, total)}
            where = Where("finance.referralbonus", fit={"user": user_id, "reversed_amount__gt": 0})
            yield partner_id, Flag(FlagKind.MANY_REFUNDS, facts, [where])


def _own_agency(partners: Partners) -> Found:
    """He works for the agency whose tours he sells."""
    own = Booking.objects.filter(
        referral_partner__in=partners,
        agency__members__user=F("referral_partner__user"),
        agency__members__is_active=True,
    )
    rows = own.order_by().values_list("referral_partner", "agency", "agency__name")
    for partner_id, agency_id, name, count in rows.annotate(n=Count("pk", distinct=True)):
        fit = {"referral_partner": partner_id, "agency": agency_id}
        where = [
            Where("partners.travelagency", agency_id, name),
            Where("sales.booking", fit=fit),
        ]
        yield partner_id, Flag(FlagKind.OWN_AGENCY, {"agency": name, "count": count}, where)


def _refused(partners: Partners) -> Found:
    """Himself or a ring was tried: by links, and by his code typed at a booking."""
    touches = ReferralTouch.objects.filter(partner__in=partners, refusal__in=TRICKS)
    came = dict(touches.order_by().values_list("partner").annotate(n=Count("pk")))
    tried = _tried_bookings(partners)
    for partner_id in came.keys() | tried.keys():
        bookings = tried.get(partner_id, {})
        facts = {"touches": came.get(partner_id, 0), "bookings": len(bookings)}
        where = _rows("sales.booking", bookings)
        if came.get(partner_id):
            fit = {"partner": partner_id, "refusal__in": ",".join(TRICKS)}
            where.insert(0, Where("partners.referraltouch", fit=fit))
        yield partner_id, Flag(FlagKind.REFUSED, facts, where)


def _tried_bookings(partners: Partners) -> dict[int, dict[int, str]]:
    """By partner: ids and codes of bookings at which his code was refused. The booking does not
    name him then; its event keeps what was typed."""
    own = ReferralPartner.objects.filter(pk__in=partners, code=Upper(OuterRef("typed")))
    events = EventLog.objects.filter(
        action="booking.referral_refused", details__reason__in=[str(each) for each in TRICKS]
    )
    typed = events.annotate(typed=KeyTextTransform("code", "details"))
    rows = typed.annotate(partner=Subquery(own.values("pk"))).filter(partner__isnull=False)
    tried: dict[int, dict[int, str]] = defaultdict(dict)
    names = rows.order_by("pk").values_list("partner", "object_id", "object_name")
    for partner_id, booking_id, name in names:
        tried[partner_id][booking_id] = name
    return tried


def _same_phone(partners: Partners) -> Found:
    """A traveller of his has his number."""
    booked = _with_his_phone(Booking, "referral_partner", partners)
    came = _with_his_phone(ReferralTouch, "partner", partners)
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for partner_id, user_id, first, last in booked.union(came).order_by():
        found[partner_id][user_id] = f"{first} {last}".strip() or f"#{user_id}"
    for partner_id, people in found.items():
        where = _rows("partners.user", people)
        yield partner_id, Flag(FlagKind.SAME_PHONE, {"count": len(people)}, where)


def _with_his_phone(model: type[models.Model], path: str, partners: Partners) -> QuerySet[Any, Any]:
    """Partner, person and the person's names."""
    rows = model._default_manager.filter(**{f"{path}__in": partners}).order_by()
    both = rows.annotate(his=_digits(f"{path}__user__phone"), own=_digits("user__phone"))
    same = both.filter(his=F("own")).exclude(his="").exclude(user=F(f"{path}__user"))
    return same.values_list(path, "user", "user__first_name", "user__last_name")


LOOKS: tuple[Callable[[Partners], Found], ...] = (
    _same_card,
    _one_traveller,
    _many_refunds,
    _own_agency,
    _refused,
    _same_phone,
)


def _rows(label: str, names: dict[int, str]) -> list[Where]:
    return [Where(label, pk, name) for pk, name in list(names.items())[:NAMED]]


def _digits(path: str) -> Right:
    only = Func(
        F(path),
        Value(r"\D"),
        Value(""),
        Value("g"),
        function="regexp_replace",
        output_field=models.CharField(),
    )
    return Right(only, PHONE_DIGITS)


def _percent(part: int | Decimal, whole: int | Decimal) -> int:
    return int(100 * part / whole)
