"""Finding a booking by what somebody reads out on the phone."""

import re

from django.db.models import Q

from finance.models import PaymentTransaction
from partners.models import User
from sales.models import BookingTraveller
from sales.models.booking import BookingQuerySet


def find_bookings(bookings: BookingQuerySet, words: str) -> BookingQuerySet:
    """Of ``bookings`` those whose code begins with ``words``, whose Payme id it is, or whose
    traveller has that name, Telegram name or phone."""
    words = words.strip()
    paid = PaymentTransaction.objects.filter(payme_invoice_id=words).values("booking_id")
    going = BookingTraveller.objects.filter(_named(words)).values("booking_id")
    people = User.objects.filter(_named(words) | _reached_at(words)).values("pk")
    return bookings.filter(
        Q(code__startswith=words.upper()) | Q(pk__in=paid) | Q(pk__in=going) | Q(user_id__in=people)
    )


def _named(words: str) -> Q:
    match = Q()
    for word in words.split():
        match &= Q(first_name__icontains=word) | Q(last_name__icontains=word)
    return match


def _reached_at(words: str) -> Q:
    match = Q(username__iexact=words.removeprefix("@"))
    digits = re.sub(r"\D", "", words)
    # Fewer digits fit half of the country.
    return match | Q(phone__contains=digits) if len(digits) >= 4 else match
