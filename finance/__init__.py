"""Money: the ledger, payments, refunds, commission, payouts, bonuses."""
