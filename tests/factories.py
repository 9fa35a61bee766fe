"""One factory per model: ``factories.agency(name="X")`` makes a valid row and all it needs.

Factories write rows as they are, without acts; for a booking that came about as in life use
``tests.cast``. ``FACTORIES`` maps every model to its factory (tests/architecture/test_models.py).
"""

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count

from django.core.files.base import ContentFile
from django.db import models, transaction

from catalog import models as catalog
from catalog.states import TourStatus
from core import models as core
from core.actor import Source
from core.models.media import MediaType
from core.sealed import Secret, seal
from finance import models as finance
from finance.models.withdrawal import mark_of
from finance.states import OPEN_WITHDRAWALS, AccountKind, JournalType, RowOutcome
from notifications import models as notifications
from notifications.states import Kind
from partners import models as partners
from sales import models as sales

# Every test's present (see the fixture ``clock``): a Monday, 11:00 in Tashkent.
NOW = datetime(2027, 3, 1, 6, 0, tzinfo=UTC)
FIRST_DAY = date(2027, 6, 1)
LAST_DAY = date(2027, 6, 3)
MILLION = Decimal("1000000.00")
TEN_PERCENT = Decimal("10.00")
# Uzcard's test card of Payme's documentation.
CARD = "8600495473316478"

POLICY = [
    {"days_before": 30, "refund_percent": 100},
    {"days_before": 7, "refund_percent": 50},
]
TRANSPORT = [
    {"code": "bus", "title": "Bus", "price": "50000.00"},
    {"code": "train", "title": "Train", "price": "120000.00"},
]

FACTORIES: dict[type[models.Model], Callable] = {}
_numbers = count(1)


def factory(model):
    def register(function):
        FACTORIES[model] = function
        return function

    return register


def number() -> int:
    """A number nobody had before in this process."""
    return next(_numbers)


def need(fields, **makers):
    """Make what ``fields`` lack, and only that."""
    for name, make in makers.items():
        if name not in fields:
            fields[name] = make()


# --- partners


@factory(partners.User)
def user(**fields):
    n = number()
    defaults = {
        "telegram_id": 7_000_000_000 + n,
        "first_name": f"Person{n}",
        "language": "ru",
        "date_joined": NOW,
    }
    return partners.User.objects.create(**defaults | fields)


def staff(**fields):
    """A person with a login and the password ``secret``."""
    password = fields.pop("password", "secret")
    person = partners.User(
        **{"login": f"staff{number()}", "telegram_id": 8_000_000_000 + number()} | fields
    )
    person.set_password(password)
    person.save()
    return person


@factory(partners.TravelAgency)
def agency(**fields):
    n = number()
    defaults = {
        "name": f"Agency {n}",
        "slug": f"agency-{n}",
        "commission_percent": TEN_PERCENT,
    }
    return partners.TravelAgency.objects.create(**defaults | fields)


@factory(partners.AgencyMember)
def member(**fields):
    need(fields, agency=agency, user=staff)
    return partners.AgencyMember.objects.create(**{"role": "manager"} | fields)


@factory(partners.Friendship)
def friendship(**fields):
    need(fields, from_user=user, to_user=user)
    return partners.Friendship.objects.create(**fields)


@factory(partners.ReferralPartner)
def referral_partner(**fields):
    need(fields, user=user)
    defaults = {
        "code": f"BLOG{number()}",
        "commission_percent": Decimal("5.00"),
        "created_at": NOW,
    }
    return partners.ReferralPartner.objects.create(**defaults | fields)


@factory(partners.PartnerRate)
def partner_rate(**fields):
    need(fields, partner=referral_partner, created_by=lambda: staff(platform_role="admin"))
    defaults = {
        "percent": Decimal("8.00"),
        "valid_from": date(2027, 3, 1),
        "reason": "A campaign.",
        "created_at": NOW,
    }
    return partners.PartnerRate.objects.create(**defaults | fields)


@factory(partners.ReferralTouch)
def referral_touch(**fields):
    need(fields, user=user, partner=referral_partner)
    defaults = {"door": "app", "created_at": NOW}
    return partners.ReferralTouch.objects.create(**defaults | fields)


@factory(partners.AccessToken)
def access_token(**fields):
    need(fields, user=user)
    defaults = {
        "digest": secrets.token_hex(32),
        "created_at": NOW,
        "expires_at": NOW + timedelta(hours=12),
    }
    return partners.AccessToken.objects.create(**defaults | fields)


