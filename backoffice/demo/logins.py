"""Who can sign in to the demo, and how."""

from backoffice.demo.content import AGENCIES, STAFF

PASSWORD = "circle-demo"
ROLES = {
    "owner": "owner of {agency}",
    "manager": "manager of {agency}",
    "accountant": "accountant",
    "support": "support",
    "admin": "platform admin",
}


def demo_logins() -> list[tuple[str, str, str]]:
    """(role, login, password) of every member of the demo's staff."""
    names = {agency.slug: agency.name for agency in AGENCIES}
    return [
        (ROLES[staff.role].format(agency=names.get(staff.agency or "")), staff.login, PASSWORD)
        for staff in STAFF
    ]
