from backoffice.admin.finance import bonuses, ledger, payments, payouts, reconciliation

__all__ = ["bonuses", "ledger", "payments", "payouts", "reconciliation"]
