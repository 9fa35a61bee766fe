"""The tax committee's codes of tours, for fiscal receipts."""

from typing import NamedTuple

from constance import config
from django.db.models import Q, QuerySet

from catalog.models import Tour
from catalog.states import TourStatus


class Codes(NamedTuple):
    """MXIK, the package that belongs to it, VAT in per cent."""

    mxik: str
    package: str
    vat_percent: int


def codes_of(tour: Tour) -> Codes | None:
    """The tour's own pair of codes, else the platform's; None when there is neither.

    A package belongs to an MXIK code: the two are never taken from different places. VAT is the
    tour's own wherever it says one.
    """
    own = (tour.mxik_code, tour.package_code)
    mxik, package = own if all(own) else (config.FISCAL_MXIK, config.FISCAL_PACKAGE)
    if not (mxik and package):
        return None
    vat = config.FISCAL_VAT_PERCENT if tour.vat_percent is None else tour.vat_percent
    return Codes(mxik, package, vat)


def without_codes(rows: QuerySet[Tour]) -> QuerySet[Tour]:
    """Of ``rows`` those on sale whose travellers get no itemised fiscal receipt."""
    if config.FISCAL_MXIK and config.FISCAL_PACKAGE:
        return rows.none()
    return rows.filter(Q(mxik_code="") | Q(package_code=""), status=TourStatus.PUBLISHED)
