"""Finding a booking by what somebody reads out on the phone."""

from django.db.models import Q

from finance.models import PaymentTransaction
from partners.models import User
from partners.queries.search import FEWEST_LETTERS, any_of, named, ways_to
from sales.models import Booking, BookingTraveller
from sales.models.booking import BookingQuerySet


def find_bookings(bookings: BookingQuerySet, words: str) -> BookingQuerySet:
    """Of ``bookings`` those whose code begins with ``words``, whose Payme id it is, or whose
    traveller has that name, Telegram name or phone."""
    return bookings.filter(pk__in=any_of(Booking, _ways(words.strip())))


def find_few_bookings(bookings: BookingQuerySet, words: str, *, most: int) -> BookingQuerySet:
    """The latest ``most`` of them, found without looking at all: a name that thousands have costs
    no more than a rare one."""
    found = [
        bookings.filter(way).order_by("-pk").values("pk")[:most] for way in _ways(words.strip())
    ]
    if not found:
        return bookings.none()
    latest = found[0].union(*found[1:], all=True) if found[1:] else found[0]
    return bookings.filter(pk__in=latest).order_by("-pk")[:most]


def _ways(words: str) -> list[Q]:
    ways = []
    if len(words) >= FEWEST_LETTERS and " " not in words:
        paid = PaymentTransaction.objects.filter(payme_invoice_id=words).values("booking_id")
        ways += [Q(code__startswith=words.upper()), Q(pk__in=paid)]
    if by_name := named(words):
        going = BookingTraveller.objects.filter(by_name).values("booking_id")
        ways.append(Q(pk__in=going))
    if people := ways_to(words):
        ways.append(Q(user_id__in=any_of(User, people)))
    return ways
