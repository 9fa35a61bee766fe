"""How far an agency has come in setting itself up."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from catalog.models import Tour, TourPhoto, TourSession
from catalog.states import TourStatus
from core.models.proposal import ProposalStatus
from partners.models import AgencyMember, PaymentDetailsChange, StaffInvitation, TravelAgency


def beginnings(agency_ids: Iterable[int]) -> QuerySet[TravelAgency]:
    """The agencies by name, with what there is of each: ``has_photo``, ``has_date``,
    ``has_published`` (ever), ``is_published`` (now), ``has_colleague``, ``has_invited``,
    ``has_proposed`` (its payment details); ``first_tour`` is an id, of a draft where there is one.
    """
    tours = Tour.objects.filter(agency=OuterRef("pk"))
    drafts_first = tours.order_by("status", "pk")
    members = AgencyMember.objects.filter(agency=OuterRef("pk"), is_active=True).order_by("pk")
    proposed = PaymentDetailsChange.objects.filter(status=ProposalStatus.PROPOSED)
    return (
        TravelAgency.objects.filter(pk__in=agency_ids)
        .annotate(
            first_tour=Subquery(drafts_first.values("pk")[:1]),
            has_photo=Exists(TourPhoto.objects.filter(tour__agency=OuterRef("pk"))),
            has_date=Exists(TourSession.objects.filter(tour__agency=OuterRef("pk"))),
            has_published=Exists(tours.filter(published_at__isnull=False)),
            is_published=Exists(tours.filter(status=TourStatus.PUBLISHED)),
            # Somebody besides the first.
            has_colleague=Exists(Subquery(members.values("pk")[1:2])),
            has_invited=Exists(StaffInvitation.objects.filter(agency=OuterRef("pk"))),
            has_proposed=Exists(proposed.filter(agency=OuterRef("pk"))),
        )
        .order_by("name")
    )
