from backoffice.admin.sales import bookings, parts, requests, trips

__all__ = ["bookings", "parts", "requests", "trips"]
