"""Every named constraint refuses what it is named after: one broken row each."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, models, transaction

from tests import factories as f
from tests.architecture.test_models import all_models
from tests.factories import MILLION, NOW

YESTERDAY, TOMORROW = NOW - timedelta(days=1), NOW + timedelta(days=1)
DAY = f.FIRST_DAY
EARLIER = DAY - timedelta(days=1)


def twice(make, **same):
    make(**same)
    make(**same)


def _of_one_person(make):
    return lambda: twice(make, user=f.user())


def _agency_twice():
    twice(f.account, kind="agency_pending", agency=f.agency())


def _same_pair():
    a, b = f.user(), f.user()
    f.friendship(from_user=a, to_user=b)
    f.friendship(from_user=b, to_user=a)


def _himself():
    person = f.user()
    f.friendship(from_user=person, to_user=person)


def _checker_is_maker(make, maker):
    person = f.staff()
    fields = {maker: person, "approved_by": person}
    if make in (f.payout, f.withdrawal):
        fields["approved_at"] = NOW
    make(**fields)


def _taken_as_itself():
    offer = f.date_offer()
    offer.taken_booking = offer.booking
    offer.save()


def _two_sales():
    booking = f.booking()
    twice(f.journal, type="sale", booking=booking)


def _photo_twice():
    tour = f.tour()
    twice(f.tour_photo, tour=tour, media=f.media())


def _decided_wrongly(model, make):
    """The two constraints of everything that one proposes and another decides."""

    def by_its_maker():
        person = f.staff()
        make(created_by=person, decided_by=person, decided_at=NOW, status="rejected")

    return {
        f"{model}_maker_is_not_checker": by_its_maker,
        f"{model}_decision_names_its_checker": lambda: make(status="rejected"),
    }


def _looks_as_himself():
    person = f.staff(platform_role="support")
    f.view_as(viewer=person, person=person)


# By the constraint's name: a call that must be refused by it.
BROKEN = {
    # core
    "event_has_a_positive_id": lambda: f.event(pk=-5),
    "one_saved_filter_of_a_name": lambda: twice(f.saved_filter, owner=f.staff(), name="Mine"),
    "saved_filter_has_a_name": lambda: f.saved_filter(name=""),
    "media_has_dimensions": lambda: f.media(width=0),
    "one_picture_per_agency": lambda: twice(f.media, agency=f.agency(), checksum="0" * 64),
    "one_picture_per_person": lambda: twice(f.media, uploader=f.user(), checksum="0" * 64),
    "one_answer_per_key": lambda: twice(f.idempotency_key, caller="a", key="b"),
    "done_job_has_a_file": lambda: f.job(status="done"),
    "schedule_by_email_has_an_address": lambda: f.job_schedule(channel="email"),
    # partners
    "user_has_login_or_telegram": lambda: f.user(login=None, telegram_id=None),
    "platform_staff_have_a_login": lambda: f.user(platform_role="support"),
    "user_referral_is_a_pair": lambda: f.user(referred_at=NOW),
    "agency_commission_is_a_percentage": lambda: f.agency(commission_percent=Decimal("100.01")),
    "agency_reserve_is_a_percentage": lambda: f.agency(reserve_percent=Decimal("100.01")),
    **_decided_wrongly("paymentdetailschange", f.payment_details_change),
    "one_open_details_change_per_agency": lambda: twice(
        f.payment_details_change, agency=f.agency()
    ),
    "proposed_split_has_a_cashbox": lambda: f.payment_details_change(collection="split"),
    "split_collection_has_a_cashbox": lambda: f.agency(collection="split"),
    "one_membership_per_agency": lambda: twice(f.member, agency=f.agency(), user=f.staff()),
    "one_friendship_per_pair": _same_pair,
    "nobody_is_his_own_friend": _himself,
    "partner_bonus_is_a_percentage": lambda: f.referral_partner(commission_percent=-1),
    "partner_code_is_upper_case": lambda: f.referral_partner(code="madina"),
    "stopped_partner_has_a_reason": lambda: f.referral_partner(is_active=False),
    "partner_rate_is_a_percentage": lambda: f.partner_rate(percent=-1),
    "partner_rate_period_is_a_period": lambda: f.partner_rate(valid_to=date(2027, 2, 1)),
    "one_touch_of_a_pair": lambda: twice(
        f.referral_touch, user=f.user(), partner=f.referral_partner(), refusal="late"
    ),
    "first_touch_wins": _of_one_person(f.referral_touch),
    "token_expires_after_it_was_made": lambda: f.access_token(expires_at=NOW),
    "one_view_as_at_a_time": lambda: twice(f.view_as, viewer=f.staff(platform_role="support")),
    "view_as_ends_after_it_started": lambda: f.view_as(until=NOW),
    "view_as_somebody_else": _looks_as_himself,
    "view_as_has_a_reason": lambda: f.view_as(reason=""),
    "invitation_expires_after_it_was_made": lambda: f.staff_invitation(expires_at=NOW),
    "invitation_acceptance_is_a_pair": lambda: f.staff_invitation(accepted_at=NOW),
    "invitation_is_accepted_or_revoked": lambda: f.staff_invitation(
        accepted_by=f.staff(), accepted_at=NOW, revoked_at=NOW
    ),
    # catalog
    "published_tour_has_a_time": lambda: f.tour(published_at=None),
    "tour_code_once_in_an_agency": lambda: twice(f.tour, agency=f.agency(), code="x"),
    "tour_ages_in_order": lambda: f.tour(age_min=12, age_max=11),
    "infants_are_younger_than_children": lambda: f.tour(infant_to_age=13),
    "children_pay_up_to_the_price": lambda: f.tour(child_percent=101),
    "photo_once_in_a_gallery": _photo_twice,
    "seats_taken_within_capacity": lambda: f.session(capacity=5, seats_taken=6),
    "session_ends_after_it_starts": lambda: f.session(date_start=DAY, date_end=EARLIER),
    "session_price_not_negative": lambda: f.session(price=-1),
    "session_has_seats": lambda: f.session(capacity=0, min_group_size=0),
    "session_group_fits_its_seats": lambda: f.session(capacity=5, min_group_size=6),
    "cancelled_session_has_a_time": lambda: f.session(status="cancelled", cancelled_at=None),
    "promotion_percent_or_amount": lambda: f.promotion(discount_percent=10, discount_amount=10),
    "promotion_ends_after_it_starts": lambda: f.promotion(valid_to=NOW, valid_from=NOW),
    "promotion_not_for_a_tour_and_a_session": lambda: f.promotion(
        tour=f.tour(), session=f.session()
    ),
    "promotion_is_an_agencys": lambda: f.promotion(agency=None),
    "promo_code_unique_in_any_case": lambda: [f.promo_code(code=c) for c in ("navruz", "NAVRUZ")],
    "promo_code_percent_or_amount": lambda: f.promo_code(discount_percent=101),
    "promo_code_ends_after_it_starts": lambda: f.promo_code(valid_to=NOW, valid_from=NOW),
    "code_without_agency_is_the_platforms": lambda: f.promo_code(funded_by="agency"),
    "one_chat_of_a_session": lambda: twice(f.tour_chat, session=f.session()),
    "one_session_of_a_group": lambda: [
        f.tour_chat(chat_id=-1, session=s) for s in (f.session(), f.session())
    ],
    # sales
    "booking_has_a_seat": lambda: f.booking(seats_reserved=0),
    "booking_subtotal_adds_up": lambda: f.booking(subtotal=MILLION + 1, final_price=MILLION + 1),
    "booking_price_adds_up": lambda: f.booking(final_price=MILLION - 1),
    "booking_credit_names_its_partner": lambda: f.booking(referral_percent=5),
    "booking_money_not_negative": lambda: f.booking(bonus_used=-1, final_price=MILLION + 1),
    "seat_price_not_negative": lambda: f.booking_traveller(seat_price=-1),
    "check_in_names_who_did_it": lambda: f.booking_traveller(checked_in_at=NOW),
    "only_live_bookings_lapse": lambda: f.booking(expires_at=None),
    "held_seats_were_approved": lambda: f.booking(status="approved"),
    "paid_booking_has_a_time": lambda: f.booking(status="paid", approved_at=NOW),
    "ended_booking_has_a_time": lambda: f.booking(status="cancelled"),
    "promotion_discount_names_its_payer": lambda: f.booking(
        promotion_discount=1, final_price=MILLION - 1
    ),
    "promo_discount_names_its_payer": lambda: f.booking(promo_code=f.promo_code()),
    "offer_stands_for_a_while": lambda: f.date_offer(expires_at=NOW),
    "offer_price_not_negative": lambda: f.date_offer(price=-1),
    "offer_is_taken_as_another_booking": _taken_as_itself,
    "trip_ends_after_it_starts": lambda: f.trip_request(date_to=EARLIER),
    "trip_has_a_seat": lambda: f.trip_request(seats=0),
    "trip_budget_is_positive": lambda: f.trip_request(budget=0),
    "proposal_ends_after_it_starts": lambda: f.trip_proposal(date_end=EARLIER),
    "proposal_price_is_positive": lambda: f.trip_proposal(price=0),
    "accepted_proposal_has_its_booking": lambda: f.trip_proposal(status="accepted"),
    # finance
    "one_platform_account_of_a_kind": lambda: twice(f.account, kind="bank"),
    "one_agency_account_of_a_kind": _agency_twice,
    "one_user_account_of_a_kind": _of_one_person(f.account),
    "account_belongs_to_whom_its_kind_says": lambda: f.account(kind="bank", user=f.user()),
    "reserved_bonus_not_negative": lambda: f.account(kind="bonus_reserved", balance=-1),
    "platform_balances_are_summed": lambda: f.account(kind="bank", balance=1),
    "one_standing_sale_per_booking": _two_sales,
    "entry_is_a_debit_or_a_credit": lambda: f.journal(amount=-1),
    "one_row_per_provider_id": lambda: [
        f.payment(payme_invoice_id="x", booking=b) for b in (f.booking(), f.booking())
    ],
    "one_pending_or_done_payment_per_booking": lambda: twice(f.payment, booking=f.booking()),
    "payment_amount_is_positive": lambda: f.payment(amount=0),
    "performed_payment_has_a_time": lambda: f.payment(state="performed"),
    "cancelled_payment_has_time_and_reason": lambda: f.payment(state="cancelled", cancelled_at=NOW),
    "refunds_never_exceed_what_was_paid": lambda: f.payment(refund_total=MILLION + 1),
    "refund_by_hand_names_its_proof": lambda: f.refund(status="done", done_at=NOW),
    "one_open_refund_per_payment": lambda: twice(
        f.refund, payment=f.payment(state="performed", performed_at=NOW)
    ),
    "invoice_amount_is_positive": lambda: f.invoice(amount=0),
    "one_invoice_per_receipt": lambda: twice(f.invoice, receipt_id="x"),
    "made_invoice_has_a_receipt": lambda: f.invoice(status="sent"),
    **_decided_wrongly("commissionrate", f.commission_rate),
    "rate_is_a_percentage": lambda: f.commission_rate(percent=101),
    "rate_period_is_a_period": lambda: f.commission_rate(valid_from=DAY, valid_to=EARLIER),
    **_decided_wrongly("adjustment", f.adjustment),
    "adjustment_is_positive": lambda: f.adjustment(amount=0),
    "adjustment_moves_between_two_accounts": lambda: f.adjustment(
        debit=f.platform_account("payme"), credit=f.platform_account("payme")
    ),
    "approved_adjustment_is_posted": lambda: f.adjustment(
        status="approved", decided_by=f.staff(), decided_at=NOW
    ),
    "month_is_its_first_day": lambda: f.closed_month(month=date(2027, 1, 2)),
    "case_amount_is_positive": lambda: f.money_case(amount=0),
    "closed_case_has_a_decision": lambda: f.money_case(status="closed", closed_at=NOW),
    "returned_money_names_its_proof": lambda: f.money_case(
        status="closed", closed_at=NOW, decision="returned"
    ),
    "one_open_case_per_late_payment": lambda: twice(f.money_case, kind="late", payment=f.payment()),
    "refund_amount_is_positive": lambda: f.refund(amount=0),
    "refund_maker_is_not_checker": lambda: _checker_is_maker(f.refund, "created_by"),
    "done_refund_has_a_time": lambda: f.refund(status="done"),
    "payout_amount_is_positive": lambda: f.payout(amount=0),
    "payout_period_is_a_period": lambda: f.payout(period_start=DAY, period_end=EARLIER),
    "payout_maker_is_not_checker": lambda: _checker_is_maker(f.payout, "created_by"),
    "payout_approval_is_a_pair": lambda: f.payout(approved_at=NOW),
    "approved_payout_has_an_account": lambda: f.payout(
        status="approved", approved_by=f.staff(), approved_at=NOW
    ),
    "sent_payout_is_in_a_register": lambda: f.payout(
        status="sent", approved_by=f.staff(), approved_at=NOW, bank_account="2" * 20
    ),
    "one_open_payout_per_agency": lambda: twice(f.payout, agency=f.agency()),
    "bonus_is_taken_back_at_most_once": lambda: f.referral_bonus(reversed_amount=MILLION),
    "bonus_amount_is_positive": lambda: f.referral_bonus(amount=0),
    "bonus_matures_later": lambda: f.referral_bonus(available_at=YESTERDAY),
    "withdrawal_is_positive": lambda: f.withdrawal(amount=0),
    "withdrawal_maker_is_not_checker": lambda: _checker_is_maker(f.withdrawal, "user"),
    "one_open_withdrawal_per_person": _of_one_person(f.withdrawal),
    "card_last4_is_four_digits": lambda: f.withdrawal(card_last4="12a4"),
    "withdrawal_approval_is_a_pair": lambda: f.withdrawal(approved_at=NOW),
    "carried_out_withdrawal_was_approved": lambda: f.withdrawal(status="processing"),
    "ended_withdrawal_has_forgotten_its_card": lambda: f.withdrawal(
        status="cancelled", card_number="v1.sealed"
    ),
    "available_bonus_has_matured": lambda: f.referral_bonus(status="available"),
    "resolved_row_says_why": lambda: f.reconciliation_row(resolved_at=NOW, resolved_by=f.staff()),
    "registry_period_runs_forward": lambda: f.reconciliation_file(
        period_start=date(2027, 3, 2), period_end=date(2027, 3, 1)
    ),
    "taken_registry_has_a_period": lambda: f.reconciliation_file(
        status="taken", taken_at=NOW, period_start=None, period_end=None
    ),
    "one_row_per_line": lambda: twice(f.reconciliation_row, file=f.reconciliation_file(), line=1),
    # notifications
    "one_row_for_a_chat_member": lambda: twice(f.chat_member, chat=f.tour_chat(), user=f.user()),
    "message_has_somebody_to_go_to": lambda: f.notification(recipient=None, chat_id=None),
    "quiet_hours_are_a_pair": lambda: f.preferences(quiet_to=None),
    "sent_message_has_a_time": lambda: f.notification(state="sent"),
    "announcement_started_by_somebody": lambda: f.announcement(status="sending"),
}


def named_constraints():
    return {c.name: c for model in all_models() for c in model._meta.constraints}


def test_every_named_constraint_is_tried():
    assert set(BROKEN) == set(named_constraints())


@pytest.mark.django_db
@pytest.mark.parametrize("name", BROKEN)
def test_the_database_refuses(name):
    with pytest.raises(IntegrityError, match=rf'"{name}"'), transaction.atomic():
        BROKEN[name]()


def test_constraints_are_named_so_that_a_clerk_could_read_them():
    for name, constraint in named_constraints().items():
        assert name.count("_") >= 2 or not isinstance(constraint, models.CheckConstraint)
        assert "%" not in name
