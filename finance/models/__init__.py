from finance.models.adjustment import Adjustment, ClosedMonth
from finance.models.bonus import ReferralBonus
from finance.models.case import MoneyCase
from finance.models.commission import CommissionRate
from finance.models.ledger import Account, AccountingTransaction, LedgerEntry
from finance.models.payment import Invoice, PaymentTransaction, ProviderCall, Refund
from finance.models.payout import Payout, PayoutRegister
from finance.models.reconciliation import ReconciliationFile, ReconciliationRow
from finance.models.withdrawal import ReferralPayoutRequest

__all__ = [
    "Account",
    "AccountingTransaction",
    "Adjustment",
    "ClosedMonth",
    "CommissionRate",
    "Invoice",
    "LedgerEntry",
    "MoneyCase",
    "PaymentTransaction",
    "Payout",
    "PayoutRegister",
    "ProviderCall",
    "ReconciliationFile",
    "ReconciliationRow",
    "ReferralBonus",
    "ReferralPayoutRequest",
    "Refund",
]
