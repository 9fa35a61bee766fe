"""Every address of the admin, asked for by every role: the answer is the table's.

``tests/backoffice/explained.py`` says what each address asks of ``partners.roles.TABLE``. A page
that is refused changes nothing, nor does one that is only looked at; a row of the other agency is
not found, whatever is asked of it.
"""

import pytest

from catalog.models import Tour
from partners.roles import STAFF
from tests.backoffice.addresses import addresses
from tests.backoffice.explained import ANYBODY, EMPTY, asked, may
from tests.backoffice.pages import SUBMIT, action_on
from tests.backoffice.walker import WALKERS, Walker, calm, scenery, urls  # noqa: F401

ROLES = ("nobody", *WALKERS)
REFUSED = (403, 404)
NOT_THAT_WAY = 405
# He who leaves is not there for the next one.
NOT_WALKED = {"logout"}
# Looking at these leaves a trace, as it should.
TRACED_LOOKS: set[str] = set()


def test_every_address_has_been_thought_about():
    assert [a.name or a.route for a in addresses() if asked(a, "get") is None] == []


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", ROLES)
def test_the_answer_is_the_tables(scenery, calm, role, method):  # noqa: F811
    walker, wrong = Walker(scenery, role), []

    for address in addresses():
        if address.is_alias or address.name in NOT_WALKED:
            continue
        asks = asked(address, method) or ""
        is_let = may(role, asks)
        for side, url in urls(walker, address, is_let=is_let):
            answer, writes = walker.ask(method, url)
            is_quiet = method == "get" or not is_let or side == "theirs"
            if writes and is_quiet and address.name not in TRACED_LOOKS:
                wrong.append(f"{address.name} {side}: wrote {writes}")
            if not is_right(answer, address, asks, side, is_let=is_let, role=role):
                wrong.append(f"{address.name} {side}: {answer.status_code}, asks {asks}")

    assert not wrong, "\n".join(wrong)


def is_right(answer, address, asks, side, *, is_let, role) -> bool:
    """Whether the answer is what the table says."""
    status = answer.status_code
    if status >= 500:
        return False
    if status == NOT_THAT_WAY or asks == ANYBODY:
        return True
    if role not in STAFF:
        return status == 302 and "/login/" in answer.url
    if not is_let:
        return status in REFUSED
    # What is only looked at need not take a form.
    if answer.wsgi_request.method == "POST" and asks.endswith(".view") and status in REFUSED:
        return True
    if side == "theirs":
        return status == 404
    return status not in REFUSED or (status == 404 and address.name in EMPTY)


def test_a_version_of_the_others_is_not_found_behind_ones_own_row(scenery, calm):  # noqa: F811
    walker, (_cast, sides) = Walker(scenery, "owner"), scenery
    versions = [each for each in addresses() if each.name.endswith("_simple_history")]
    both = [each for each in versions if {each.label} <= sides.theirs.versions.keys()]

    found = {each.label: walker.ask("get", mixed(each, sides))[0].status_code for each in both}

    assert len(found) >= 6
    assert set(found.values()) == {404}


def mixed(address, sides) -> str:
    return address.at(sides.own.rows[address.label], sides.theirs)


def test_what_is_written_is_seen_and_does_not_stay(scenery, calm):  # noqa: F811
    """The control: without it a walk that sees nothing would find nothing."""
    cast, _sides = scenery

    answer, writes = Walker(scenery, "owner").ask(
        "post", action_on(cast.silk_tour, "archive"), SUBMIT
    )

    assert answer.status_code == 302
    assert any('UPDATE "catalog_tour"' in write for write in writes)
    assert Tour.objects.get(pk=cast.silk_tour.pk).status == "published"
