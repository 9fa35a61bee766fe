"""The booking: a promise of seats, with its price frozen at the request."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from catalog.states import FundedBy
from core.codes import new_code
from core.fields import MoneyField, PercentField
from core.money import ZERO
from core.state import StateField, StatefulModel, transition
from partners.states import NoCredit
from sales.states import (
    HOLDS_SEATS,
    LIVE,
    OVER,
    USES_PROMO,
    BookingStatus,
    CancelReason,
    ReferralSource,
    TravellerKind,
)


def holds_promo(at: datetime) -> Q:
    """Bookings whose promo use counts; a lapsed hold never counts."""
    return Q(status__in=LIVE, expires_at__gt=at) | Q(status__in=set(USES_PROMO) - set(LIVE))


class BookingQuerySet(models.QuerySet["Booking"]):
    def for_user(self, user) -> "BookingQuerySet":  # type: ignore[no-untyped-def]
        """The platform sees all, an agency its own, anybody the bookings he made."""
        if user.sees_all_agencies:
            return self
        return self.filter(Q(agency_id__in=user.agency_ids) | Q(user_id=user.pk))

    def for_staff(self, user) -> "BookingQuerySet":  # type: ignore[no-untyped-def]
        """The agency's side only: what the admin shows."""
        return self if user.sees_all_agencies else self.filter(agency_id__in=user.agency_ids)

    def lapsed(self, at: datetime) -> "BookingQuerySet":
        """Holds whose hour is over although nobody has expired them yet."""
        return self.filter(status__in=LIVE, expires_at__lte=at)

    def holding_promo(self, at: datetime) -> "BookingQuerySet":
        return self.filter(holds_promo(at))


