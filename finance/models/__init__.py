from finance.models.bonus import ReferralBonus, ReferralPayoutRequest
from finance.models.ledger import Account, AccountingTransaction, LedgerEntry
from finance.models.payment import PaymentTransaction, ProviderCall, Refund
from finance.models.payout import Payout
from finance.models.reconciliation import ReconciliationFile, ReconciliationRow

__all__ = [
    "Account",
    "AccountingTransaction",
    "LedgerEntry",
    "PaymentTransaction",
    "Payout",
    "ProviderCall",
    "ReconciliationFile",
    "ReconciliationRow",
    "ReferralBonus",
    "ReferralPayoutRequest",
    "Refund",
]