@factory(partners.StaffSession)
def staff_session(**fields):
    need(fields, user=staff)
    defaults = {
        "session_key": secrets.token_hex(16),
        "signed_in_by": "password",
        "address": "192.0.2.1",
        "browser": "Firefox on Linux",
        "created_at": NOW,
        "seen_at": NOW,
    }
    return partners.StaffSession.objects.create(**defaults | fields)


@factory(partners.StaffInvitation)
def staff_invitation(**fields):
    need(fields, agency=agency, invited_by=staff)
    defaults = {
        "role": "manager",
        "name": "Gulnora",
        "digest": secrets.token_hex(32),
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=7),
    }
    return partners.StaffInvitation.objects.create(**defaults | fields)


@factory(partners.ViewAs)
def view_as(**fields):
    need(fields, viewer=lambda: staff(platform_role="support"), person=staff)
    defaults = {
        "reason": "She does not find her payout.",
        "started_at": NOW,
        "until": NOW + timedelta(minutes=30),
    }
    return partners.ViewAs.objects.create(**defaults | fields)


# --- catalog


@factory(catalog.TourCategory)
def category(**fields):
    n = number()
    return catalog.TourCategory.objects.create(
        **{"slug": f"category-{n}", "title_ru": f"Категория {n}"} | fields
    )


@factory(catalog.Tour)
def tour(**fields):
    """A published tour with transport and a cancellation policy, without photos."""
    n = number()
    need(fields, agency=agency, category=category)
    defaults = {
        "title_ru": f"Тур {n}",
        "title_uz": f"Sayohat {n}",
        "title_en": f"Tour {n}",
        "description_ru": "Горы и чай.",
        "meeting_point_ru": "Tashkent, Chorsu",
        "transport_options": TRANSPORT,
        "cancellation_policy": POLICY,
        "status": TourStatus.PUBLISHED,
        "published_at": NOW - timedelta(days=10),
    }
    return catalog.Tour.objects.create(**defaults | fields)


@factory(catalog.TourPhoto)
def tour_photo(**fields):
    need(fields, tour=tour)
    need(fields, media=lambda: media(agency=fields["tour"].agency))
    return catalog.TourPhoto.objects.create(**fields)


@factory(catalog.TourSession)
def session(**fields):
    """An open session far ahead of NOW: twenty seats at a million each."""
    need(fields, tour=tour)
    defaults = {
        "date_start": FIRST_DAY,
        "date_end": LAST_DAY,
        "price": MILLION,
        "capacity": 20,
    }
    if fields.get("status") == "cancelled":
        defaults["cancelled_at"] = NOW
    return catalog.TourSession.objects.create(**defaults | fields)


@factory(catalog.TourChat)
def tour_chat(**fields):
    need(fields, session=session)
    return catalog.TourChat.objects.create(**{"chat_id": -1_000_000_000 - number()} | fields)


def _valid(fields):
    defaults = {
        "valid_from": NOW - timedelta(days=1),
        "valid_to": NOW + timedelta(days=30),
    }
    if "discount_amount" not in fields:
        defaults["discount_percent"] = TEN_PERCENT
    return defaults | fields


@factory(catalog.Promotion)
def promotion(**fields):
    """Ten per cent off a tour, a session or all tours of an agency, at the agency's cost."""
    if not {"tour", "session", "agency"} & set(fields):
        fields["tour"] = tour()
    if "agency" not in fields:
        fields["agency"] = (fields.get("tour") or fields["session"].tour).agency
    return catalog.Promotion.objects.create(**{"title": f"Sale {number()}"} | _valid(fields))


@factory(catalog.PromoCode)
def promo_code(**fields):
    """Ten per cent off everything, at the platform's cost."""
    defaults = {"code": f"PROMO{number()}", "funded_by": "platform"}
    return catalog.PromoCode.objects.create(**defaults | _valid(fields))


# --- sales


@factory(sales.Booking)
def booking(**fields):
    """A bare request for one seat at the session's price; nobody is named yet."""
    need(fields, session=session, user=user)
    seats = fields.setdefault("seats_reserved", 1)
    price = fields.setdefault("unit_price", fields["session"].price)
    defaults = {
        "agency": fields["session"].tour.agency,
        "subtotal": price * seats,
        "final_price": price * seats,
        "commission_percent": TEN_PERCENT,
        "cancellation_policy": POLICY,
        "created_at": NOW,
        "answer_by": NOW + timedelta(minutes=60),
    }
    if fields.get("status", "requested") in ("requested", "approved"):
        defaults["expires_at"] = NOW + timedelta(minutes=60)
    made = sales.Booking.objects.create(**defaults | fields)
    sales.BookingTraveller.objects.bulk_create(
        sales.BookingTraveller(booking=made, seat_price=price) for _seat in range(seats)
    )
    return made


