"""Staff upload many pictures at once, see where each is used, and delete what nothing uses."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import Media
from core.models.media import MediaType
from core.pictures import LARGEST_UPLOAD
from core.refusals import Conflict
from partners.models import TravelAgency
from tests import factories
from tests.backoffice.pages import SUBMIT, action_on, add_page, list_of, page_of, said
from tests.core.test_pictures import picture


def files(*named):
    return [SimpleUploadedFile(name, data) for name, data in named]


def outcomes(response) -> list[tuple[str, str]]:
    return [(one.name, one.text) for one in response.context["outcomes"]]


@pytest.fixture
def upload(sign_in):
    def call(person, *named, headers=None, query="", **fields):
        form = {"type": "tour_photo", "pictures": files(*named)} | fields
        return sign_in(person).post(add_page(Media) + query, form, headers=headers)

    return call


def test_each_file_has_an_outcome_of_its_own(cast, upload):
    upload(cast.silk_manager, ("first.jpg", picture()))

    response = upload(
        cast.silk_manager,
        ("again.jpg", picture()),
        ("new.png", picture((50, 50), format="PNG")),
        ("notes.pdf", b"%PDF-1.4"),
        ("huge.jpg", b"x" * (LARGEST_UPLOAD + 1)),
        ("empty.jpg", b""),
    )

    assert response.status_code == 200
    assert outcomes(response) == [
        ("again.jpg", "Was here already."),
        ("new.png", "Stored."),
        ("notes.pdf", "This is not a JPEG, PNG or WebP picture."),
        ("huge.jpg", "The picture is too large: at most 10 MB and 40 megapixels."),
        ("empty.jpg", "This is not a JPEG, PNG or WebP picture."),
    ]
    assert response.context["summary"] == "Stored: 1 · Were here already: 1 · Refused: 3"
    assert "Were here already: 1" in response.content.decode()
    assert Media.objects.filter(agency=cast.silk, uploader=cast.silk_manager).count() == 2


def test_one_by_one_only_the_outcome_is_answered(cast, upload):
    response = upload(
        cast.silk_manager, ("<b>.jpg", picture()), headers={"X-One-By-One": "1"}, type="logo"
    )

    told = response.content.decode()
    assert response.status_code == 200
    assert told.lstrip().startswith("<li")
    assert 'data-result="stored"' in told
    assert "&lt;b&gt;.jpg" in told
    assert Media.objects.get().thumb_url in told
    assert Media.objects.get().type == MediaType.LOGO


@pytest.mark.parametrize("fields", [{"pictures": ""}, {"type": "avatar"}, {"type": ""}])
def test_a_form_that_is_not_filled_in_stores_nothing(cast, upload, fields):
    response = upload(
        cast.silk_manager, ("a.jpg", picture()), headers={"X-One-By-One": "1"}, **fields
    )

    assert response.status_code == 422
    assert set(response.context["form"].errors) == set(fields)
    assert not Media.objects.exists()


def test_the_agency_is_asked_for_where_there_is_a_choice(cast, upload, sign_in):
    manager = sign_in(cast.silk_manager).get(add_page(Media)).context["form"]
    admin = sign_in(cast.admin).get(add_page(Media)).context["form"]

    unsaid = upload(cast.admin, ("a.jpg", picture()))
    said = upload(cast.admin, ("a.jpg", picture()), agency=cast.nomad.pk)

    assert "agency" not in manager.fields
    assert admin.fields["agency"].queryset.count() == 3
    assert "agency" in unsaid.context["form"].errors
    assert outcomes(said) == [("a.jpg", "Stored.")]
    assert Media.objects.get().agency == cast.nomad


def test_who_works_for_two_chooses_among_them_alone(cast, upload):
    factories.member(agency=cast.nomad, user=cast.silk_manager)

    refused = upload(cast.silk_manager, ("a.jpg", picture()), agency=cast.swift.pk)
    upload(cast.silk_manager, ("a.jpg", picture()), agency=cast.nomad.pk)

    assert "agency" in refused.context["form"].errors
    assert Media.objects.get().agency == cast.nomad


@pytest.mark.parametrize("who", ["accountant", "support"])
def test_who_may_only_look_uploads_nothing(cast, sign_in, upload, who):
    person = cast.people[who]

    assert sign_in(person).get(add_page(Media)).status_code == 403
    assert upload(person, ("a.jpg", picture()), agency=cast.silk.pk).status_code == 403
    assert not Media.objects.exists()


def test_a_form_that_needs_a_picture_gets_the_new_one(cast, upload, sign_in):
    """The plus beside a field opens a window; it closes with the picture chosen."""
    opened = sign_in(cast.silk_owner).get(
        add_page(Media) + "?_popup=1&_source_model=partners.travelagency"
    )
    response = upload(cast.silk_owner, ("logo.png", picture()), type="logo", _popup="1")

    assert opened.context["form"]["type"].value() == "logo"
    told = json.loads(response.context_data["popup_response_data"])
    assert told["value"] == str(Media.objects.get().pk)


# --- into something of another page


def test_a_page_may_go_on_with_each_picture(cast, rf):
    from functools import partial

    from backoffice.admin.core.uploads import store_each
    from partners.outbound import upload_media
    from tests.factories import NOW

    taken = []

    def then(media):
        if taken:
            raise Conflict("The gallery is full.")
        taken.append(media)

    keep = partial(
        upload_media, type=MediaType.TOUR_PHOTO, by=cast.silk_manager.actor("admin"), at=NOW
    )
    done = store_each(
        files(("a.jpg", picture()), ("b.jpg", picture((9, 9)))), lambda d: keep(data=d), then=then
    )

    assert [(one.result, one.text) for one in done] == [
        ("stored", "Stored."),
        ("refused", "The gallery is full."),
    ]


# --- the list and the page


def test_the_list_says_where_each_is_used_and_costs_the_same(cast, sign_in):
    browser = sign_in(cast.silk_manager)
    used = factories.media(agency=cast.silk)
    factories.tour_photo(tour=cast.silk_tour, media=used)
    with CaptureQueriesContext(connection) as one:
        browser.get(list_of(Media))
    TravelAgency.objects.filter(pk=cast.silk.pk).update(logo=used)
    for _ in range(2):
        factories.tour_photo(
            tour=factories.tour(agency=cast.silk), media=factories.media(agency=cast.silk)
        )
    with CaptureQueriesContext(connection) as three:
        page = browser.get(list_of(Media)).content.decode()

    assert len(one) == len(three)
    assert f'<a href="{page_of(cast.silk_tour)}" class="c-link">Tour «Chimgan», gallery</a>' in page
    assert "Agency «Silk Road Travel», logo" in page
    assert used.thumb_url in page


def test_the_list_is_narrowed_to_what_nothing_uses(cast, sign_in):
    used, unused = (factories.media(agency=cast.silk) for _ in range(2))
    factories.tour_photo(tour=cast.silk_tour, media=used)
    browser = sign_in(cast.silk_manager)

    def shown(**query):
        return {row.pk for row in browser.get(list_of(Media), query).context["cl"].result_list}

    assert shown(used="no") == {unused.pk}
    assert shown(used="yes") == {used.pk}
    assert shown() == {used.pk, unused.pk}
    assert shown(used="nonsense") == {used.pk, unused.pk}


def test_the_page_shows_the_picture_and_links_its_uses(cast, sign_in):
    media = factories.media(agency=cast.silk)
    factories.tour_photo(tour=cast.silk_tour, media=media)

    page = sign_in(cast.silk_owner).get(page_of(media)).content.decode()

    assert media.card_url in page
    assert page_of(cast.silk_tour) in page
    assert "Tour «Chimgan», gallery" in page


def test_another_agencys_use_is_told_without_its_name(cast, sign_in):
    media = factories.media(agency=cast.silk)
    factories.tour_photo(tour=cast.nomad_tour, media=media)
    browser = sign_in(cast.silk_owner)

    for address in (list_of(Media), page_of(media)):
        page = browser.get(address).content.decode()
        assert "something you may not see" in page
        assert "Khiva" not in page
        assert page_of(cast.nomad_tour) not in page


def test_a_picture_nothing_uses_is_deleted_from_its_page(cast, sign_in):
    media = factories.media(agency=cast.silk)
    browser = sign_in(cast.silk_manager)

    asked = browser.get(action_on(media, "remove"))
    assert Media.objects.exists(), "asking is not doing"
    done = browser.post(action_on(media, "remove"), SUBMIT)

    assert "Delete this picture?" in asked.content.decode()
    assert said(done) == ["The picture is deleted."]
    assert done.url == list_of(Media)
    assert not Media.objects.exists()


def test_what_is_in_use_stays_and_says_where(cast, sign_in):
    media = factories.media(agency=cast.silk)
    factories.tour_photo(tour=cast.silk_tour, media=media)

    done = sign_in(cast.silk_manager).post(action_on(media, "remove"), SUBMIT)

    assert said(done) == ["This picture is in use: Tour «Chimgan», gallery."]
    assert done.url == page_of(media)
    assert Media.objects.exists()


def test_another_agencys_picture_cannot_be_deleted(cast, sign_in):
    media = factories.media(agency=cast.nomad)

    statuses = {
        name: sign_in(cast.people[name]).post(action_on(media, "remove"), SUBMIT).status_code
        for name in ("silk_owner", "accountant", "support", "admin")
    }

    # An accountant sees no pictures at all.
    assert statuses == {"silk_owner": 404, "accountant": 403, "support": 403, "admin": 302}
