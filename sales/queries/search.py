"""Finding a booking by what somebody reads out on the phone."""

from django.db.models import Q

from finance.models import PaymentTransaction
from partners.models import User
from partners.queries.search import FEWEST_LETTERS, any_of, named, ways_to
from sales.models import Booking, BookingTraveller
from sales.models.booking import BookingQuerySet

# Further down nobody looks; lists do not count further either.
MOST = 10_000


def find_bookings(bookings: BookingQuerySet, words: str) -> BookingQuerySet:
    """Of ``bookings`` those whose code begins with ``words``, whose Payme id it is, or whose
    traveller has that name, Telegram name or phone; the latest MOST of a name that more have."""
    return _latest(bookings, words, MOST)


def find_few_bookings(bookings: BookingQuerySet, words: str, *, most: int) -> BookingQuerySet:
    """The latest ``most`` of them, found without looking at all: a name that thousands have costs
    no more than a rare one."""
    return _latest(bookings, words, most).order_by("-pk")[:most]


def _latest(bookings: BookingQuerySet, words: str, most: int) -> BookingQuerySet:
    found = [
        bookings.filter(way).order_by("-pk").values("pk")[:most] for way in _ways(words.strip())
    ]
    if not found:
        return bookings.none()
    latest = found[0].union(*found[1:], all=True) if found[1:] else found[0]
    return bookings.filter(pk__in=latest)


def coded(words: str) -> list[BookingQuerySet]:
    """The bookings whose code begins with ``words``; nothing for what is no code."""
    is_code = len(words) >= FEWEST_LETTERS and " " not in words
    return [Booking.objects.filter(_begins(words)).order_by()] if is_code else []


def _begins(code: str) -> Q:
    return Q(code__startswith=code.upper())


def _ways(words: str) -> list[Q]:
    ways = []
    if len(words) >= FEWEST_LETTERS and " " not in words:
        paid = PaymentTransaction.objects.filter(payme_invoice_id=words).values("booking_id")
        ways += [_begins(words), Q(pk__in=paid)]
    if by_name := named(words):
        going = BookingTraveller.objects.filter(by_name).values("booking_id")
        ways.append(Q(pk__in=going))
    if people := ways_to(words):
        ways.append(Q(user_id__in=any_of(User, people)))
    return ways
