"""Who is who, and what follows from it."""

import pytest

from backoffice.sign_in import StaffBackend
from partners.models import AgencyMember, ReferralPartner, TravelAgency, User
from partners.roles import AGENCY, PLATFORM, TABLE, Role, allowed
from tests import factories

ROLES = {
    "silk_owner": "owner",
    "silk_manager": "manager",
    "accountant": "accountant",
    "support": "support",
    "admin": "admin",
    "traveller": "traveller",
    "blogger": "traveller",
    "stranger": "traveller",
}


@pytest.mark.parametrize(("who", "role"), ROLES.items())
def test_everybody_has_one_role(cast, who, role):
    person = getattr(cast, who)

    assert person.role == person.actor("api").role == role
    assert person.is_staff == (role != "traveller")
    assert person.is_superuser == (role == "admin")


def test_the_strongest_role_counts(cast):
    manager = User.objects.get(pk=cast.silk_manager.pk)
    factories.member(agency=cast.nomad, user=manager, role="owner")

    assert manager.role == "owner"
    assert manager.agency_ids == {cast.silk.pk, cast.nomad.pk}
    assert manager.agency_ids_for("partners.agencymember", "change") == {cast.nomad.pk}
    assert manager.agency_ids_for("catalog.tour", "change") == manager.agency_ids
    manager.platform_role = "support"
    assert manager.role == "support"


def test_a_member_who_left_works_for_nobody(cast):
    AgencyMember.objects.filter(user=cast.silk_manager).update(is_active=False)
    person = User.objects.get(pk=cast.silk_manager.pk)

    assert (person.role, person.agency_ids, person.is_staff) == ("traveller", set(), False)


def test_permissions_are_read_off_the_table(cast):
    assert cast.silk_manager.has_perm("sales.approve_booking")
    assert not cast.support.has_perm("sales.approve_booking")
    assert cast.support.has_perm("catalog.view_historicaltour")
    assert not cast.support.has_perm("catalog.change_historicaltour")
    assert cast.accountant.has_module_perms("finance")
    assert not cast.silk_manager.has_perms(["sales.view_booking", "finance.view_account"])
    cast.admin.is_active = False
    assert not cast.admin.has_perm("partners.view_user")


def test_nobody_but_staff_is_in_the_table_and_nobody_edits_money():
    for resource, acts in TABLE.items():
        everybody = set().union(*acts.values())
        assert everybody <= PLATFORM | AGENCY
        if resource.startswith("finance.") or resource == "core.eventlog":
            # Acts make rows; only the month closed last may be opened again.
            may = {"delete"} if resource == "finance.closedmonth" else set()
            assert {"change", "delete"} & acts.keys() <= may
    assert not allowed(Role.ADMIN, "no.such", "view")


def test_an_agency_sees_its_members_and_travellers_only(cast):
    cast.request(by=cast.traveller)
    cast.request(by=cast.second_traveller, session=cast.nomad_session)

    seen = set(User.objects.for_user(cast.silk_manager))

    assert seen == {cast.silk_manager, cast.silk_owner, cast.traveller}
    assert set(User.objects.for_user(cast.stranger)) == {cast.stranger}
    assert User.objects.for_user(cast.support).count() == User.objects.count()
    assert set(TravelAgency.objects.for_user(cast.silk_owner)) == {cast.silk}
    assert set(AgencyMember.objects.for_user(cast.nomad_owner).values_list("user", flat=True)) == {
        cast.nomad_owner.pk,
        cast.nomad_manager.pk,
    }
    assert set(ReferralPartner.objects.for_user(cast.blogger)) == {cast.partner}
    assert not ReferralPartner.objects.for_user(cast.silk_owner).exists()


def test_a_login_and_the_right_password_sign_in_and_nothing_else(cast):
    backend = StaffBackend()

    def enter(login, password):
        return backend.authenticate(None, username=login, password=password)

    assert enter("silk.manager", "secret") == cast.silk_manager
    assert enter("silk.manager", "wrong") is enter("nobody", "secret") is enter("", "") is None
    cast.silk_manager.is_active = False
    cast.silk_manager.save()
    assert enter("silk.manager", "secret") is None
    assert backend.get_user(cast.silk_manager.pk) is None
