"""What is typed in about dates: one, many by a rule, many at once."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from backoffice.admin.catalog.cut_off import closes_before, hours_before
from backoffice.admin.once import OnceDialog, token_field
from catalog.models import Tour, TourSession
from catalog.schedule import Rule, departures
from catalog.services.sessions import (
    MOST_DATES,
    MOST_SEATS,
    Departure,
    SeatsPromised,
    SessionInPast,
)
from core.clock import local_date, local_midnight, now
from core.money import HUNDRED

TWO_YEARS = 731
LONGEST = 60
MOST_HOURS = 60 * 24
THOUSAND = Decimal(1000)


class SessionForm(forms.ModelForm):  # type: ignore[type-arg]
    """What can be seen to be wrong on the page itself; the acts see the rest."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = data.get("date_start"), data.get("date_end")
        if start and end and end < start:
            raise ValidationError({"date_end": _("It cannot end before it starts.")})
        taken = self.instance.seats_taken
        if (data.get("capacity") or taken) < taken:
            # First of all: a smaller group would not help.
            raise ValidationError({"capacity": SeatsPromised(taken=taken).detail})
        check_group(self, data)
        return data


def check_group(form: forms.BaseForm, data: dict[str, Any]) -> None:
    group, capacity = data.get("min_group_size"), data.get("capacity")
    if group and capacity and group > capacity:
        form.add_error("min_group_size", _("More than there are seats."))


def whole(label: Any, low: int, high: int, **rest: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=low,
        max_value=high,
        widget=UnfoldAdminIntegerFieldWidget(attrs={"inputmode": "numeric"}),
        **rest,
    )


def price_field(**rest: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=_("Price per seat, UZS"),
        min_value=0,
        max_digits=12,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget(attrs={"inputmode": "decimal"}),
        **rest,
    )


def seats_field(label: Any = None, **rest: Any) -> forms.IntegerField:
    return whole(label or _("Seats"), 1, MOST_SEATS, **rest)


def hours_field(**rest: Any) -> forms.IntegerField:
    return whole(
        _("Sales close so many hours before the first day"),
        0,
        MOST_HOURS,
        help_text=_("0: when the first day begins. 6: at 18:00 the day before."),
        **rest,
    )


def guide_field() -> forms.CharField:
    return forms.CharField(
        label=_("Guide"), max_length=120, required=False, widget=UnfoldAdminTextInputWidget
    )


class RuleForm(forms.Form):
    """Dates by a rule; ``dates`` are the first and last days it gives."""

    tour = forms.ModelChoiceField(
        Tour.objects.none(), label=_("Tour"), widget=UnfoldAdminSelectWidget
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On these weekdays"),
        coerce=int,
        choices=list(WEEKDAYS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one weekday.")},
    )
    first = forms.DateField(label=_("From"), widget=UnfoldAdminDateWidget)
    last = forms.DateField(label=_("To"), widget=UnfoldAdminDateWidget)
    every_weeks = whole(_("Every so many weeks"), 1, 8, initial=1)
    days = whole(_("Length, days"), 1, LONGEST, initial=1)
    price = price_field()
    capacity = seats_field()
    min_group_size = seats_field(_("Minimum group"), initial=1)
    close_hours = hours_field(initial=0)
    guide = guide_field()
    token = token_field()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        check_group(self, data)
        self.dates: list[Any] = []
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("It cannot end before it starts."))
        elif first and last and (last - first).days > TWO_YEARS:
            self.add_error("last", _("At most two years at once."))
        elif not self.errors:
            self._find_dates(data)
        return data

    def _find_dates(self, data: dict[str, Any]) -> None:
        names = ("weekdays", "first", "last", "days", "every_weeks")
        rule = Rule(**{name: data[name] for name in names})
        self.dates = list(islice(departures(rule), MOST_DATES + 1))
        if not self.dates:
            self.add_error("weekdays", _("There is no such day between the two dates."))
        if len(self.dates) > MOST_DATES:
            message = _("That would be more than %(limit)s dates at once: choose a shorter time.")
            self.add_error("last", ValidationError(message, params={"limit": MOST_DATES}))

    def terms_like(self, session: TourSession) -> None:
        """Begin with the terms of ``session``: the next dates are mostly like the last."""
        terms = {
            "days": (session.date_end - session.date_start).days + 1,
            "price": session.price,
            "capacity": session.capacity,
            "min_group_size": session.min_group_size,
            "close_hours": hours_before(session),
            "guide": session.guide,
        }
        self.initial = {**self.initial, **terms}


