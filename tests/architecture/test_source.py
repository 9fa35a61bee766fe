"""Rules of the source, read off its syntax tree."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

from tests.architecture.test_models import all_models

ROOT = Path(__file__).resolve().parents[2]
HOUSES = ("core", "partners", "catalog", "finance", "sales", "notifications")
DOORS = ("api", "backoffice")
STATE_NAMES = {"status", "state"}
MONEY = [
    "core/money.py",
    "sales/pricing.py",
    "sales/cancellation.py",
    "finance/commission.py",
    "finance/providers/payme/protocol.py",
    "finance/providers/payme/checkout.py",
    *sorted(
        str(path.relative_to(ROOT))
        for house in ("finance", "sales")
        for room in ("services", "queries", "models")
        for path in (ROOT / house / room).glob("*.py")
    ),
]


def sources(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def tree(path):
    return ast.parse(Path(path).read_text(), str(path))


def imports(path):
    """Everything the file imports, also inside functions and for types only."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def assigned_attributes(node):
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        for part in target.elts if isinstance(target, ast.Tuple) else [target]:
            if isinstance(part, ast.Attribute):
                yield part


def state_fields():
    """The names of our models' protected fields, by StateField itself."""
    from core.state import StateField

    return {
        field.name
        for model in all_models()
        for field in model._meta.concrete_fields
        if isinstance(field, StateField)
    }


def test_protected_fields_are_called_status_or_state():
    """The tests below look for these names."""
    assert state_fields() == STATE_NAMES


def test_states_are_assigned_nowhere_but_in_core_state():
    """Transitions do it; an HTTP answer's or a stored answer's own ``status`` is another thing."""
    others = {"row.status": "core/services/idempotency.py"}
    found = []
    for path in sources(*HOUSES, *DOORS):
        where = str(path.relative_to(ROOT))
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
                for target in assigned_attributes(node):
                    text = ast.unparse(target)
                    if target.attr in STATE_NAMES and others.get(text) != where:
                        found.append(f"{where}:{node.lineno} {text}")

    assert found == []


def test_states_are_not_moved_past_their_transitions_by_queries():
    """``.update(status=…)`` skips them; a journal is no StatefulModel, its mirror marks it."""
    allowed = {"finance/services/post.py"}
    found = []
    for path in sources(*HOUSES, *DOORS):
        where = str(path.relative_to(ROOT))
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("update", "bulk_update")
                and STATE_NAMES & {keyword.arg for keyword in node.keywords}
                and where not in allowed
            ):
                found.append(f"{where}:{node.lineno}")

    assert found == []


def acts():
    """Every function decorated with @act: (where, node)."""
    for path in sources(*HOUSES, *DOORS):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef) and any(
                isinstance(decorator, ast.Name) and decorator.id == "act"
                for decorator in node.decorator_list
            ):
                yield f"{path.relative_to(ROOT)}:{node.name}", node


ACTS = dict(acts())
# A sign-in is nobody's act yet: who it is comes out of it.
WITHOUT_ACTOR = {
    "partners/services/sign_in.py:_sign_in",
    "partners/services/sign_in.py:meet_in_bot",
    "partners/services/telegram_sign_in.py:sign_in_by_button",
    "partners/services/invitations.py:join_by_invitation",
}


def test_there_are_acts():
    assert len(ACTS) >= 20


@pytest.mark.parametrize("where", ACTS)
def test_an_act_is_keyword_only_and_says_who_and_when(where):
    arguments = ACTS[where].args

    assert not arguments.posonlyargs
    assert not arguments.args, "keyword-only"
    assert arguments.vararg is None
    assert arguments.kwarg is None
    required = {"at"} if where in WITHOUT_ACTOR else {"by", "at"}
    assert required <= {argument.arg for argument in arguments.kwonlyargs}
    assert "/services/" in where, "acts live in services"


@pytest.mark.parametrize("where", sorted(set(ACTS) - WITHOUT_ACTOR))
def test_an_act_is_documented(where):
    assert ast.get_docstring(ACTS[where])


