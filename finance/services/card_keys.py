"""Card numbers under the key in use: the first of CARD_ENCRYPTION_KEYS."""

from datetime import datetime

from django.db.models import QuerySet
from django.views.decorators.debug import sensitive_variables

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.sealed import VERSION, key_in_use
from core.services.events import record
from finance.models import ReferralPayoutRequest


def under_other_keys() -> QuerySet[ReferralPayoutRequest]:
    """Withdrawals whose card number is sealed with another key than the one in use."""
    kept = ReferralPayoutRequest.objects.exclude(card_number="").order_by("pk")
    return kept.exclude(card_number__startswith=f"{VERSION}.{key_in_use()}.")


@act
@sensitive_variables()
def reseal_card(*, withdrawal_id: int, by: Actor, at: datetime) -> ReferralPayoutRequest:
    """Seal a withdrawal's card number with the key in use. One that has ended meanwhile, or is
    under that key already, stays as it is. Refuses with NotFound; raises CannotOpen when its own
    key is not there."""
    withdrawal = lock_row(ReferralPayoutRequest, pk=withdrawal_id)

    if not under_other_keys().filter(pk=withdrawal.pk).exists():
        return withdrawal

    withdrawal.keep_card(withdrawal.open_card())
    # Past the history: nothing of what it shows has changed.
    ReferralPayoutRequest.objects.filter(pk=withdrawal.pk).update(
        card_number=withdrawal.card_number
    )

    record("withdrawal.card_resealed", withdrawal, by=by, at=at, key=key_in_use())
    return withdrawal
