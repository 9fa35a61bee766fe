"""Withdrawals by the payout API: each is paid once, whatever happens to an answer or a worker."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
from django.db import connection, transaction

from core.actor import Source, job
from core.models import EventLog
from core.sealed import Secret
from finance.models import ProviderCall, ReferralPayoutRequest
from finance.outbound import carry_withdrawals
from finance.providers.payouts import api as payout_api
from finance.queries.balances import platform_balances
from finance.services import withdrawals as acts
from finance.services.withdrawal_orders import (
    CLAIM,
    HANDED_OVER_WITHIN,
    SOONEST,
    claim_look_ups,
    take_up_withdrawals,
)
from tests import factories
from tests.factories import CARD, NOW
from tests.finance.payout_bridge import KEY, serving
from tests.sales.threads import run_together

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def bridge(settings, monkeypatch):
    with serving() as bridge:
        settings.PAYOUT_API_URL, settings.PAYOUT_API_KEY = bridge.url, KEY
        monkeypatch.setattr(payout_api, "TIME_LIMITS", httpx.Timeout(0.3))
        bridge.slow_for = 0.4
        yield bridge


@pytest.fixture
def withdrawal(cast):
    """The blogger's, approved by an accountant."""
    cast.give_bonus(cast.blogger, 200_000)
    asked = acts.ask_withdrawal(
        amount=Decimal(150_000),
        card_number=Secret(CARD),
        by=cast.blogger.actor(Source.API),
        at=NOW,
    )
    by = cast.accountant.actor(Source.ADMIN)
    return acts.approve_withdrawal(withdrawal_id=asked.pk, by=by, at=NOW)


def status(withdrawal):
    withdrawal.refresh_from_db()
    return str(withdrawal.status)


def approved(accountant):
    return factories.withdrawal(status="approved", approved_by=accountant, approved_at=NOW)


# --- the straight way


def test_an_approved_one_is_handed_over_and_paid(bridge, cast, withdrawal):
    assert carry_withdrawals(at=NOW) == 1

    assert status(withdrawal) == "paid"
    assert withdrawal.provider_reference == "RRN 123456789012"
    assert withdrawal.card_number == ""
    assert bridge.bodies[0]["card"] == CARD
    assert bridge.bodies[0]["amount"] == "150000.00"
    assert platform_balances()["bank"] == -150_000
    assert carry_withdrawals(at=NOW + MINUTE) == 0
    assert bridge.asked == ["POST"]
    events = EventLog.objects.filter(object_id=withdrawal.pk, action__startswith="withdrawal.")
    assert list(events.order_by("pk").values_list("action", "role"))[2:] == [
        ("withdrawal.sent", "system"),
        ("withdrawal.paid", "system"),
    ]
    call = ProviderCall.objects.get()
    assert (call.provider, call.method, call.code) == ("payouts", "payouts.create", None)
    assert call.request["params"]["id"] == str(withdrawal.key)
    assert CARD not in f"{call.request} {call.answer} {[event.details for event in events]}"


def test_accepted_is_asked_about_ever_more_rarely_until_it_is_paid(bridge, withdrawal):
    bridge.takes = "accepted"
    carry_withdrawals(at=NOW)
    pauses, at = [], NOW
    for _ in range(8):
        withdrawal.refresh_from_db()
        pauses.append((withdrawal.look_up_at - at) / MINUTE)
        at = withdrawal.look_up_at
        assert carry_withdrawals(at=at - timedelta(seconds=1)) == 0
        assert carry_withdrawals(at=at) == 1

    assert pauses == [1, 1, 2, 4, 8, 16, 32, 60]
    assert status(withdrawal) == "processing"
    bridge.orders[str(withdrawal.key)] = "paid"
    carry_withdrawals(at=withdrawal.look_up_at)
    assert status(withdrawal) == "paid"
    assert bridge.asked == ["POST"] + ["GET"] * 9
    assert withdrawal.history.filter(status="processing").count() == 1, "asking is no change"


def test_what_the_provider_refuses_brings_the_money_back(bridge, cast, withdrawal):
    bridge.takes, bridge.reason = "failed", f"Card {CARD} is closed"

    carry_withdrawals(at=NOW)

    assert status(withdrawal) == "failed"
    assert withdrawal.note == "Card •••• 6478 is closed"
    assert cast.balance("bonus_available", cast.blogger) == 200_000
    assert platform_balances()["payouts_in_transit"] == 0
    logged = EventLog.objects.get(action="withdrawal.failed").details
    assert CARD not in str(logged)
    assert CARD not in str(ProviderCall.objects.get().answer)