def test_only_core_state_knows_the_state_machines_package():
    knowing = {
        str(path.relative_to(ROOT))
        for path in sources(*HOUSES, *DOORS)
        if any(name.split(".")[0] == "django_fsm" for name in imports(path))
    }

    assert knowing == {"core/state.py"}


def without_type_checks(module):
    """Nodes of the tree; asking whether something *is* a float is no arithmetic."""
    checks = {
        id(part)
        for call in ast.walk(module)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "isinstance"
        for part in ast.walk(call.args[1])
    }
    return (node for node in ast.walk(module) if id(node) not in checks)


@pytest.mark.parametrize("path", MONEY)
def test_money_is_never_a_float(path):
    for node in without_type_checks(tree(ROOT / path)):
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, float), f"{path}:{node.lineno} {node.value}"
        if isinstance(node, ast.Name):
            assert node.id != "float", f"{path}:{node.lineno}"
        if isinstance(node, ast.Attribute):
            assert node.attr != "FloatField", f"{path}:{node.lineno}"


def test_no_model_has_a_float():
    floats = [
        f"{model._meta.label}.{field.name}"
        for model in all_models()
        for field in model._meta.concrete_fields
        if field.get_internal_type() == "FloatField"
    ]

    assert floats == []


def rooms(room):
    return [ROOT / house / room for house in HOUSES if (ROOT / house / room).exists()]


def test_services_know_no_door_no_provider_and_no_channel():
    """The readers of Telegram's signatures are pure arithmetic that signing in needs."""
    signing_in = ("partners/services/sign_in.py", "partners/services/telegram_sign_in.py")
    excused = {where: {"partners.providers"} for where in signing_in}
    found = []
    for path in sources(*rooms("services"), *rooms("queries"), *rooms("models")):
        where = str(path.relative_to(ROOT))
        for name in imports(path):
            first, _, rest = name.partition(".")
            second = rest.split(".")[0]
            outside = first in (*DOORS, "ninja", "unfold", "aiogram", "httpx", "huey")
            adapter = first in HOUSES and second in ("providers", "channels", "tasks", "outbound")
            if outside or (adapter and f"{first}.{second}" not in excused.get(where, set())):
                found.append(f"{where}: {name}")

    assert found == []


def test_providers_and_channels_touch_no_models_and_no_services():
    found = []
    for path in sources(*rooms("providers"), *rooms("channels")):
        for name in imports(path):
            parts = name.split(".")
            if parts[0] in HOUSES and parts[1:2] and parts[1] in ("models", "services", "queries"):
                found.append(f"{path.relative_to(ROOT)}: {name}")

    assert found == []


def test_files_are_rooms_with_names():
    nameless = {"utils.py", "helpers.py", "common.py", "misc.py", "util.py", "base_utils.py"}

    assert not {path.name for path in sources(*HOUSES, *DOORS)} & nameless


# Rows that a door reaches only through another row, or that only the platform's staff see.
WITHOUT_FOR_USER = {
    "catalog.TourCategory",  # everybody's
    "catalog.TourPhoto",  # through its tour
    "core.EventDelivery",
    "core.EventLog",
    "core.EventSeal",
    "core.IdempotencyKey",
    "finance.Adjustment",
    "finance.ClosedMonth",
    "finance.MoneyCase",
    "finance.PayoutRegister",
    "finance.ProviderCall",
    "finance.ReconciliationFile",
    "finance.ReconciliationRow",
    "notifications.Announcement",
    "notifications.ChatPace",
    "notifications.Preferences",
    "partners.AccessToken",
    "partners.StaffSession",
    "partners.ViewAs",
}


def test_every_manager_a_door_uses_starts_from_the_user():
    without = {
        model._meta.label
        for model in all_models()
        if not hasattr(model._default_manager, "for_user")
    }

    assert without == WITHOUT_FOR_USER
    assert all(apps.get_model(label) for label in WITHOUT_FOR_USER)
