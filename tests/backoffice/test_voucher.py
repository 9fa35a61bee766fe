"""The voucher: who it is for, and everything that is asked for at the meeting point."""

from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from catalog.parameters import in_three_languages
from sales.services.request import Traveller
from tests.api.phone import Phone, problem
from tests.backoffice.pages import action_on, page_of

BRING = {
    "type": "object",
    "properties": {
        "what_to_bring": {
            **in_three_languages({"type": "array", "items": {"type": "string"}}),
            "x-title": {"ru": "Что взять с собой", "uz": "Nima olish kerak", "en": "What to bring"},
        }
    },
}


def text_of(pdf):
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


@pytest.fixture
def booking(cast):
    """Two paid seats with everything a tour can say."""
    tour = cast.silk_tour
    type(tour).objects.filter(pk=tour.pk).update(
        meeting_point_uz="Chorsu bozori, gʻarbiy kirish",
        meeting_lat=Decimal("41.326500"),
        meeting_lon=Decimal("69.235700"),
        inclusions_ru=["Ночёвка в юрте"],
        inclusions_uz=["Oʻtovda tunash"],
        parameters={"what_to_bring": {"ru": ["полотенце"], "uz": ["sochiq", "kepka"]}},
    )
    type(tour.category).objects.filter(pk=tour.category_id).update(parameters_schema=BRING)
    type(cast.silk).objects.filter(pk=cast.silk.pk).update(phone="+998712000000", telegram="@silk")
    type(cast.silk_session).objects.filter(pk=cast.silk_session.pk).update(guide="Aziz Ёлкин")
    names = [Traveller("Gʻulom", "Oʻktamov", "adult"), Traveller("Аня", "Ёлкина", "child")]
    return cast.paid(seats=2, travellers=names, transport="bus")


def test_the_voucher_says_all_of_it_in_the_travellers_language(cast, booking):
    answer = Phone(cast.traveller).get(f"bookings/{booking.pk}/voucher/")

    assert answer["Content-Type"] == "application/pdf"
    assert f"circle-{booking.code}.pdf" in answer["Content-Disposition"]
    text = text_of(answer.content)
    for words in (
        booking.code,
        "Chimyon",
        "Chorsu bozori, gʻarbiy kirish",
        "41.326500,69.235700",
        "Gʻulom Oʻktamov",
        "Аня Ёлкина",
        "Bus",
        "Aziz Ёлкин",
        "Silk Road Travel",
        "+998712000000, @silk",
        "@circle_tours_bot",
        "Oʻtovda tunash",
        "Nima olish kerak",
        "sochiq",
        "01.03.2027 11:00",
    ):
        assert words in text
    assert "[" not in text
    assert "полотенце" not in text
    # Two seats and the bus; the spaces within a number do not break.
    assert "2 100 000" in text.replace("\xa0", " ")


def test_only_a_paid_booking_has_a_voucher_and_only_its_own_people_get_it(cast, booking, sign_in):
    request, manager = cast.request(), sign_in(cast.silk_manager)
    phone = Phone(cast.silk_manager)

    problem(phone.get(f"bookings/{request.pk}/voucher/"), 409, "invalid_transition")
    problem(Phone(cast.stranger).get(f"bookings/{booking.pk}/voucher/"), 404, "not_found")
    assert action_on(booking, "voucher") in manager.get(page_of(booking)).content.decode()
    assert action_on(request, "voucher") not in manager.get(page_of(request)).content.decode()
    assert manager.get(action_on(booking, "voucher")).content.startswith(b"%PDF")
    assert manager.get(action_on(request, "voucher")).status_code == 302
    foreign = sign_in(cast.nomad_manager).get(action_on(booking, "voucher"))
    assert foreign.status_code in (403, 404)
