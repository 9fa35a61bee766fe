"""What every house stands on; no word of the trade is known here."""
