"""What a role reaches in the admin without an address of its own: rows, choices, bulk actions,
what is found, and what pages say."""

import json
import re

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model
from django.forms import BaseForm
from django.test import RequestFactory
from django.urls import reverse

from backoffice.admin.bulk import CARRY_OUT
from catalog.models import Tour
from partners.roles import AGENCY, STAFF
from tests.backoffice.addresses import addresses
from tests.backoffice.both_sides import PERSONAL, WALKERS
from tests.backoffice.explained import ASKS, ELSEWHERE, asked, may, of_action
from tests.backoffice.pages import list_of
from tests.backoffice.walker import Walker, bare, calm, scenery, urls  # noqa: F401

ROLES = sorted(STAFF)
SIDES = sorted(AGENCY)
# Of a list nothing may be taken with it; what was taken is recorded.
RECORDED = {"export_xlsx", "export_csv"}
AUTOCOMPLETE = reverse("admin:autocomplete")


def request_of(stage, role):
    request = RequestFactory().get("/")
    request.user = getattr(stage[0], WALKERS[role])
    return request


def pages():
    """Each model's pages, with its label."""
    for model, page in admin.site._registry.items():
        if issubclass(model, Model):  # the page of settings has none
            yield model._meta.label_lower, page


# --- rows: what lists, pages, choices, searches, exports and bulk actions start from


@pytest.mark.parametrize("role", SIDES)
def test_an_agency_reaches_its_own_rows_alone(scenery, role):  # noqa: F811
    request, (_cast, sides) = request_of(scenery, role), scenery
    wrong = []

    for label, page in pages():
        rows = page.get_queryset(request)
        if label in sides.theirs.rows and rows.filter(pk=sides.theirs.rows[label]).exists():
            wrong.append(f"{label}: the other's")
        own = sides.own_row(label, role)
        if may(role, f"{label}.view") and own and not rows.filter(pk=own).exists():
            wrong.append(f"{label}: not one's own")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ROLES)
def test_what_is_ones_own_is_nobody_elses(scenery, role):  # noqa: F811
    request, (_cast, sides) = request_of(scenery, role), scenery
    seen = {
        label: set(page.get_queryset(request).values_list("pk", flat=True))
        for label, page in pages()
        if label in PERSONAL and may(role, f"{label}.view")
    }

    assert seen == {label: {sides.personal[label][role]} for label in seen}


# --- bulk actions


