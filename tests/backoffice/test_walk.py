"""Every address of the admin, asked for by every role: the answer is the table's.

``tests/backoffice/explained.py`` says what each address asks of ``partners.roles.TABLE``. A page
that is refused changes nothing, nor does one that is only looked at; a row of the other agency is
not found, whatever is asked of it.
"""

import pytest

from partners.roles import STAFF
from tests.backoffice.addresses import addresses
from tests.backoffice.explained import ANYBODY, EMPTY, asked, may
from tests.backoffice.walker import WALKERS, Walker, calm, scenery, urls  # noqa: F401

ROLES = ("nobody", *WALKERS)
REFUSED = (403, 404)
# He who leaves is not there for the next one.
NOT_WALKED = {"logout"}
# Looking at these leaves a trace, as it should.
TRACED_LOOKS: set[str] = set()


def test_every_address_has_been_thought_about():
    assert [a.name or a.route for a in addresses() if asked(a, "get") is None] == []


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", ROLES)
def test_the_answer_is_the_tables(scenery, calm, role, method):
    walker = Walker(scenery, role)
    wrong = []

    for address in addresses():
        if address.is_alias or address.name in NOT_WALKED:
            continue
        asks = asked(address, method) or ""
        for side, url in urls(walker, address):
            answer, writes = walker.ask(method, url)
            fault = fault_of(walker, address, asks, side, method, answer, writes)
            if fault:
                wrong.append(f"{address.name} {side} {answer.status_code}: {fault}")

    assert not wrong, "\n".join(wrong)


def fault_of(walker, address, asks, side, method, answer, writes) -> str:
    """What is wrong with an answer; nothing when it is as it should be."""
    status, is_let = answer.status_code, may(walker.role, asks)
    if status >= 500:
        return repr(answer.exc_info[1])
    if writes and (method == "get" or not is_let or side == "theirs"):
        if address.name not in TRACED_LOOKS:
            return f"wrote {writes}"
    if status == 405 or asks == ANYBODY:
        return ""
    if walker.role not in STAFF:
        return "" if status == 302 and "/login/" in answer.url else "no sign-in was asked for"
    if not is_let:
        return "" if status in REFUSED else f"{asks} is not for the {walker.role}"
    if method == "post" and asks.endswith(".view") and status in REFUSED:
        return ""  # what is only looked at need not take a form
    if side == "theirs":
        return "" if status == 404 else "another's row"
    is_empty = status == 404 and address.name in EMPTY
    return f"{asks} is for the {walker.role}" if status in REFUSED and not is_empty else ""
