"""Who belongs to a segment, and what there is to choose segments from."""

from datetime import datetime

from django.db import connection
from django.db.models import CharField, Count, Exists, F, Func, OuterRef, Q, QuerySet, Value

from catalog.models import Tour
from core.clock import local_midnight
from notifications.models import Preferences
from notifications.shapes import LONGEST_WORD, Segment, Took
from notifications.states import Kind
from partners.models import ReferralPartner, User
from sales.models import Booking
from sales.states import BookingStatus

# So many words are offered of each; the commonest.
OFFERED = 200


def people_of(segment: Segment) -> QuerySet[User]:
    """The people of the segment whom the bot can write to and who want announcements, each once."""
    muted = Preferences.objects.filter(user=OuterRef("pk"), muted__contains=[Kind.ANNOUNCEMENT])
    people = User.objects.filter(
        ~Exists(muted), is_active=True, is_reachable=True, telegram_id__isnull=False
    )
    people = people.filter(_about_the_person(segment))
    if segment.partners_only:
        partners = ReferralPartner.objects.filter(user=OuterRef("pk"), is_active=True)
        people = people.filter(Exists(partners))
    if segment.is_about_bookings:
        people = people.filter(Exists(_bookings(segment).filter(user=OuterRef("pk"))))
    return people


def people_at_start(segment: Segment, started_at: datetime) -> QuerySet[User]:
    """Those of them who were there already when it was started."""
    return people_of(segment).filter(date_joined__lte=started_at)


def count_by_language(people: QuerySet[User]) -> dict[str, int]:
    """How many read it in which language; the sum is all of them."""
    counted = people.order_by().values_list("language").annotate(n=Count("pk"))
    return dict(counted)


def _about_the_person(segment: Segment) -> Q:
    wanted = Q()
    if segment.languages:
        wanted &= Q(language__in=segment.languages)
    if segment.spheres:
        wanted &= Q(sphere__in=segment.spheres)
    if segment.interests:
        wanted &= Q(interests__has_any_keys=list(segment.interests))
    if segment.joined_since:
        wanted &= Q(date_joined__gte=local_midnight(segment.joined_since))
    return wanted


def _bookings(segment: Segment) -> QuerySet[Booking]:
    wanted = Q()
    if segment.tour:
        wanted &= Q(session__tour=segment.tour)
    if segment.agency:
        wanted &= Q(agency=segment.agency)
    if segment.city:
        wanted &= Q(session__tour__meeting_point_ru__startswith=f"{segment.city},")
    if segment.goes_from:
        wanted &= Q(session__date_end__gte=segment.goes_from)
    if segment.goes_to:
        wanted &= Q(session__date_start__lte=segment.goes_to)
    if segment.took == Took.PAID:
        wanted &= Q(status=BookingStatus.PAID)
    return Booking.objects.filter(wanted)


# --- what there is to choose from


def cities() -> list[str]:
    """Where tours meet: people have no city, and a meeting point begins with its own."""
    point = F("meeting_point_ru")
    first = Func(point, Value(","), Value(1), function="split_part", output_field=CharField())
    named = Tour.objects.filter(meeting_point_ru__contains=",").order_by()
    counted = named.annotate(city=first).values_list("city").annotate(n=Count("pk"))
    found = [city for city, _n in counted.order_by("-n", "city")[:OFFERED]]
    return [city for city in found if city.strip() and len(city) <= LONGEST_WORD]


def spheres() -> list[str]:
    counted = User.objects.exclude(sphere="").order_by().values_list("sphere")
    return [
        sphere for sphere, _n in counted.annotate(n=Count("pk")).order_by("-n", "sphere")[:OFFERED]
    ]


def interests() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT word FROM partners_user, jsonb_array_elements_text(
                CASE jsonb_typeof(interests) WHEN 'array' THEN interests ELSE '[]' END
            ) AS word
            WHERE length(word) BETWEEN 1 AND %s
            GROUP BY word ORDER BY count(*) DESC, word LIMIT %s
            """,
            [LONGEST_WORD, OFFERED],
        )
        return [word for (word,) in cursor.fetchall()]