class Booking(StatefulModel):
    """Seats on a session for one traveller.

    Price, all UZS: ``subtotal`` is seats x ``unit_price`` - ``child_discount`` +
    ``transport_total``; ``final_price`` is subtotal - promotion_discount - promo_discount -
    bonus_used; both are named constraints. Nothing of it changes after the request.
    """

    code = models.CharField(_("code"), max_length=12, unique=True, default=new_code, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="bookings",
        verbose_name=_("traveller"),
    )
    # The session's agency, kept here because every list of an agency starts from it.
    agency = models.ForeignKey(
        "partners.TravelAgency",
        models.PROTECT,
        related_name="bookings",
        verbose_name=_("agency"),
    )
    session = models.ForeignKey(
        "catalog.TourSession",
        models.PROTECT,
        related_name="bookings",
        verbose_name=_("session"),
    )
    seats_reserved = models.PositiveSmallIntegerField(_("seats"))
    selected_transport = models.JSONField(
        _("transport"), null=True, blank=True, help_text=_("{code, title, price}, as it was.")
    )
    promo_code = models.ForeignKey(
        "catalog.PromoCode",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bookings",
        verbose_name=_("promo code"),
    )
    promotion = models.ForeignKey(
        "catalog.Promotion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bookings",
        verbose_name=_("promotion"),
    )
    referral_partner = models.ForeignKey(
        "partners.ReferralPartner",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bookings",
        verbose_name=_("brought by"),
    )
    referral_percent = PercentField(_("partner's bonus, %"), default=ZERO)
    referral_source = models.CharField(
        _("known by"), max_length=5, choices=ReferralSource, blank=True, default=""
    )
    # Why a partner's code or the first touch did not count, or earned nothing in the end.
    referral_refusal = models.CharField(
        _("does not count"), max_length=8, choices=NoCredit, blank=True, default=NoCredit.NONE
    )

    unit_price = MoneyField(_("price per seat"))
    child_discount = MoneyField(_("less for children"), default=ZERO)
    transport_total = MoneyField(_("transport"), default=ZERO)
    subtotal = MoneyField(_("subtotal"))
    promotion_discount = MoneyField(_("promotion"), default=ZERO)
    promotion_funded_by = models.CharField(
        _("promotion paid for by"), max_length=10, choices=FundedBy, blank=True
    )
    promo_discount = MoneyField(_("promo code discount"), default=ZERO)
    promo_funded_by = models.CharField(
        _("promo code paid for by"), max_length=10, choices=FundedBy, blank=True
    )
    bonus_used = MoneyField(_("bonus used"), default=ZERO)
    final_price = MoneyField(_("to pay"))
    commission_percent = PercentField(_("commission, %"))
    cancellation_policy = models.JSONField(_("cancellation policy"), default=list, blank=True)

    status = StateField(_("status"), choices=BookingStatus, default=BookingStatus.REQUESTED)
    expires_at = models.DateTimeField(_("lapses at"), null=True, blank=True)
    # The agency's hour, kept when the request is decided: a decision taken back leaves its rest.
    answer_by = models.DateTimeField(_("to be answered by"), null=True, blank=True)
    created_at = models.DateTimeField(_("requested at"))
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
        help_text=_("Empty when the agency approves by itself."),
    )
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    cancel_reason = models.CharField(
        _("cancelled"), max_length=10, choices=CancelReason, blank=True, default=CancelReason.NONE
    )
    cancel_note = models.CharField(_("reason"), max_length=300, blank=True)
    comment = models.CharField(_("traveller's comment"), max_length=1000, blank=True)

    objects = BookingQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="booking_by_user"),
            models.Index(fields=["agency", "status", "-id"], name="booking_by_agency"),
            models.Index(fields=["session", "status"], name="booking_by_session"),
            models.Index(
                fields=["expires_at"], name="booking_to_lapse", condition=Q(status__in=LIVE)
            ),
            models.Index(fields=["promo_code", "status"], name="booking_by_promo"),
            models.Index(fields=["created_at"], name="booking_by_time"),
            models.Index(fields=["final_price", "id"], name="booking_by_price"),
            models.Index(
                fields=["agency", "paid_at"],
                name="booking_paid",
                include=["final_price"],
                condition=Q(status=BookingStatus.PAID),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(seats_reserved__gte=1), name="booking_has_a_seat"),
            models.CheckConstraint(
                condition=Q(
                    subtotal=F("unit_price") * F("seats_reserved")
                    - F("child_discount")
                    + F("transport_total")
                ),
                name="booking_subtotal_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    final_price=F("subtotal")
                    - F("promotion_discount")
                    - F("promo_discount")
                    - F("bonus_used")
                ),
                name="booking_price_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    unit_price__gte=0,
                    child_discount__gte=0,
                    transport_total__gte=0,
                    promotion_discount__gte=0,
                    promo_discount__gte=0,
                    bonus_used__gte=0,
                    final_price__gte=0,
                ),
                name="booking_money_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(referral_partner__isnull=True, referral_percent=0, referral_source="")
                | Q(
                    referral_partner__isnull=False,
                    referral_percent__gte=0,
                    referral_percent__lte=100,
                )
                & ~Q(referral_source=""),
                name="booking_credit_names_its_partner",
            ),
            models.CheckConstraint(
                condition=Q(status__in=LIVE, expires_at__isnull=False)
                | (~Q(status__in=LIVE) & Q(expires_at__isnull=True)),
                name="only_live_bookings_lapse",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=HOLDS_SEATS) | Q(approved_at__isnull=False),
                name="held_seats_were_approved",
            ),
            models.CheckConstraint(
                condition=~Q(status=BookingStatus.PAID) | Q(paid_at__isnull=False),
                name="paid_booking_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=OVER, cancelled_at__isnull=False)
                | (~Q(status__in=OVER) & Q(cancelled_at__isnull=True)),
                name="ended_booking_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(promotion__isnull=True, promotion_discount=0)
                | Q(promotion__isnull=False, promotion_funded_by__in=FundedBy.values),
                name="promotion_discount_names_its_payer",
            ),
            models.CheckConstraint(
                condition=Q(promo_code__isnull=True, promo_discount=0)
                | Q(promo_code__isnull=False, promo_funded_by__in=FundedBy.values),
                name="promo_discount_names_its_payer",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    # --- what follows from the fields

    def is_lapsed(self, at: datetime) -> bool:
        """A live hold whose time is over, whether or not the job has come by."""
        return self.status in LIVE and self.expires_at is not None and self.expires_at <= at

    @property
    def transport_code(self) -> str | None:
        return (self.selected_transport or {}).get("code")

    @property
    def holds_seats(self) -> bool:
        return self.status in HOLDS_SEATS

    def discount_funded_by(self, payer: str) -> Decimal:
        """What ``payer`` (a FundedBy) gives of the discounts, UZS."""
        total = ZERO
        if self.promotion_funded_by == payer:
            total += self.promotion_discount
        if self.promo_funded_by == payer:
            total += self.promo_discount
        return total

    # --- transitions: own fields only; called by services under the lock

    @transition(status, BookingStatus.REQUESTED, BookingStatus.APPROVED)
    def approve(self, *, by_id: int | None, at: datetime, expires_at: datetime) -> None:
        self.approved_by_id = by_id
        self.approved_at = at
        self.expires_at = expires_at

    @transition(status, BookingStatus.REQUESTED, BookingStatus.REJECTED)
    def reject(self, *, at: datetime, note: str) -> None:
        self._end(at)
        self.cancel_reason = CancelReason.AGENCY
        self.cancel_note = note

    @transition(status, LIVE, BookingStatus.EXPIRED)
    def expire(self, *, at: datetime) -> None:
        self._end(at)

    @transition(status, [*LIVE, BookingStatus.PAID], BookingStatus.CANCELLED)
    def cancel(self, *, at: datetime, reason: str, note: str) -> None:
        self._end(at)
        self.cancel_reason = reason
        self.cancel_note = note

    @transition(status, [BookingStatus.APPROVED, BookingStatus.EXPIRED], BookingStatus.PAID)
    def pay(self, *, at: datetime) -> None:
        """Paid; from ``expired`` only when ``sales.services.pay`` has seated it again."""
        self.paid_at = at
        self.approved_at = self.approved_at or at
        self.expires_at = None
        self.cancelled_at = None

    @transition(status, [BookingStatus.APPROVED, BookingStatus.REJECTED], BookingStatus.REQUESTED)
    def reopen(self) -> None:
        """The decision was taken back: a request again, with the hour it had before."""
        self.expires_at = self.answer_by
        self.approved_at = self.approved_by = self.cancelled_at = None
        self.cancel_reason, self.cancel_note = CancelReason.NONE, ""

    def _end(self, at: datetime) -> None:
        self.expires_at = None
        self.cancelled_at = at


class BookingRequest(Booking):
    """The approvals list: a booking that waits for its agency (a view of Booking for the admin)."""

    class Meta:
        proxy = True
        verbose_name = _("request")
        verbose_name_plural = _("requests to approve")


class TravellerQuerySet(models.QuerySet["BookingTraveller"]):
    def for_user(self, user) -> "TravellerQuerySet":  # type: ignore[no-untyped-def]
        if user.sees_all_agencies:
            return self
        return self.filter(Q(booking__agency_id__in=user.agency_ids) | Q(booking__user_id=user.pk))

    def for_staff(self, user) -> "TravellerQuerySet":  # type: ignore[no-untyped-def]
        """The agency's side only: what the admin shows."""
        if user.sees_all_agencies:
            return self
        return self.filter(booking__agency_id__in=user.agency_ids)


class BookingTraveller(models.Model):
    """One seat of a booking and who sits in it; a seat nobody has named yet has blank names.

    ``seat_price`` is what the seat cost before transport and discounts, UZS: the share of the unit
    price that the tour asks of the traveller's kind.
    """

    booking = models.ForeignKey(
        Booking, models.CASCADE, related_name="travellers", verbose_name=_("booking")
    )
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    kind = models.CharField(
        _("kind"), max_length=10, choices=TravellerKind, default=TravellerKind.ADULT
    )
    seat_price = MoneyField(_("seat price"))
    room = models.CharField(_("room"), max_length=30, blank=True)
    transport_seat = models.CharField(_("transport seat"), max_length=30, blank=True)
    checked_in_at = models.DateTimeField(_("checked in at"), null=True, blank=True)
    checked_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("checked in by"),
    )

    objects = TravellerQuerySet.as_manager()

    class Meta:
        verbose_name = _("traveller")
        verbose_name_plural = _("travellers")
        ordering = ["id"]
        indexes = [
            GinIndex(OpClass(Upper("first_name"), "gin_trgm_ops"), name="goer_first_name_part"),
            GinIndex(OpClass(Upper("last_name"), "gin_trgm_ops"), name="goer_last_name_part"),
            models.Index(
                fields=["booking"],
                name="seat_without_name",
                condition=Q(first_name="", last_name=""),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(seat_price__gte=0), name="seat_price_not_negative"),
            models.CheckConstraint(
                condition=Q(checked_in_at__isnull=True, checked_in_by__isnull=True)
                | Q(checked_in_at__isnull=False, checked_in_by__isnull=False),
                name="check_in_names_who_did_it",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(_("not named"))

    @property
    def name(self) -> str:
        """First and last name; empty for a seat nobody has named."""
        return f"{self.first_name} {self.last_name}".strip()


class CommentQuerySet(models.QuerySet["BookingComment"]):
    def for_user(self, user) -> "CommentQuerySet":  # type: ignore[no-untyped-def]
        """Internal comments are for the agency's side; the traveller sees the others."""
        if user.sees_all_agencies:
            return self
        own = Q(booking__user_id=user.pk, is_internal=False)
        return self.filter(Q(booking__agency_id__in=user.agency_ids) | own)

    def for_staff(self, user) -> "CommentQuerySet":  # type: ignore[no-untyped-def]
        """The agency's side only: what the admin shows."""
        if user.sees_all_agencies:
            return self
        return self.filter(booking__agency_id__in=user.agency_ids)


class BookingComment(models.Model):
    """A word about a booking."""

    booking = models.ForeignKey(
        Booking, models.CASCADE, related_name="comments", verbose_name=_("booking")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author")
    )
    text = models.CharField(_("text"), max_length=2000)
    is_internal = models.BooleanField(
        _("internal"), default=False, help_text=_("Not shown to the traveller.")
    )
    created_at = models.DateTimeField(_("written at"))

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["id"]
        indexes = [GinIndex(OpClass(Upper("text"), "gin_trgm_ops"), name="comment_text_part")]

    def __str__(self) -> str:
        return self.text[:60]
