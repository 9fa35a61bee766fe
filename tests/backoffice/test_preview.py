"""The preview: the tour as travellers read it, in their language, before they can."""

import pytest

from catalog.parameters import in_three_languages
from tests import factories
from tests.backoffice.pages import action_on


@pytest.fixture
def tour(cast):
    return factories.tour(
        agency=cast.silk,
        category=factories.category(
            title_ru="Горы",
            title_uz="Togʻlar",
            title_en="Mountains",
            parameters_schema={
                "type": "object",
                "properties": {
                    "level": {
                        "type": "string",
                        "enum": ["easy"],
                        "x-title": {"ru": "Сложность", "uz": "Daraja", "en": "Level"},
                        "x-labels": {"easy": {"ru": "лёгкая", "uz": "oson", "en": "easy"}},
                    },
                    "bring": {
                        **in_three_languages({"type": "string"}),
                        "x-title": {"ru": "Взять", "uz": "Olish", "en": "Bring"},
                    },
                },
            },
        ),
        title_ru="Чарвак",
        title_uz="Chorvoq",
        title_en="Charvak",
        description_ru="<div>Озеро и <strong>горы</strong></div>",
        description_uz="<div>Koʻl</div>",
        inclusions_ru=["Чай"],
        parameters={"level": "easy", "bring": {"ru": "вода", "uz": "suv"}},
        status="draft",
        published_at=None,
    )


def seen(sign_in, person, tour, **wish) -> str:
    response = sign_in(person).get(action_on(tour, "show_preview"), wish)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ru", ["Чарвак", "<strong>горы</strong>", "Сложность", "лёгкая", "Чай", "вода"]),
        ("uz", ["Chorvoq", "Koʻl", "Daraja", "oson", "Чай", "suv"]),
        ("en", ["Charvak", "<strong>горы</strong>", "Level", "easy", "Чай", "вода"]),
    ],
)
def test_a_draft_is_read_in_each_language_and_else_in_russian(cast, tour, sign_in, language, words):
    page = seen(sign_in, cast.silk_manager, tour, lang=language)

    phone = page[page.index("c-phone-screen") :]
    assert all(word in phone for word in words)
    assert f'lang="{language}"' in page


def test_what_is_not_translated_is_named_beside_the_phone(cast, tour, sign_in):
    tour.transport_options = [{"code": "bus", "title": "Автобус", "price": "0.00"}]
    tour.save()
    note = "Shown in Russian, because it is not translated:"

    assert note not in seen(sign_in, cast.silk_manager, tour, lang="ru")
    page = seen(sign_in, cast.silk_manager, tour, lang="en")
    assert note in page
    said = page[page.index(note) :]
    assert said.index("description") < said.index("transport") < said.index("Bring")
    assert said.index("Bring") < said.index("</p>")
    page = seen(sign_in, cast.silk_manager, tour, lang="uz")
    assert "Bring" not in page[page.index(note) : page.index("</p>", page.index(note))]


def test_a_language_nobody_speaks_is_russian(cast, tour, sign_in):
    assert 'lang="ru"' in seen(sign_in, cast.silk_manager, tour, lang="xx")


def test_it_is_seen_dark_too(cast, tour, sign_in):
    assert "c-phone-dark" not in seen(sign_in, cast.silk_manager, tour)
    assert "c-phone-dark" in seen(sign_in, cast.silk_manager, tour, theme="dark")


def test_it_says_that_travellers_do_not_see_a_draft(cast, tour, sign_in):
    note = "travellers do not see it"

    assert note in seen(sign_in, cast.silk_manager, tour)
    assert note not in seen(sign_in, cast.silk_manager, cast.silk_tour)


def test_dates_and_prices_are_those_on_sale(cast, sign_in):
    factories.session(tour=cast.silk_tour, is_private=True, price=333_000)
    factories.session(tour=cast.silk_tour, status="completed", price=444_000)
    factories.promotion(agency=cast.silk, tour=cast.silk_tour, discount_percent=10)

    page = seen(sign_in, cast.silk_manager, cast.silk_tour, lang="en")

    assert 'from <span class="c-money">900,000\xa0soʻm</span>' in page
    assert "Seats left: 20" in page
    assert "333" not in page[page.index("c-phone-screen") :]
    assert "444" not in page[page.index("c-phone-screen") :]


def test_a_description_written_before_it_was_cleaned_does_not_run(cast, tour, sign_in):
    tour.description_ru = '<p onclick="x()">Чай</p><script>alert(1)</script><img src=x>'
    tour.save()

    page = seen(sign_in, cast.silk_manager, tour)

    assert "<p>Чай</p>" in page
    assert "alert(1)" not in page
    assert "onclick" not in page[page.index("c-phone-screen") :]


def test_another_agencys_preview_is_not_found(cast, tour, sign_in):
    assert sign_in(cast.nomad_manager).get(action_on(tour, "show_preview")).status_code == 404


def test_support_may_look(cast, tour, sign_in):
    assert "Чарвак" in seen(sign_in, cast.support, tour)