@factory(sales.BookingTraveller)
def booking_traveller(**fields):
    """The first unnamed seat of the booking, named."""
    need(fields, booking=booking)
    seat = fields["booking"].travellers.filter(first_name="", last_name="").first()
    assert seat is not None, "Every seat of the booking has its traveller already."
    for name, value in ({"first_name": "Dilnoza", "last_name": "Karimova"} | fields).items():
        setattr(seat, name, value)
    seat.save()
    return seat


@factory(sales.BookingComment)
def booking_comment(**fields):
    need(fields, booking=booking)
    fields.setdefault("author", fields["booking"].user)
    return sales.BookingComment.objects.create(**{"text": "Salom!", "created_at": NOW} | fields)


@factory(sales.DateOffer)
def date_offer(**fields):
    """The date of the booking is full; another of the same tour is offered for a day."""
    need(fields, booking=lambda: booking(status="rejected", cancelled_at=NOW), offered_by=staff)
    need(fields, session=lambda: session(tour=fields["booking"].session.tour))
    fields.setdefault("price", fields["booking"].final_price)
    defaults = {"created_at": NOW, "expires_at": NOW + timedelta(days=1)}
    return sales.DateOffer.objects.create(**defaults | fields)


@factory(sales.CustomTripRequest)
def trip_request(**fields):
    need(fields, user=user)
    defaults = {"date_from": FIRST_DAY, "date_to": LAST_DAY, "seats": 4, "created_at": NOW}
    return sales.CustomTripRequest.objects.create(**defaults | fields)


@factory(sales.TripProposal)
def trip_proposal(**fields):
    need(fields, request=trip_request, agency=agency)
    need(fields, made_by=lambda: member(agency=fields["agency"]).user)
    defaults = {
        "text": "Three days in Chimgan.",
        "date_start": FIRST_DAY,
        "date_end": LAST_DAY,
        "price": MILLION,
        "expires_at": NOW + timedelta(days=2),
        "created_at": NOW,
    }
    return sales.TripProposal.objects.create(**defaults | fields)


# --- finance


@factory(finance.Account)
def account(**fields):
    kind = fields.setdefault("kind", AccountKind.BONUS_AVAILABLE)
    if kind.startswith("bonus") and "user" not in fields:
        fields["user"] = user()
    if kind.startswith("agency") and "agency" not in fields:
        fields["agency"] = agency()
    return finance.Account.objects.create(**fields)


def platform_account(kind):
    return finance.Account.objects.get_or_create(kind=kind, agency=None, user=None)[0]


@factory(finance.AccountingTransaction)
def journal(amount=MILLION, debit=None, credit=None, **fields):
    """A balanced journal of two lines: ``amount`` from ``credit`` to ``debit`` (accounts)."""
    defaults = {"type": JournalType.ADJUSTMENT, "posted_at": NOW}
    with transaction.atomic():
        row = finance.AccountingTransaction.objects.create(**defaults | fields)
        sides = {
            "debit": debit or platform_account(AccountKind.PAYME),
            "credit": credit or platform_account(AccountKind.UNMATCHED),
        }
        for side, where in sides.items():
            finance.LedgerEntry.objects.create(transaction=row, account=where, **{side: amount})
    return row


@factory(finance.LedgerEntry)
def ledger_entry(**fields):
    """The debit line of a balanced journal."""
    return journal(**fields).entries.get(debit__gt=0)


def _new_payme_id() -> str:
    return secrets.token_hex(12)


@factory(finance.PaymentTransaction)
def payment(**fields):
    need(fields, booking=booking)
    defaults = {
        "agency": fields["booking"].agency,
        "amount": fields["booking"].final_price,
        "payme_invoice_id": _new_payme_id(),
        "provider_time": NOW,
        "created_at": NOW,
    }
    return finance.PaymentTransaction.objects.create(**defaults | fields)


@factory(finance.Refund)
def refund(**fields):
    need(fields, payment=lambda: payment(state="performed", performed_at=NOW))
    defaults = {"amount": fields["payment"].amount, "source": "staff", "created_at": NOW}
    return finance.Refund.objects.create(**defaults | fields)


