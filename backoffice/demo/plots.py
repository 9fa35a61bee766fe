"""Which stories the demo tells: who travels where, and how it went."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from django.conf import settings

from backoffice.demo import stories
from backoffice.demo.content import AGENCIES, PROMOS, TOURS
from backoffice.demo.content.partners import SPENDS
from backoffice.demo.people import People
from backoffice.demo.shelf import Shelf
from backoffice.demo.stories import Plot, Story
from catalog.models import TourSession

Kind = Callable[[Plot], Story]
COMPANY = [("Камила", "adult"), ("Тимур", "child"), ("Амир", "child"), ("Лейла", "adult")]
# How bookings for dates to come went, days ago, in the order tours take turns.
COMING: tuple[tuple[Kind, int], ...] = (
    (stories.paid, 9),
    (stories.paid, 6),
    (stories.rejected, 5),
    (stories.paid_at_second_try, 4),
    (stories.lapsed, 4),
    (stories.paid, 3),
    (stories.cancelled_early, 3),
    (stories.paid, 8),
    (stories.cancelled_late, 5),
    (stories.paid, 2),
    (stories.refunded, 4),
    (stories.paid, 10),
)
# What is going on right now, minutes ago.
NOW: tuple[tuple[Kind, int], ...] = (
    (stories.requested, 47),
    (stories.requested, 33),
    (stories.requested, 21),
    (stories.requested, 12),
    (stories.requested, 4),
    (stories.approved, 38),
    (stories.approved, 25),
    (stories.approved, 16),
)

# What came by the blogger's code and was taken back, days ago: while its bonus was pending, and
# when it had matured.
BROUGHT: tuple[tuple[Kind, int], ...] = ((stories.refunded, 3), (stories.refunded_late, 13))


def plan(people: People, shelf: Shelf, *, at: datetime) -> Iterator[Story]:
    """The demo's stories around the instant ``at``."""
    casting = _Casting(people, shelf, at)
    for shape in TOURS:
        for session in shelf.past(shape.key):
            for _ in range(2):
                start = _before(session, days=9)
                yield stories.paid(casting.plot(shape.key, session, start))
    for turn in range(3):
        for number, (kind, days) in enumerate(COMING):
            key = _tour_for(kind, number + turn * 5)
            session = _pick(shelf.coming(key), turn)
            start = at - timedelta(days=days, hours=turn * 3 + 1)
            yield kind(casting.plot(key, session, start))
    for number, (kind, minutes) in enumerate(NOW):
        key = _tour_for(kind, number * 3 + 1)
        session = _pick(shelf.coming(key), 0)
        yield kind(casting.plot(key, session, at - timedelta(minutes=minutes)))
    yield from _brought(casting, shelf, at)
    yield from _company(casting, shelf, at)


def _brought(casting: "_Casting", shelf: Shelf, at: datetime) -> Iterator[Story]:
    """What the blogger brought and lost again, and a booking that bonus is set aside for."""
    code = next(iter(casting.people.partners.values())).code
    for number, (kind, days) in enumerate(BROUGHT):
        key = TOURS[number * 2].key
        plot = casting.plot(key, shelf.coming(key)[-1], at - timedelta(days=days, hours=2))
        yield kind(replace(plot, referral=code, promo=""))
    who, amount = SPENDS
    key = _tour_for(stories.requested, 2)
    plot = casting.plot(key, shelf.coming(key)[-1], at - timedelta(minutes=9))
    spender = replace(plot, who=casting.people.person(who), bonus=amount, referral="", promo="")
    yield stories.requested(spender)


def _company(casting: "_Casting", shelf: Shelf, at: datetime) -> Iterator[Story]:
    """Several go on one date: its chat has somebody in it."""
    key = TOURS[0].key
    session = shelf.coming(key)[0]
    for hours in (52, 71, 93):
        yield stories.paid(casting.plot(key, session, at - timedelta(hours=hours)))


def _tour_for(kind: Kind, number: int) -> str:
    """A tour's key; what an agency decides itself needs one that does not approve by itself."""
    if kind in (stories.requested, stories.rejected):
        at_once = {agency.slug for agency in AGENCIES if agency.auto_approve}
        pool = [tour.key for tour in TOURS if tour.agency not in at_once]
    else:
        pool = [tour.key for tour in TOURS]
    return pool[number % len(pool)]


def _before(session: TourSession, *, days: int) -> datetime:
    return session.sales_close_at - timedelta(days=days, hours=5)


def _pick(sessions: list[TourSession], turn: int) -> TourSession:
    return sessions[turn % len(sessions)]


class _Casting:
    """Gives each story a traveller, a size and the odd promo code."""

    def __init__(self, people: People, shelf: Shelf, now: datetime):
        self.now = now
        self.people = people
        self.shelf = shelf
        self.numbers = count()

    def plot(self, key: str, session: TourSession, start: datetime) -> Plot:
        number = next(self.numbers)
        agency = session.tour.agency
        options = session.tour.transport_options
        return Plot(
            who=self.people.travellers[number * 5 % len(self.people.travellers)],
            manager=self.people.manager(agency.slug),
            session=session,
            seats=1 + number % 3,
            start=start,
            cashbox=settings.PAYME_MERCHANT_ID,
            number=number,
            now=self.now,
            promo=self._promo(number, agency.slug),
            referral=self._referral(number),
            transport=options[number % len(options)]["code"] if options else None,
            extra={"company": COMPANY[number % 2 :]},
        )

    def _referral(self, number: int) -> str:
        """Every fifth names a partner's code, every second of these the blogger's."""
        if number % 5 != 1:
            return ""
        blogger, *others = self.people.partners.values()
        turn = number // 5
        return (blogger if turn % 2 else others[turn // 2 % len(others)]).code

    def _promo(self, number: int, agency: str) -> str:
        """Now and then the agency's own code; per-person limits make it rare."""
        own = next((promo.code for promo in PROMOS if promo.agency == agency), "")
        return own if number % 11 == 3 and number < 40 else ""
