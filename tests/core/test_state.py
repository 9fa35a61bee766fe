"""Protected states (core.state): what Django's own machinery may do and nobody else."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from catalog.models import Tour
from core.refusals import Conflict
from core.state import StaleState, TransitionNotAllowed, can_proceed
from finance.models import PaymentTransaction
from sales.models import Booking
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def tour():
    return factories.tour(status="draft", published_at=None)


def same(row):
    """The row as somebody else reads it."""
    return type(row).objects.get(pk=row.pk)


def test_a_state_cannot_be_assigned(tour):
    with pytest.raises(AttributeError, match="status moves by its transitions only"):
        tour.status = "published"

    assert tour.status == "draft"


def test_a_new_row_may_be_given_its_state_once():
    tour = Tour(status="archived")

    assert tour.status == "archived"
    with pytest.raises(AttributeError):
        tour.status = "draft"


def test_assigning_what_it_is_already_changes_nothing(tour):
    tour.status = "draft"

    assert tour.status == "draft"


def test_a_state_that_was_deferred_cannot_be_assigned_either(tour):
    bare = Tour.objects.only("title_ru").get(pk=tour.pk)

    with pytest.raises(AttributeError):
        bare.status = "published"

    bare.save()
    assert same(tour).status == "draft"


def test_a_transition_moves_the_state_and_its_own_fields(tour):
    tour.publish(at=NOW)
    tour.save()

    assert (same(tour).status, same(tour).published_at) == ("published", NOW)


def test_an_illegal_transition_raises_before_anything_else(tour):
    tour.archive()
    tour.save()

    assert not can_proceed(tour.archive)
    with pytest.raises(TransitionNotAllowed):
        tour.archive()
    assert tour.status == "archived"


def test_full_clean_accepts_the_state_it_finds(tour):
    tour.full_clean(exclude=["category", "agency"])
    tour.title_ru = ""

    with pytest.raises(ValidationError):
        tour.full_clean()
    assert tour.status == "draft"


def test_refresh_reads_a_state_that_moved(tour):
    other = same(tour)
    other.publish(at=NOW)
    other.save()

    tour.refresh_from_db()

    assert tour.status == "published"
    with pytest.raises(AttributeError):
        tour.status = "draft"


def test_refresh_of_the_state_alone_reads_it(tour):
    other = same(tour)
    other.publish(at=NOW)
    other.save()

    tour.refresh_from_db(fields=["status"])

    assert tour.status == "published"


def test_after_a_refresh_that_failed_the_state_is_still_protected(tour):
    Tour.history.all().delete()
    Tour.objects.filter(pk=tour.pk).delete()

    with pytest.raises(Tour.DoesNotExist):
        tour.refresh_from_db()
    with pytest.raises(AttributeError):
        tour.status = "published"


def test_a_deferred_state_is_read_when_it_is_asked_for(tour, django_assert_num_queries):
    bare = Tour.objects.only("title_ru").get(pk=tour.pk)

    with django_assert_num_queries(1):
        assert bare.status == "draft"


def test_a_list_with_deferred_states_is_one_query(tour, django_assert_num_queries):
    factories.tour(agency=tour.agency)
    factories.tour(agency=tour.agency)

    with django_assert_num_queries(1):
        assert len([t.title_ru for t in Tour.objects.defer("status")]) == 3


def test_a_deferred_state_survives_a_save_of_the_rest(tour):
    bare = Tour.objects.only("title_ru").get(pk=tour.pk)
    bare.title_ru = "Новое"
    bare.save()

    assert (same(tour).title_ru, same(tour).status) == ("Новое", "draft")


def test_a_stale_object_does_not_overwrite_a_state_that_moved(tour):
    stale = same(tour)
    tour.publish(at=NOW)
    tour.save()
    stale.archive()

    with pytest.raises(StaleState), transaction.atomic():
        stale.save()

    assert same(tour).status == "published"


def test_a_stale_object_is_not_saved_at_all(tour):
    """Also when it did not touch the state: it was read in another world."""
    stale = same(tour)
    tour.publish(at=NOW)
    tour.save()
    stale.title_ru = "Stale"

    with pytest.raises(StaleState) as refusal, transaction.atomic():
        stale.save(update_fields=["title_ru"])

    assert isinstance(refusal.value, Conflict)
    assert same(tour).title_ru != "Stale"


def test_saving_other_fields_leaves_a_moved_state_to_be_saved_later(tour):
    tour.publish(at=NOW)

    tour.title_ru = "Новое"
    tour.save(update_fields=["title_ru"])
    assert same(tour).status == "draft"

    tour.save()
    assert (same(tour).status, same(tour).title_ru) == ("published", "Новое")


def test_two_moves_in_a_row_are_saved_one_after_the_other(tour):
    tour.publish(at=NOW)
    tour.save(update_fields=["status", "published_at"])
    tour.archive()
    tour.save(update_fields=["status"])

    assert same(tour).status == "archived"


def test_saving_a_row_that_was_deleted_is_djangos_own_story(tour):
    Tour.objects.filter(pk=tour.pk).delete()

    tour.save()

    assert same(tour).status == "draft"


def test_update_or_create_reads_and_saves_without_touching_the_state(tour):
    row, created = Tour.objects.update_or_create(pk=tour.pk, defaults={"title_ru": "Новое"})

    assert (created, row.status) == (False, "draft")
    with pytest.raises(AttributeError):
        Tour.objects.update_or_create(pk=tour.pk, defaults={"status": "published"})


def test_a_payments_state_is_protected_by_its_own_name():
    payment = factories.payment()

    with pytest.raises(AttributeError, match="state moves"):
        payment.state = "performed"
    assert same(payment).state == "created"


def test_a_generated_field_is_fresh_after_a_save():
    session = factories.session(capacity=5)
    session.seats_taken = 3
    session.save(update_fields=["seats_taken"])

    session.refresh_from_db()
    assert session.available_seats == 2


def test_the_database_only_knows_text():
    """Migrations see a CharField, so that the package beneath can be swapped."""
    for model, name in ((Booking, "status"), (PaymentTransaction, "state")):
        assert model._meta.get_field(name).deconstruct()[1] == "django.db.models.CharField"
        assert model._meta.get_field(name).db_type(connection) == "varchar(20)"
