"""The gallery on a tour's page: added to, ordered and taken from beside the form."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalog.models import Tour
from core.models import Media
from tests import factories
from tests.backoffice.pages import action_on, page_of, said
from tests.core.test_pictures import picture

ALONE = {"X-Fragment": "1"}


@pytest.fixture
def photos(cast):
    """Three photos of Chimgan, the first being the cover."""
    return [factories.tour_photo(tour=cast.silk_tour, position=n) for n in range(3)]


def gallery_of(tour: Tour, name: str = "gallery") -> str:
    return reverse(f"admin:catalog_tour_{name}", args=[tour.pk])


def order_of(tour: Tour) -> list[int]:
    return list(tour.gallery.order_by("position", "pk").values_list("pk", flat=True))


@pytest.fixture
def change(cast, sign_in):
    browser = sign_in(cast.silk_manager)

    def post(**asked):
        return browser.post(gallery_of(cast.silk_tour), asked, headers=ALONE)

    return post


@pytest.mark.parametrize(
    ("way", "which", "after"),
    [
        ("cover", 2, [2, 0, 1]),
        ("up", 1, [1, 0, 2]),
        ("up", 0, [0, 1, 2]),
        ("down", 0, [1, 0, 2]),
        ("down", 2, [0, 1, 2]),
    ],
)
def test_a_photo_is_moved(cast, photos, change, way, which, after):
    response = change(**{way: photos[which].pk})

    assert order_of(cast.silk_tour) == [photos[n].pk for n in after]
    page = response.content.decode()
    assert "<html" not in page
    assert page.index(f'data-photo="{photos[after[0]].pk}"') < page.index("Cover")


def test_photos_are_put_in_an_order(cast, photos, change):
    first, second, third = photos

    change(order=[third.pk, first.pk, second.pk])

    assert order_of(cast.silk_tour) == [third.pk, first.pk, second.pk]


def test_an_order_of_another_gallery_is_refused_and_said(cast, photos, change):
    response = change(order=[photos[0].pk])

    assert "Somebody changed the gallery meanwhile" in response.content.decode()
    assert order_of(cast.silk_tour) == [photo.pk for photo in photos]


def test_a_photo_taken_out_can_be_put_back(cast, photos, change):
    removed = photos[0]

    response = change(remove=removed.pk)

    assert order_of(cast.silk_tour) == [photo.pk for photo in photos[1:]]
    assert f'name="add" value="{removed.media_id}"' in response.content.decode()
    change(add=removed.media_id)
    assert cast.silk_tour.gallery.filter(media=removed.media_id).exists()


def test_the_last_photo_of_a_published_tour_stays(cast, change):
    photo = factories.tour_photo(tour=cast.silk_tour)

    response = change(remove=photo.pk)

    assert "A published tour keeps at least one photo." in response.content.decode()
    assert order_of(cast.silk_tour) == [photo.pk]


def test_without_a_script_the_page_comes_back_at_the_photos(cast, photos, sign_in):
    browser = sign_in(cast.silk_manager)

    moved = browser.post(gallery_of(cast.silk_tour), {"cover": photos[1].pk})
    refused = browser.post(gallery_of(cast.silk_tour), {"order": [photos[0].pk]})

    assert moved["Location"] == refused["Location"] == f"{page_of(cast.silk_tour)}#photos"
    assert order_of(cast.silk_tour)[0] == photos[1].pk
    assert said(refused) == ["Somebody changed the gallery meanwhile; here it is as it is now."]


def test_files_are_uploaded_into_it_each_with_its_outcome(cast, sign_in):
    browser = sign_in(cast.silk_manager)
    files = [
        SimpleUploadedFile("lake.jpg", picture((80, 60)), "image/jpeg"),
        SimpleUploadedFile("notes.pdf", b"%PDF-1.4", "application/pdf"),
    ]

    outcomes = [
        browser.post(
            action_on(cast.silk_tour, "add_photos"),
            {"pictures": file},
            headers={"X-One-By-One": "1"},
        ).content.decode()
        for file in files
    ]

    assert 'data-result="stored"' in outcomes[0]
    assert "This is not a JPEG, PNG or WebP picture." in outcomes[1]
    photo = cast.silk_tour.gallery.get()
    assert (photo.media.agency_id, photo.media.type) == (cast.silk.pk, "tour_photo")


def test_the_agencys_other_pictures_are_offered(cast, photos, sign_in):
    other = factories.media(agency=cast.silk)
    logo = factories.media(agency=cast.silk, type="logo")
    foreign = factories.media(agency=cast.nomad)

    page = sign_in(cast.silk_manager).get(gallery_of(cast.silk_tour, "pictures")).content.decode()

    assert f'value="{other.pk}"' in page
    for hidden in (photos[0].media_id, logo.pk, foreign.pk):
        assert f'value="{hidden}"' not in page


def test_another_agencys_picture_is_not_hung(cast, change):
    foreign = factories.media(agency=cast.nomad)

    assert change(add=foreign.pk).status_code == 404
    assert order_of(cast.silk_tour) == []
    assert Media.objects.filter(pk=foreign.pk).exists()


def test_another_agencys_gallery_is_not_found(cast, photos, sign_in):
    browser = sign_in(cast.nomad_manager)

    for name in ("gallery", "pictures"):
        assert browser.get(gallery_of(cast.silk_tour, name)).status_code == 404
    assert browser.get(action_on(cast.silk_tour, "add_photos")).status_code == 404
    for asked in ({"remove": photos[0].pk}, {"cover": photos[1].pk}):
        assert browser.post(gallery_of(cast.silk_tour), asked).status_code == 404
    assert order_of(cast.silk_tour) == [photo.pk for photo in photos]


def test_another_tours_photo_is_not_touched_from_this_one(cast, photos, sign_in):
    browser = sign_in(cast.nomad_manager)

    for way in ("remove", "cover"):
        asked = {way: photos[0].pk}
        answer = browser.post(gallery_of(cast.nomad_tour), asked, headers=ALONE)
        assert answer.status_code == 404
    assert order_of(cast.silk_tour) == [photo.pk for photo in photos]


def test_who_may_only_look_changes_nothing(cast, photos, sign_in):
    browser = sign_in(cast.support)

    assert browser.post(gallery_of(cast.silk_tour), {"remove": photos[0].pk}).status_code == 403
    assert browser.get(gallery_of(cast.silk_tour, "pictures")).status_code == 403
