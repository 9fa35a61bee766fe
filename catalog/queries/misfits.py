"""Tours that do not fit what their category would ask for."""

from catalog.models import Tour, TourCategory
from catalog.parameters import parameter_faults, taken_over


def misfits(category: TourCategory) -> list[Tour]:
    """The category's tours that fit its schema as it is saved and not as it is here.

    Archived ones count, too: they may come back.
    """
    saved = TourCategory.objects.get(pk=category.pk).parameters_schema
    before, after = saved or {}, category.parameters_schema or {}
    tours = Tour.objects.filter(category=category).order_by("pk")
    return [
        tour
        for tour in tours.only("pk", "title_ru", "title_uz", "title_en", "parameters", "status")
        if parameter_faults(taken_over(tour.parameters, before, after), after)
        and not parameter_faults(tour.parameters, before)
    ]