def test_without_an_address_nothing_goes_this_way(settings, withdrawal):
    settings.PAYOUT_API_URL = ""

    assert carry_withdrawals(at=NOW) == 0
    assert status(withdrawal) == "approved"


def test_what_a_register_carries_is_not_asked_about(bridge, withdrawal):
    register = factories.payout_register()
    withdrawal.send(at=NOW, register_id=register.pk)
    withdrawal.look_up_at = NOW
    withdrawal.save()

    assert carry_withdrawals(at=NOW + MINUTE) == 0
    assert bridge.asked == []


# --- nothing is known


@pytest.mark.parametrize("fault", ["drop", "slow", "error", "lost"])
def test_after_no_answer_it_is_looked_up_before_anything_is_repeated(bridge, withdrawal, fault):
    bridge.faults.append(fault)
    carry_withdrawals(at=NOW)
    assert status(withdrawal) == "processing"
    assert carry_withdrawals(at=NOW) == 0, "not at once"

    bridge.faults.append("error")
    carry_withdrawals(at=NOW + SOONEST)
    assert bridge.asked == ["POST", "GET"], "not found out: nothing is repeated"
    carry_withdrawals(at=NOW + 2 * SOONEST)

    assert status(withdrawal) == "paid"
    arrived = fault in ("drop", "slow")
    assert bridge.asked[2:] == (["GET"] if arrived else ["GET", "POST"])
    assert bridge.payments == {str(withdrawal.key): 1}
    assert platform_balances()["bank"] == -150_000


def test_silence_is_asked_into_every_ten_minutes_and_one_silent_order_stops_no_other(
    bridge, cast, withdrawal
):
    bridge.faults.append("drop")
    carry_withdrawals(at=NOW)
    late = NOW + timedelta(hours=5)
    other = approved(cast.accountant)
    bridge.faults.append("error")

    carry_withdrawals(at=late)

    assert status(other) == "paid"
    assert status(withdrawal) == "processing"
    assert withdrawal.look_up_at == late + timedelta(minutes=10)


def test_after_a_day_it_is_no_longer_repeated_and_people_may_end_it(
    bridge, cast, withdrawal, caplog
):
    bridge.faults.append("lost")
    carry_withdrawals(at=NOW)
    by = cast.accountant.actor(Source.ADMIN)
    end = {"withdrawal_id": withdrawal.pk, "reason": "Never arrived.", "by": by}
    day = NOW + HANDED_OVER_WITHIN
    with pytest.raises(acts.ProviderStillAsked):
        acts.fail_withdrawal(at=day, **end)

    carry_withdrawals(at=day)

    assert bridge.asked == ["POST", "GET"]
    assert status(withdrawal) == "processing"
    assert "more than a day" in caplog.text
    acts.fail_withdrawal(at=day + CLAIM, **end)
    assert status(withdrawal) == "failed"
    assert cast.balance("bonus_available", cast.blogger) == 200_000


def test_a_card_that_does_not_open_waits_for_its_key(bridge, cast, withdrawal, settings):
    keys = settings.CARD_ENCRYPTION_KEYS
    settings.CARD_ENCRYPTION_KEYS = ["b3RoZXIga2V5IG90aGVyIGtleSBvdGhlciBrZXkgISE="]
    carry_withdrawals(at=NOW)
    assert (status(withdrawal), bridge.asked) == ("processing", [])

    settings.CARD_ENCRYPTION_KEYS = keys
    carry_withdrawals(at=NOW + SOONEST)
    assert status(withdrawal) == "paid"


def test_what_was_settled_meanwhile_stands(bridge, cast, withdrawal):
    """Two workers had it, the slower one's answer says otherwise."""
    from finance.outbound import _settle
    from finance.providers.payouts import Answer, State

    carry_withdrawals(at=NOW)

    _settle(withdrawal.pk, Answer(str(withdrawal.key), State.FAILED, reason="late"), NOW)

    assert status(withdrawal) == "paid"


# --- workers that die, and many of them

WORKER = """
import django; django.setup()
from datetime import datetime
from finance.outbound import carry_withdrawals
carry_withdrawals(at=datetime.fromisoformat("{at}"))
"""


