"""Deals: a booking from the request to the last refund, and custom trips."""
