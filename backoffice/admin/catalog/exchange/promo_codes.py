"""Promo codes as rows."""

from collections.abc import Iterable
from typing import Any

import tablib
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backoffice.admin.catalog.exchange.columns import (
    Column,
    Flag,
    Instant,
    Number,
    OneOf,
    Upper,
    Whole,
    Words,
)
from backoffice.admin.catalog.exchange.rows import ActResource, Fault, Values
from catalog.models import PromoCode, Tour, TourSession
from catalog.services.discounts import change_promo_code, create_promo_code
from catalog.states import FundedBy
from partners.roles import Role


class PromoCodeResource(ActResource):
    """An agency's promo codes by their word; of no agency, the platform's own."""

    model = PromoCode
    needed = ("code",)
    relations = ("agency", "tour", "session")
    table = {
        "code": Column(Upper(), "key", attribute="code"),
        "agency": Column(Words(), attribute="agency__slug", empty=""),
        "batch": Column(Words(), attribute="batch", empty=""),
        "discount_percent": Column(Number(), attribute="discount_percent", empty=None),
        "discount_amount": Column(Number(), attribute="discount_amount", empty=None),
        "valid_from": Column(Instant(), attribute="valid_from"),
        "valid_to": Column(Instant(), attribute="valid_to"),
        "tour": Column(Words(), attribute="tour__code", empty=""),
        "session": Column(Upper(), attribute="session__code", empty=""),
        "usage_limit": Column(Whole(), attribute="usage_limit", empty=None),
        "per_user_limit": Column(Whole(), attribute="per_user_limit", empty=None),
        "funded_by": Column(OneOf(FundedBy.values), attribute="funded_by"),
        "is_active": Column(Flag(), "state", attribute="is_active"),
        "used": Column(Whole(), "info", attribute="used"),
    }

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.tours: dict[tuple[int, str], int] = {}
        self.sessions: dict[str, int] = {}

    def titles(self) -> dict[str, Any]:
        return {**super().titles(), "used": _("used")}

    def rows_of(self, agency_ids: Iterable[int]) -> QuerySet[PromoCode]:
        rows = PromoCode.objects.select_related(*self.relations)
        if self._is_the_platforms():
            return rows
        return rows.filter(agency_id__in=agency_ids)

    def look_up(self, dataset: tablib.Dataset) -> None:
        words = self._named("code", dataset)
        rows = self.rows_of(self.agencies.values()).filter(code__in=words)
        self.known = {promo.code.upper(): promo for promo in rows}
        agency_ids = list(self.agencies.values())
        tours = Tour.objects.filter(agency_id__in=agency_ids, code__in=self._named("tour", dataset))
        self.tours = {(a, code): pk for a, code, pk in tours.values_list("agency_id", "code", "pk")}
        sessions = TourSession.objects.filter(
            tour__agency_id__in=agency_ids, code__in=self._named("session", dataset)
        )
        self.sessions = dict(sessions.values_list("code", "pk"))

    def _named(self, column: str, dataset: tablib.Dataset) -> set[str]:
        if column not in dataset.headers:
            return set()
        return {self.fields[column].read(cell) for cell in dataset[column]} - {..., ""}

    def key_of(self, values: Values) -> Any:
        if values["code"] is ...:
            raise Fault.at("code", _("A row without a code says nothing."))
        return values["code"]

    def create(self, values: Values) -> PromoCode:
        agency_id = self._owner(values)
        said = {name: v for name, v in values.items() if name not in ("code", "agency")}
        return create_promo_code(
            agency_id=agency_id,
            code=values["code"],
            values=self._written(said, agency_id),
            **self.who,
        )

    def change(self, row: PromoCode, values: Values) -> PromoCode:
        if "agency" in values:
            raise Fault.at("agency", _("A promo code stays with its agency."))
        written = self._written(values, row.agency_id)
        return change_promo_code(promo_code_id=row.pk, values=written, **self.who)

    def _owner(self, values: Values) -> int | None:
        if self._is_the_platforms() and not values.get("agency"):
            return None
        return self.agency_of(values)

    def _is_the_platforms(self) -> bool:
        return self.by is not None and self.by.role == Role.ADMIN

    def _written(self, values: Values, agency_id: int | None) -> Values:
        """Tour and date as the ids that acts take."""
        written = dict(values)
        if "tour" in written:
            written["tour_id"] = self._tour_id(written.pop("tour"), agency_id)
        if code := written.pop("session", None):
            if code not in self.sessions:
                raise Fault.at("session", _("There is no date with this code."))
            written["session_id"] = self.sessions[code]
        elif code == "":
            written["session_id"] = None
        return written

    def _tour_id(self, code: str, agency_id: int | None) -> int | None:
        if not code:
            return None
        of_agency = [
            pk for (a, c), pk in self.tours.items() if c == code and agency_id in (None, a)
        ]
        if not of_agency:
            raise Fault.at("tour", _("There is no tour with this code."))
        if len(of_agency) > 1:
            raise Fault.at("tour", _("Tours of several agencies have this code."))
        return of_agency[0]