@factory(finance.ProviderCall)
def provider_call(**fields):
    defaults = {
        "provider": "payme",
        "method": "CheckTransaction",
        "request": {"method": "CheckTransaction"},
        "answer": {"result": {}},
        "remote_ip": "185.234.113.1",
        "milliseconds": 12,
        "called_at": NOW,
    }
    return finance.ProviderCall.objects.create(**defaults | fields)


@factory(finance.Payout)
def payout(**fields):
    need(fields, agency=agency)
    need(fields, created_by=lambda: staff(platform_role="accountant"))
    defaults = {
        "period_start": date(2027, 2, 1),
        "period_end": date(2027, 2, 28),
        "amount": MILLION,
        "created_at": NOW,
    }
    return finance.Payout.objects.create(**defaults | fields)


@factory(finance.ReferralBonus)
def referral_bonus(**fields):
    need(fields, user=user, booking=booking)
    defaults = {
        "amount": Decimal("50000.00"),
        "created_at": NOW,
        "available_at": NOW + timedelta(days=7),
    }
    return finance.ReferralBonus.objects.create(**defaults | fields)


@factory(finance.ReferralPayoutRequest)
def withdrawal(**fields):
    need(fields, user=user)
    defaults = {
        "amount": Decimal("100000.00"),
        "card_system": "uzcard",
        "card_last4": CARD[-4:],
        "card_mark": mark_of(Secret(CARD)),
        "created_at": NOW,
    }
    row = finance.ReferralPayoutRequest(**defaults | fields)
    if row.status in OPEN_WITHDRAWALS and "card_number" not in fields:
        row.card_number = seal(Secret(CARD), bound_to=row._bound_to)
    row.save()
    return row


@factory(finance.PayoutRegister)
def payout_register(**fields):
    need(fields, created_by=lambda: staff(platform_role="accountant"))
    defaults = {"number": f"R-{number()}", "created_at": NOW}
    return finance.PayoutRegister.objects.create(**defaults | fields)


@factory(finance.Invoice)
def invoice(**fields):
    need(fields, booking=booking, created_by=lambda: staff(platform_role="accountant"))
    defaults = {
        "amount": fields["booking"].final_price,
        "phone": "998901234567",
        "created_at": NOW,
    }
    return finance.Invoice.objects.create(**defaults | fields)


def _proposed(fields):
    need(fields, created_by=lambda: staff(platform_role="accountant"))
    return {"reason": "Agreed with the agency.", "created_at": NOW}


@factory(partners.PaymentDetailsChange)
def payment_details_change(**fields):
    need(fields, agency=agency)
    defaults = {
        "bank_name": "Asaka",
        "bank_account": "20208000900123456789",
        "bank_mfo": "00873",
        "tax_id": "301234567",
    }
    return partners.PaymentDetailsChange.objects.create(**_proposed(fields) | defaults | fields)


@factory(finance.CommissionRate)
def commission_rate(**fields):
    need(fields, agency=agency)
    defaults = {"percent": Decimal("8.00"), "valid_from": date(2027, 3, 1)}
    return finance.CommissionRate.objects.create(**_proposed(fields) | defaults | fields)


@factory(finance.Adjustment)
def adjustment(**fields):
    """Payme's settlement to the bank."""
    defaults = {
        "debit": platform_account(AccountKind.BANK),
        "credit": platform_account(AccountKind.PAYME),
        "amount": MILLION,
        "day": date(2027, 3, 1),
    }
    return finance.Adjustment.objects.create(**_proposed(fields) | defaults | fields)


@factory(finance.ClosedMonth)
def closed_month(**fields):
    need(fields, closed_by=lambda: staff(platform_role="accountant"))
    defaults = {"month": date(2000 + number() % 26, 1 + number() % 12, 1), "closed_at": NOW}
    return finance.ClosedMonth.objects.create(**defaults | fields)


@factory(finance.MoneyCase)
def money_case(**fields):
    defaults = {"kind": "unknown", "amount": MILLION, "created_at": NOW}
    return finance.MoneyCase.objects.create(**defaults | fields)


@factory(finance.ReconciliationFile)
def reconciliation_file(**fields):
    need(fields, uploaded_by=lambda: staff(platform_role="accountant"))
    defaults = {
        "file": ContentFile(b"id;amount\n", name="registry.csv"),
        "name": "registry.csv",
        "checksum": secrets.token_hex(32),
        "source": "payme",
        "period_start": date(2027, 2, 1),
        "period_end": date(2027, 2, 28),
    }
    return finance.ReconciliationFile.objects.create(**defaults | fields)


