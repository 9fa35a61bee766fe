"""Locks are taken in one order, read off the SQL of every act that takes more than one."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.services.sessions import change_session
from core.actor import job
from finance.services.cases import open_case
from partners.models import TravelAgency
from sales.models import Booking
from sales.services.approve import approve_booking
from sales.services.attribution import change_partner
from sales.services.cancel import cancel_booking, cancel_for_session
from sales.services.cases import book_case
from sales.services.checkout import start_checkout
from sales.services.departures import call_off_session, cancel_session, move_session
from sales.services.holds import expire_session_holds
from sales.services.invoices import draft_invoice
from sales.services.offer_date import offer_date, take_offer
from sales.services.pay import Attempt, open_payment, perform_payment
from sales.services.refunds import ask_refund, finish_by_hand
from sales.services.reject import reject_booking
from sales.services.release import free_reserve, release_booking
from sales.services.take_back import cancel_payment
from sales.services.undo import undo_decision
from tests import factories
from tests.cast import PAYME
from tests.factories import NOW

ORDER = [
    "catalog_promocode",
    "catalog_toursession",
    "sales_booking",
    "finance_paymenttransaction",
    "finance_account",
]
# Locked by the one act or job that moves them, beside the order.
ASIDE = {"finance_moneycase", "finance_referralbonus", "finance_refund", "finance_invoice"}
LATE = NOW + timedelta(hours=2)
# After it the tour is over, after two of them its reserve is due.
SEASON = timedelta(days=120)
LOCKED = re.compile(r'FROM "(\w+)".* FOR UPDATE', re.DOTALL)


@pytest.fixture
def stage(cast):
    """Everything an act can meet: a code, bonus, a partner, and lapsed holds of two people."""
    factories.promo_code(code="CODE", usage_limit=100, discount_percent=10)
    people = (cast.traveller, cast.second_traveller, cast.stranger)
    for person in people:
        cast.give_bonus(person, 1_000_000)
    for person in people[1:]:
        cast.approved(by=person, bonus=10_000 * factories.TEN_PERCENT)

    def request(*, at=LATE, **fields):
        wish = {"promo_code": "CODE", "referral_code": "MADINA"} | fields
        return cast.request(at=at, bonus=50_000 * factories.TEN_PERCENT, **wish)

    cast.deal = request
    return cast


def approving(cast):
    booking = late(cast)
    by = cast.silk_manager.actor("admin")
    return lambda: approve_booking(booking_id=booking.pk, by=by, at=LATE)


def late(cast):
    """A request an hour after the lapsed ones, made before anybody ended those."""
    booking = cast.deal(at=NOW + timedelta(minutes=59))
    assert Booking.objects.lapsed(LATE - timedelta(minutes=30)).count() == 2
    Booking.objects.filter(pk=booking.pk).update(expires_at=LATE + timedelta(hours=1))
    return booking


def approved(cast):
    booking = late(cast)
    cast.approve(booking, at=NOW + timedelta(minutes=59))
    Booking.objects.filter(pk=booking.pk).update(expires_at=LATE + timedelta(hours=1))
    return booking


def paid(cast):
    booking = approved(cast)
    cast.pay(booking, at=NOW + timedelta(minutes=59))
    return booking


def requesting(cast):
    return lambda: cast.deal(at=LATE)


def requesting_of_an_agency_that_approves_by_itself(cast):
    return lambda: cast.deal(at=LATE, session=cast.swift_session)


def requesting_what_bonus_pays_in_full(cast):
    by, session = cast.traveller, cast.swift_session
    return lambda: cast.request(by=by, session=session, bonus="all", at=LATE)


def rejecting(cast):
    booking, by = late(cast), cast.silk_manager.actor("admin")
    return lambda: reject_booking(booking_id=booking.pk, reason="Full.", by=by, at=LATE)


def undoing_an_approval(cast):
    booking, by = late(cast), cast.silk_manager.actor("admin")
    approve_booking(booking_id=booking.pk, by=by, at=LATE - timedelta(minutes=30))
    Booking.objects.filter(pk=booking.pk).update(approved_at=LATE, answer_by=LATE + SEASON)
    return lambda: undo_decision(booking_id=booking.pk, by=by, at=LATE)


def undoing_a_rejection(cast):
    booking, by = late(cast), cast.silk_manager.actor("admin")
    reject_booking(booking_id=booking.pk, reason="Full.", by=by, at=LATE)
    cast.approved(by=cast.second_traveller, bonus=10_000 * factories.TEN_PERCENT)
    Booking.objects.filter(pk=booking.pk).update(answer_by=LATE + SEASON)
    return lambda: undo_decision(booking_id=booking.pk, by=by, at=LATE)


def offering_another_date(cast):
    booking, by = late(cast), cast.silk_manager.actor("admin")
    other = factories.session(tour=cast.silk_tour).pk
    return lambda: offer_date(booking_id=booking.pk, session_id=other, by=by, at=LATE)


def taking_an_offer(cast):
    """Onto a date where holds have lapsed, too."""
    own = factories.session(tour=cast.silk_tour)
    booking = cast.deal(session=own)
    by, offered = cast.silk_manager.actor("admin"), cast.silk_session.pk
    offer = offer_date(booking_id=booking.pk, session_id=offered, by=by, at=LATE)
    assert Booking.objects.lapsed(LATE).filter(session_id=offered).count() == 2
    return lambda: take_offer(offer_id=offer.pk, by=cast.traveller.actor("bot"), at=LATE)


def cancelling_before_payment(cast):
    booking, by = approved(cast), cast.traveller.actor("api")
    return lambda: cancel_booking(booking_id=booking.pk, by=by, at=LATE)


def cancelling_after_payment(cast):
    booking, by = paid(cast), cast.traveller.actor("api")
    return lambda: cancel_booking(booking_id=booking.pk, by=by, at=LATE)


def cancelling_what_bonus_paid_in_full(cast):
    booking = cast.request(session=cast.swift_session, bonus="all")
    by = cast.swift_owner.actor("admin")
    return lambda: cancel_booking(booking_id=booking.pk, by=by, at=LATE)


def cancelling_a_session_with_all_its_bookings(cast):
    paid(cast)
    by, session_id = cast.silk_manager.actor("admin"), cast.silk_session.pk
    return lambda: cancel_session(session_id=session_id, reason="Snow.", by=by, at=LATE)


def cancelling_for_a_session_that_will_not_run(cast):
    booking, by = paid(cast), cast.silk_manager.actor("admin")
    call_off_session(session_id=booking.session_id, reason="Snow.", by=by, at=NOW)
    return lambda: cancel_for_session(booking_id=booking.pk, by=by, at=LATE)


def moving_a_session(cast):
    session, by = cast.nomad_session, cast.nomad_owner.actor("admin")
    days = {"date_start": session.date_end, "date_end": session.date_end}
    return lambda: move_session(session_id=session.pk, by=by, at=LATE, **days)


def changing_a_session(cast):
    session_id, by = cast.silk_session.pk, cast.silk_owner.actor("admin")
    values = {"capacity": 30}
    return lambda: change_session(session_id=session_id, values=values, by=by, at=LATE)


def sweeping(cast):
    return lambda: expire_session_holds(session_id=cast.silk_session.pk, by=job(), at=LATE)


def drafting_an_invoice(cast):
    booking, by = approved(cast), cast.support.actor("admin")
    return lambda: draft_invoice(booking_id=booking.pk, phone="901234567", by=by, at=LATE)


def opening_a_payment(cast):
    booking = approved(cast)
    attempt = Attempt("x", NOW, booking.code, booking.final_price)
    return lambda: open_payment(attempt=attempt, by=PAYME, at=LATE)


def opening_a_payment_after_one_that_timed_out(cast):
    booking = approved(cast)
    cast.open(booking, at=NOW + timedelta(minutes=59), provider_time=NOW - timedelta(hours=11))
    attempt = Attempt("x", NOW, booking.code, booking.final_price)
    return lambda: open_payment(attempt=attempt, by=PAYME, at=LATE)


def going_to_the_checkout(cast):
    booking, by = approved(cast), cast.traveller.actor("api")
    return lambda: start_checkout(booking_id=booking.pk, by=by, at=LATE)


def performing(cast):
    payment = cast.open(approved(cast), at=NOW + timedelta(minutes=59))
    return lambda: perform_payment(provider_id=payment.payme_invoice_id, by=PAYME, at=LATE)


def performing_late(cast):
    booking = approved(cast)
    payment = cast.open(booking, at=NOW + timedelta(minutes=59))
    Booking.objects.filter(pk=booking.pk).update(expires_at=NOW)
    expire_session_holds(session_id=booking.session_id, by=job(), at=LATE)
    booking.refresh_from_db()
    assert booking.status == "expired"
    return lambda: perform_payment(provider_id=payment.payme_invoice_id, by=PAYME, at=LATE)


def refunding(cast):
    payment = paid(cast).payments.get()
    return lambda: cancel_payment(provider_id=payment.payme_invoice_id, code=5, by=PAYME, at=LATE)


def asking_for_a_refund(cast):
    booking, by = paid(cast), cast.accountant.actor("admin")
    what = {"amount": booking.final_price / 2, "method": "by_hand", "reason": "Rain."}
    return lambda: ask_refund(booking_id=booking.pk, by=by, at=LATE, **what)


def refunding_by_hand(cast):
    refund = asking_for_a_refund(cast)()
    by, proof = cast.accountant.actor("admin"), {"reference": "17", "proof": "refunds/17.pdf"}
    return lambda: finish_by_hand(refund_id=refund.pk, by=by, at=LATE, **proof)


def booking_money_without_a_deal(cast):
    booking = approved(cast)
    cast.open(booking, at=NOW + timedelta(minutes=59), provider_time=NOW - timedelta(hours=11))
    Booking.objects.filter(pk=booking.pk).update(expires_at=NOW)
    by = cast.accountant.actor("admin")
    case = open_case(kind="unknown", amount=booking.final_price, by=by, at=NOW)
    return lambda: book_case(case_id=case.pk, booking_code=booking.code, by=by, at=LATE)


def crediting_another_partner(cast):
    booking, by = cast.deal(), cast.support.actor("admin")
    what = {"partner_id": None, "reason": "By mistake."}
    return lambda: change_partner(booking_id=booking.pk, by=by, at=LATE, **what)


def releasing(cast):
    booking = paid(cast)
    TravelAgency.objects.update(reserve_percent=10)
    return lambda: release_booking(booking_id=booking.pk, by=job(), at=LATE + SEASON)


def freeing_a_reserve(cast):
    releasing(cast)()
    booking = Booking.objects.get(paid_at__isnull=False)
    return lambda: free_reserve(booking_id=booking.pk, by=job(), at=LATE + 2 * SEASON)


ACTS = [
    requesting,
    requesting_of_an_agency_that_approves_by_itself,
    requesting_what_bonus_pays_in_full,
    approving,
    rejecting,
    undoing_an_approval,
    undoing_a_rejection,
    offering_another_date,
    taking_an_offer,
    cancelling_before_payment,
    cancelling_after_payment,
    cancelling_what_bonus_paid_in_full,
    cancelling_a_session_with_all_its_bookings,
    cancelling_for_a_session_that_will_not_run,
    moving_a_session,
    changing_a_session,
    sweeping,
    drafting_an_invoice,
    opening_a_payment,
    opening_a_payment_after_one_that_timed_out,
    going_to_the_checkout,
    performing,
    performing_late,
    refunding,
    asking_for_a_refund,
    refunding_by_hand,
    booking_money_without_a_deal,
    crediting_another_partner,
    releasing,
    freeing_a_reserve,
]


def locks_of(call):
    with CaptureQueriesContext(connection) as queries:
        call()
    statements = [q["sql"] for q in queries if "FOR UPDATE" in q["sql"]]
    return statements, [LOCKED.search(sql).group(1) for sql in statements]


@pytest.mark.parametrize("prepare", ACTS, ids=lambda act: act.__name__)
def test_locks_follow_the_order(stage, prepare):
    call = prepare(stage)

    statements, tables = locks_of(call)

    assert tables, "an act that changes a deal locks something"
    ranks = [ORDER.index(table) for table in tables if table not in ASIDE]
    assert ranks == sorted(ranks), tables
    assert set(tables) <= {*ORDER, *ASIDE}
    for sql, table in zip(statements, tables, strict=True):
        one_row = re.search(rf'WHERE "{table}"\."id" = \d+ ', sql) or "ASC LIMIT 21 FOR" in sql
        assert one_row or f'ORDER BY "{table}"."id" ASC' in sql or table in ASIDE, sql


def test_every_act_of_deals_is_in_the_list():
    """A new act must be tried here, too."""
    import importlib
    import pkgutil

    import sales.services

    modules = [
        importlib.import_module(f"sales.services.{module.name}")
        for module in pkgutil.iter_modules(sales.services.__path__)
    ]
    acts = {
        name
        for module in modules
        for name, thing in vars(module).items()
        if getattr(thing, "is_act", False) and thing.__module__ == module.__name__
    }

    tried = {
        "request_booking",
        "approve_booking",
        "reject_booking",
        "undo_decision",
        "offer_date",
        "take_offer",
        "cancel_booking",
        "cancel_for_session",
        "call_off_session",
        "move_session",
        "expire_session_holds",
        "start_checkout",
        "draft_invoice",
        "open_payment",
        "perform_payment",
        "cancel_payment",
        "ask_refund",
        "finish_by_hand",
        "book_case",
        "release_booking",
        "free_reserve",
        "change_partner",
    }
    # One lock or none: there is no order to keep.
    simple = {
        "add_comment",
        "record_proof",
        "time_out_payment",
        "name_traveller",
        "seat_traveller",
        "check_in",
        "undo_check_in",
        "export_passengers",
    }
    assert acts - tried - simple == set()