@pytest.mark.parametrize("role", ROLES)
def test_bulk_actions_are_offered_as_the_table_says(scenery, role):  # noqa: F811
    request = request_of(scenery, role)
    wrong = []

    for label, page in pages():
        offered = set(page.get_actions(request))
        for name in known_actions(page):
            asks = bulk_asks(label, name)
            if asks is None:
                wrong.append(f"{label} {name}: nobody has explained it")
            elif (name in offered) != may(role, asks):
                wrong.append(f"{label} {name}: asks {asks}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ROLES)
def test_a_bulk_action_that_is_not_offered_does_nothing(scenery, calm, role):  # noqa: F811
    walker, request, wrong = Walker(scenery, role), request_of(scenery, role), []

    for label, page in pages():
        for name in known_actions(page):
            if name not in page.get_actions(request):
                own = walker.sides.own_row(label, role)
                _answer, writes = press(walker, page.model, name, own)
                if writes:
                    wrong.append(f"{label} {name}: {writes}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", SIDES)
def test_a_bulk_action_passes_over_the_others_rows(scenery, calm, role):  # noqa: F811
    walker, request, wrong = Walker(scenery, role), request_of(scenery, role), []

    for label, page in pages():
        theirs = walker.sides.theirs.rows.get(label)
        for name in set(page.get_actions(request)) - RECORDED:
            _answer, writes = press(walker, page.model, name, theirs)
            if writes:
                wrong.append(f"{label} {name}: {writes}")

    assert not wrong, "\n".join(wrong)


def known_actions(page) -> list[str]:
    return [each.name for each in page._get_base_actions()]


def bulk_asks(label, name) -> str | None:
    if name == "delete_selected":
        return "nobody" if f"{label}.delete" in ELSEWHERE else f"{label}.delete"
    # Approving many asks what approving one does.
    alike = f"{label.replace('.', '_')}_{name.removesuffix('_selected')}"
    return ASKS.get(alike) or of_action(label, name)


def press(walker, model, name, pk):
    """Chosen, and confirmed at once."""
    form = {"action": name, ACTION_CHECKBOX_NAME: [pk], CARRY_OUT: "1", "post": "yes"}
    return walker.ask("post", list_of(model), form)


# --- choices


@pytest.mark.parametrize("role", ROLES)
def test_pickers_offer_what_the_reader_may_see(scenery, calm, role):  # noqa: F811
    walker, wrong, sides, asked_for = Walker(scenery, role), [], scenery[1], set()

    for label, field, related in references():
        if role not in AGENCY and related in asked_for:
            continue  # the platform sees all rows of what it sees
        asked_for.add(related)
        app, _dot, model = label.partition(".")
        query = {"app_label": app, "model_name": model, "field_name": field, "term": ""}
        answer, _writes = walker.ask("get", AUTOCOMPLETE, query)
        if (answer.status_code == 200) != may(role, f"{related}.view"):
            wrong.append(f"{label}.{field}: {answer.status_code}")
        elif answer.status_code == 200 and role in AGENCY and related in sides.theirs.rows:
            ids = {row["id"] for row in json.loads(answer.content)["results"]}
            if str(sides.theirs.rows[related]) in ids:
                wrong.append(f"{label}.{field}: the other's")

    assert not wrong, "\n".join(wrong)


def references():
    """Fields that refer to what has pages with a search: (label, field, label of the other)."""
    for label, page in pages():
        for field in page.model._meta.get_fields():
            related = admin.site._registry.get(field.related_model)
            if field.concrete and related is not None and related.search_fields:
                yield label, field.name, field.related_model._meta.label_lower


# --- what pages say, and what their forms let choose


def test_no_page_of_an_agency_names_or_offers_the_other(scenery, bare):  # noqa: F811
    """Its owner's: a manager sees less."""
    walker, wrong = Walker(scenery, "owner"), []
    names = names_of_the_other(scenery)
    to_the_admin, _writes = Walker(scenery, "admin").ask("get", list_of(Tour))
    assert names.search(to_the_admin.content.decode()), "they would be seen"

    for address in addresses():
        asks = asked(address, "get") or ""
        if address.is_alias or not may("owner", asks):
            continue
        [(_side, url)] = urls(walker, address, is_let=False)
        answer, _writes = walker.ask("get", url)
        if answer.status_code != 200 or answer.streaming:
            continue
        wrong += [f"{address.name}: {each}" for each in names.findall(answer.content.decode())]
        wrong += [f"{address.name}: {each} to choose" for each in offered(answer, walker.sides)]

    assert not wrong, "\n".join(wrong)


def names_of_the_other(stage) -> re.Pattern:
    """What only Nomad's rows are called, and their pages."""
    cast, sides = stage
    links = [
        reverse(f"admin:{label.replace('.', '_')}_change", args=[pk])
        for label, pk in sides.theirs.rows.items()
    ]
    return re.compile("|".join(map(re.escape, [cast.nomad.name, "Khiva", *links])))


def offered(answer, sides):
    """Rows of the other's among the choices of the page's forms."""
    for form in forms_of(answer).values():
        for name, field in form.fields.items():
            rows = getattr(field, "queryset", None)
            if rows is None or name == "id":  # an inline's own key
                continue
            theirs = sides.theirs.rows.get(rows.model._meta.label_lower)
            if theirs is not None and rows.filter(pk=theirs).exists():
                yield f"{rows.model._meta.label} in {name}"


def forms_of(answer) -> dict[int, BaseForm]:
    """The forms that the page was drawn with, those of its inlines among them, each once."""
    found = []
    for part in answer.context or ():
        for layer in getattr(part, "dicts", [part]):
            for value in layer.values():
                found.append(getattr(value, "form", value))
                for inline in value if isinstance(value, list | tuple) else ():
                    if hasattr(inline, "formset"):
                        found += [*inline.formset.forms, inline.formset.empty_form]
    return {id(each): each for each in found if isinstance(each, BaseForm)}


@pytest.mark.parametrize("role", SIDES)
@pytest.mark.parametrize("name", ["search", "find"])
def test_search_everywhere_finds_nothing_of_the_other(scenery, bare, role, name):  # noqa: F811
    walker, (cast, _sides) = Walker(scenery, role), scenery
    links = names_of_the_other(scenery).pattern.partition("/")[2]
    own, words = cast.silk_tour.title_en, [cast.nomad.name, cast.nomad_tour.title_en]
    words += [cast.nomad_tour.code, *cast.nomad_tour.title_ru.split()]

    def found(word):
        answer, _writes = walker.ask("get", reverse(f"admin:{name}"), {"s": word, "q": word})
        return answer.headers.get("Location", "") + answer.content.decode()

    assert reverse("admin:catalog_tour_change", args=[cast.silk_tour.pk]) in found(own)
    for word in words:
        assert not re.search("/" + links, found(word)), word


# --- the page that says so


def test_everybody_reads_who_may_what_with_his_own_role_marked(cast, sign_in):
    address = reverse("admin:core_permissions_changelist")
    browser = sign_in(cast.silk_owner)
    own, other = browser.get(address), browser.get(address, {"role": "support"})
    junk = browser.get(address, {"role": "traveller"})

    def marked(page):
        return [role for role, is_chosen, _own in page.context["roles"] if is_chosen]

    assert [marked(page) for page in (own, other, junk)] == [["owner"], ["support"], ["owner"]]
    assert "Agency owner <span" in own.content.decode()
    tours = next(t for s in own.context["sections"] for t in s.things if t.name == "Tours")
    assert [(line.acts, line.marks) for line in tours.lines] == [
        ("see", (True,) * 5),
        ("add, change, import, export", (True, True, False, False, True)),
    ]
    assert "Who may what" in browser.get(reverse("admin:index")).content.decode()