@factory(finance.ReconciliationRow)
def reconciliation_row(**fields):
    need(fields, file=lambda: reconciliation_file(status="taken", taken_at=NOW))
    defaults = {
        "line": number(),
        "external_id": _new_payme_id(),
        "amount": MILLION,
        "outcome": RowOutcome.MISSING_HERE,
    }
    return finance.ReconciliationRow.objects.create(**defaults | fields)


# --- core


@factory(core.EventLog)
def event(**fields):
    defaults = {
        "role": "system",
        "action": "test.happened",
        "object_type": "sales.booking",
        "object_id": 1,
        "source": Source.JOB,
        "timestamp": NOW,
    }
    return core.EventLog.objects.create(**defaults | fields)


@factory(core.EventDelivery)
def event_delivery(**fields):
    need(fields, event=event)
    return core.EventDelivery.objects.create(**{"next_attempt_at": NOW} | fields)


@factory(core.EventSeal)
def event_seal(**fields):
    defaults = {"last_event_id": number(), "events": 1, "digest": "0" * 64}
    return core.EventSeal.objects.create(**defaults | fields)


@factory(core.IdempotencyKey)
def idempotency_key(**fields):
    defaults = {
        "caller": "user:1",
        "key": f"key-{number()}",
        "fingerprint": "0" * 64,
        "expires_at": NOW + timedelta(hours=24),
    }
    return core.IdempotencyKey.objects.create(**defaults | fields)


@factory(core.SavedFilter)
def saved_filter(**fields):
    need(fields, owner=staff)
    defaults = {
        "model": "sales.booking",
        "name": f"Mine {number()}",
        "query": "status__exact=paid",
        "created_at": NOW,
    }
    return core.SavedFilter.objects.create(**defaults | fields)


@factory(core.JobSchedule)
def job_schedule(**fields):
    need(fields, owner=lambda: staff(platform_role="accountant"))
    defaults = {
        "kind": "report",
        "title": "Commission",
        "every": "month",
        "channel": "telegram",
        "created_at": NOW,
    }
    return core.JobSchedule.objects.create(**defaults | fields)


@factory(core.Job)
def job(**fields):
    need(fields, requested_by=lambda: staff(platform_role="accountant"))
    defaults = {"kind": "report", "title": "Commission", "created_at": NOW}
    return core.Job.objects.create(**defaults | fields)


@factory(core.Media)
def media(**fields):
    """A row about a picture; the bytes are a stand-in unless ``file`` is given."""
    defaults = {
        "file": f"media/2027/03/picture-{number()}-1600.webp",
        "type": MediaType.TOUR_PHOTO,
        "width": 1600,
        "height": 1200,
        "size": 250_000,
        "checksum": secrets.token_hex(32),
    }
    return core.Media.objects.create(**defaults | fields)


# --- notifications


@factory(notifications.Notification)
def notification(**fields):
    if "recipient" not in fields and "chat_id" not in fields:
        fields["recipient"] = user()
    if fields.get("recipient"):
        fields.setdefault("chat_id", fields["recipient"].telegram_id)
    defaults = {
        "kind": Kind.ANNOUNCEMENT,
        "payload": {"text": "Salom!"},
        "language": "ru",
        "dedupe_key": f"test:{number()}",
        "next_attempt_at": NOW,
        "created_at": NOW,
    }
    return notifications.Notification.objects.create(**defaults | fields)


@factory(notifications.ChatPace)
def chat_pace(**fields):
    return notifications.ChatPace.objects.create(**{"chat_id": number(), "free_at": NOW} | fields)


@factory(notifications.Preferences)
def preferences(**fields):
    """No reminder three days before, and nights without a sound."""
    need(fields, user=user)
    defaults = {
        "muted": [Kind.TRIP_IN_THREE_DAYS],
        "quiet_from": time(22),
        "quiet_to": time(8),
    }
    return notifications.Preferences.objects.create(**defaults | fields)


@factory(notifications.ChatMember)
def chat_member(**fields):
    need(fields, chat=tour_chat, user=user)
    return notifications.ChatMember.objects.create(**fields)


@factory(notifications.Announcement)
def announcement(**fields):
    need(fields, created_by=lambda: staff(platform_role="support"))
    return notifications.Announcement.objects.create(
        **{"title": "News", "text_ru": "Новости"} | fields
    )
