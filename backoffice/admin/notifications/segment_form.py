"""What staff fill in for an announcement: its texts, and the segment as fields."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDateWidget,
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanSwitchWidget,
)

from backoffice.admin.act_form import picker
from catalog.models import Tour, TourSession
from notifications.models import Announcement
from notifications.queries.segments import cities, interests, spheres
from notifications.services.announcements import Draft
from notifications.shapes import Segment, Took
from partners.models import Language, TravelAgency

# Everything that can be asked of a person, in the order of the form.
CRITERIA: dict[str, Any] = {
    "languages": _("Language"),
    "spheres": _("Sphere"),
    "interests": _("Interests"),
    "joined_since": _("Joined since"),
    "partners_only": _("Referral partners only"),
    "took": _("Booking"),
    "tour": _("Tour"),
    "agency": _("Agency"),
    "city": _("City"),
    "goes_from": _("Goes from"),
    "goes_to": _("Goes until"),
}
ROWS = {"tour", "agency"}
TEXTS = tuple(f"text_{language}" for language in Language)


class WordsInput(UnfoldAdminSelect2MultipleWidget):
    """Without the class by which Django's autocomplete, which is on the page too, takes it for one
    of its own and asks the server for choices."""

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        super().__init__(attrs, choices)
        self.attrs["class"] = "unfold-admin-autocomplete"


def _words() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(required=False, widget=WordsInput)


def _day() -> forms.DateField:
    return forms.DateField(required=False, widget=UnfoldAdminDateWidget)


class AnnouncementForm(forms.ModelForm):  # type: ignore[type-arg]
    """The choices are what people and tours really have."""

    languages = forms.MultipleChoiceField(
        choices=Language, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    spheres = _words()
    interests = _words()
    joined_since = _day()
    partners_only = forms.BooleanField(required=False, widget=UnfoldBooleanSwitchWidget)
    took = forms.ChoiceField(
        choices=[("", _("no matter")), *Took.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    tour = picker(TourSession, "tour", required=False)
    agency = picker(Tour, "agency", required=False)
    city = forms.ChoiceField(
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Where the tour meets: people themselves have no city here."),
    )
    goes_from = _day()
    goes_to = _day()

    class Meta:
        model = Announcement
        fields = ("title", *TEXTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        segment = Segment.read(self.instance.segment)
        for name, label in CRITERIA.items():
            self.fields[name].label = label
            self.initial[name] = getattr(segment, name)
        # What was chosen stays a choice though nobody has it any more.
        for name, words in (("spheres", spheres()), ("interests", interests())):
            chosen = [word for word in getattr(segment, name) if word not in words]
            self.fields[name].choices = [(word, word) for word in [*words, *chosen]]  # type: ignore[attr-defined]
        places = cities()
        places += [segment.city] if segment.city and segment.city not in places else []
        self.fields["city"].choices = [("", "–"), *((city, city) for city in places)]  # type: ignore[attr-defined]
        self._explain()

    def _explain(self) -> None:
        fields = self.fields
        fields["title"].help_text = _("For the list here; readers do not see it.")
        fields["text_ru"].help_text = _(
            "Plain text, as in a chat: paragraphs and links stay as they are typed."
        )
        for name in TEXTS:
            fields[name].widget = UnfoldAdminTextareaWidget(attrs={"rows": 6})
        fields["text_uz"].help_text = fields["text_en"].help_text = _(
            "Empty: these readers get the Russian text."
        )
        fields["interests"].help_text = _("Any of them is enough.")
        fields["goes_from"].help_text = _("The date of the tour has a day in between.")

    def draft(self) -> Draft:
        """What was filled in, for the act."""
        data = self.cleaned_data
        given = {name: data[name] for name in CRITERIA if data[name]}
        for name in ROWS & set(given):
            given[name] = given[name].pk
        texts = {name: data[name] for name in TEXTS}
        return Draft(title=data["title"], segment=Segment.read(given), **texts)


def criteria_of(segment: Segment) -> list[tuple[Any, str]]:
    """The segment in words: what is asked, and what for."""
    given = {name: getattr(segment, name) for name in CRITERIA}
    return [(CRITERIA[name], WORDS[name](value)) for name, value in given.items() if value]


def _row(model: Any) -> Callable[[int], str]:
    return lambda pk: str(model.objects.filter(pk=pk).first() or f"№{pk}")


def _date(day: date) -> str:
    return f"{day:%d.%m.%Y}"


WORDS: dict[str, Callable[[Any], str]] = {
    "languages": lambda chosen: ", ".join(str(Language(each).label) for each in chosen),
    "spheres": ", ".join,
    "interests": ", ".join,
    "joined_since": _date,
    "partners_only": lambda _only: gettext("yes"),
    "took": lambda took: str(Took(took).label),
    "tour": _row(Tour),
    "agency": _row(TravelAgency),
    "city": str,
    "goes_from": _date,
    "goes_to": _date,
}
