"""Payme (Paycom): the Merchant API's protocol and the checkout link. No models, no services."""