class DateForm(forms.Form):
    """One date in the preview of a rule: taken or not, on its own terms."""

    use = forms.BooleanField(label=_("Create"), required=False, widget=UnfoldBooleanWidget)
    price = price_field()
    capacity = seats_field()

    def departure(self, start: Any, end: Any, terms: dict[str, Any]) -> Departure:
        return Departure(
            date_start=start,
            date_end=end,
            price=self.cleaned_data["price"],
            capacity=self.cleaned_data["capacity"],
            min_group_size=terms["min_group_size"],
            sales_close_at=closes_before(start, terms["close_hours"]),
            guide=terms["guide"],
        )


class DuplicateDialog(OnceDialog):
    date_start = forms.DateField(
        label=_("First day"),
        widget=UnfoldAdminDateWidget,
        help_text=_("As long as this one, with the same price, seats, guide and cut-off."),
    )

    def clean_date_start(self) -> date:
        day: date = self.cleaned_data["date_start"]
        if day < local_date(now()):
            raise ValidationError(SessionInPast.message)
        return day


# --- many at once

HOW = [
    ("to", _("new price, UZS")),
    ("up", _("raise by per cent")),
    ("down", _("lower by per cent")),
]
WINDOW = [("close", _("Close for sale")), ("reopen", _("Open for sale"))]


class BulkForm(forms.Form):
    """Terms for several dates; only what is ticked changes."""

    do_price = forms.BooleanField(required=False)
    price_how = forms.ChoiceField(choices=HOW, required=False, widget=UnfoldAdminSelectWidget)
    price = price_field(required=False, help_text=_("A percentage gives whole thousands of soʻm."))
    do_capacity = forms.BooleanField(required=False)
    capacity = seats_field(required=False)
    do_min_group_size = forms.BooleanField(required=False)
    min_group_size = seats_field(_("Minimum group"), required=False)
    do_close_hours = forms.BooleanField(required=False)
    close_hours = hours_field(required=False)
    do_guide = forms.BooleanField(required=False)
    guide = guide_field()
    do_window = forms.BooleanField(required=False)
    window = forms.ChoiceField(
        label=_("On sale"), choices=WINDOW, required=False, widget=UnfoldAdminSelectWidget
    )

    NAMES = ("price", "capacity", "min_group_size", "close_hours", "guide", "window")

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Each term with its tick, as the page shows them."""
        return [
            {
                "name": name,
                "tick": self[f"do_{name}"],
                "how": self["price_how"] if name == "price" else None,
                "field": self[name],
            }
            for name in self.NAMES
        ]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        ticked = [name for name in self.NAMES if data.get(f"do_{name}")]
        if not ticked:
            raise ValidationError(_("Tick what is to change."))
        for name in ticked:
            if name != "guide" and name not in self.errors and data.get(name) in (None, ""):
                self.add_error(name, _("Say what it becomes."))
        if "price" in ticked and data.get("price_how") != "to" and "price" not in self.errors:
            self._check_percent(data)
        return data

    def _check_percent(self, data: dict[str, Any]) -> None:
        most = HUNDRED if data["price_how"] == "down" else 10 * HUNDRED
        if not 0 < data["price"] <= most:
            message = _("Between 0 and %(most)s per cent.")
            self.add_error("price", ValidationError(message, params={"most": most}))

    def values_for(self, session: TourSession) -> dict[str, Any]:
        """What the ticked terms are for ``session``, as ``change_session`` takes them."""
        data = self.cleaned_data
        plain = ("capacity", "min_group_size", "guide")
        values = {name: data[name] for name in plain if data[f"do_{name}"]}
        if data["do_price"]:
            values["price"] = self._price(session.price)
        if data["do_close_hours"]:
            values["sales_close_at"] = closes_before(session.date_start, data["close_hours"])
        return values

    def _price(self, old: Decimal) -> Decimal:
        value: Decimal = self.cleaned_data["price"]
        if self.cleaned_data["price_how"] == "to":
            return value
        change = value if self.cleaned_data["price_how"] == "up" else -value
        return in_thousands(old * (HUNDRED + change) / HUNDRED)


def in_thousands(amount: Decimal) -> Decimal:
    """``amount`` to whole thousands, half up."""
    return (amount / THOUSAND).quantize(Decimal(1), rounding=ROUND_HALF_UP) * THOUSAND


def like(session: TourSession, first_day: Any) -> Departure:
    """A departure on other days, on the terms of ``session``."""
    shift = local_midnight(first_day) - local_midnight(session.date_start)
    return Departure(
        date_start=first_day,
        date_end=first_day + (session.date_end - session.date_start),
        price=session.price,
        capacity=session.capacity,
        min_group_size=session.min_group_size,
        sales_close_at=session.sales_close_at + shift,
        guide=session.guide,
    )