def start_worker(bridge):
    known = connection.get_connection_params()
    url = "postgresql://{user}@/{dbname}?host={host}&port={port}".format_map(known)
    environment = {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "backoffice.settings",
        "PAYOUT_API_URL": bridge.url,
        "PAYOUT_API_KEY": KEY,
    }
    script = WORKER.format(at=NOW.isoformat())
    return subprocess.Popen([sys.executable, "-c", script], env=os.environ | environment)


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_nothing_and_pays_once(bridge):
    """It dies when the first order has arrived and is not recorded, the second was claimed and
    never handed over."""
    accountant = factories.user()
    carried, claimed = (approved(accountant) for _ in range(2))
    bridge.faults.append("hold")

    with start_worker(bridge) as worker:
        assert bridge.stuck.wait(30), "the worker never handed over"
        assert status(claimed) == "processing", "committed before the call"
        worker.send_signal(signal.SIGKILL)
    bridge.released.set()

    assert bridge.payments == {str(carried.key): 1}
    assert carry_withdrawals(at=NOW + CLAIM - MINUTE) == 0, "claimed: nobody asks meanwhile"
    carry_withdrawals(at=NOW + CLAIM)
    assert [status(carried), status(claimed)] == ["paid", "paid"]
    assert bridge.payments == {str(carried.key): 1, str(claimed.key): 1}
    assert bridge.asked == ["POST", "GET", "GET", "POST"]


@pytest.mark.django_db(transaction=True)
def test_twenty_jobs_at_once_pay_each_order_once(bridge):
    accountant = factories.user()
    rows = [approved(accountant) for _ in range(12)]
    bridge.faults += ["drop", "error", "slow", "lost"]

    run_together([lambda: carry_withdrawals(at=NOW)] * 20)
    run_together([lambda: carry_withdrawals(at=NOW + CLAIM)] * 20)

    assert {status(row) for row in rows} == {"paid"}
    assert set(bridge.payments.values()) == {1}
    assert len(bridge.payments) == len(rows)
    paid = EventLog.objects.filter(action="withdrawal.paid").values_list("object_id", flat=True)
    assert sorted(paid) == [row.pk for row in rows]


@pytest.mark.django_db(transaction=True)
def test_a_claim_leaves_alone_what_another_holds():
    """Without SKIP LOCKED it would wait for the other, or take the same."""
    accountant = factories.user()
    first, second = (approved(accountant) for _ in range(2))

    for claim, at in ((take_up_withdrawals, NOW), (claim_look_ups, NOW + CLAIM)):
        with transaction.atomic():
            ReferralPayoutRequest.objects.select_for_update().get(pk=first.pk)
            [taken] = run_together([lambda claim=claim, at=at: claim(by=job(), at=at)])
        assert [row.pk for row in taken] == [second.pk]
        assert [row.pk for row in claim(by=job(), at=at)] == [first.pk]


def test_what_the_provider_has_accepted_is_ended_by_nobody_else(bridge, cast, withdrawal):
    bridge.takes = "accepted"
    carry_withdrawals(at=NOW)
    by, late = cast.accountant.actor(Source.ADMIN), NOW + 3 * HANDED_OVER_WITHIN

    with pytest.raises(acts.ProviderHasIt):
        acts.fail_withdrawal(withdrawal_id=withdrawal.pk, reason="Late", by=by, at=late)
    with pytest.raises(acts.ProviderHasIt):
        acts.pay_withdrawal(withdrawal_id=withdrawal.pk, reference="7", by=by, at=late)

    bridge.orders[str(withdrawal.key)] = "paid"
    carry_withdrawals(at=late)
    assert status(withdrawal) == "paid"


def test_what_was_paid_after_it_was_ended_by_hand_is_written_down_once(bridge, cast, withdrawal):
    bridge.faults.append("lost")
    carry_withdrawals(at=NOW)
    ended = NOW + HANDED_OVER_WITHIN + CLAIM
    by = cast.accountant.actor(Source.ADMIN)
    acts.fail_withdrawal(withdrawal_id=withdrawal.pk, reason="Silence", by=by, at=ended)
    assert "POST" not in bridge.asked[1:], "it is never handed over again"
    bridge.orders[str(withdrawal.key)] = "paid"

    carry_withdrawals(at=ended + MINUTE)
    carry_withdrawals(at=ended + 60 * MINUTE)

    assert EventLog.objects.filter(action="withdrawal.paid_after_all").count() == 1
    assert status(withdrawal) == "failed"
    assert cast.balance("bonus_available", cast.blogger) == 200_000
