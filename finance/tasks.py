"""The clock's share of money."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from core.clock import now
from finance.outbound import carry_withdrawals
from finance.services.bonus import mature_bonuses
from finance.services.provider_calls import forget_old_calls


@db_periodic_task(crontab(minute="*/10"))
def mature_what_is_due() -> None:
    mature_bonuses(at=now())


@db_periodic_task(crontab())
def carry_what_goes_to_cards() -> None:
    carry_withdrawals(at=now())


@db_periodic_task(crontab(hour="22", minute="40"))
def forget_calls_of_providers() -> None:
    forget_old_calls(at=now())
