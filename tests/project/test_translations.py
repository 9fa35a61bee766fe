"""Every text of ours, and of the packages our pages are made of, is there in Russian and Uzbek."""

import ast
import gettext
import io
import re
from collections import Counter
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import override_settings
from django.utils import translation
from django.utils.translation.template import templatize

from notifications.states import Kind
from notifications.templates import TEMPLATES, render

HOUSES = ("api", "backoffice", "catalog", "core", "finance", "notifications", "partners", "sales")
LANGUAGES = ("ru", "uz")
PLURAL, CONTEXT, CONTEXT_PLURAL = (1, 2), ((1, "c"), 2), ((1, "c"), 2, 3)
# The names that makemessages looks for.
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_noop", "gettext_lazy")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), PLURAL),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), CONTEXT),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), CONTEXT_PLURAL),
}
SCRIPT_KEYWORDS = {name: spec for name, spec in KEYWORDS.items() if name != "_"}
# Whose templates make our pages, and what of them we do not use.
PACKAGES = ("unfold", "import_export", "simple_history", "constance")
DJANGO = ("contrib/admin", "contrib/auth", "core", "db/models", "forms", "views")
UNUSED = ("guardian", "hijack", "inlines", "location_field", "reversion", "unfold_crispy")

PLACEHOLDER = re.compile(r"%\(\w+\)[sdr]|%%|%[sdr]|\{\w*\}|<[^>]+>")
POSITIONAL = ("%s", "%d", "{}")


def texts_in(path):
    """The texts of a module or a template, as makemessages sees them."""
    code = path.read_text()
    if path.suffix != ".py":
        code = f"({templatize(code, origin=str(path))}\n)"  # in brackets, indents mean nothing
    source = io.BytesIO(code.encode())
    for _line, text, _comments, context in extract("python", source, KEYWORDS):
        forms = (text,) if isinstance(text, str) else text
        if all(forms):
            yield context, forms[0]


def files_of(folder, *endings):
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix in endings and "migrations" not in path.parts
    ]


def texts_of(folder, *endings):
    return {text for path in files_of(folder, *endings) for text in texts_in(path)}


@cache
def our_texts():
    return set().union(*(texts_of(settings.BASE_DIR / h, ".py", ".html", ".txt") for h in HOUSES))


@cache
def catalogue(language, domain="django"):
    path = settings.BASE_DIR / "locale" / language / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def translated(message):
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(forms) and not message.fuzzy


def first(message):
    return message.id if isinstance(message.id, str) else message.id[0]


def known(language, domain="django"):
    """(context, text) of all that our catalogue translates."""
    return {(m.context, first(m)) for m in catalogue(language, domain) if m.id and translated(m)}


def package_folder(name):
    return Path(find_spec(name).origin).parent


@cache
def package_texts():
    """What the templates of the packages say on the pages that we use."""
    return {
        text
        for name in PACKAGES
        for path in files_of(package_folder(name), ".html")
        if not any(unused in str(path) for unused in UNUSED)
        for text in texts_in(path)
    }


def script_texts():
    """What the admin's scripts say: theirs, so the djangojs catalogues are kept by hand."""
    return {
        (context, text if isinstance(text, str) else text[0])
        for folder in ("django.contrib.admin", "unfold")
        for path in files_of(package_folder(folder) / "static", ".js")
        if "vendor" not in path.parts and ".min." not in path.name
        for _line, text, _comments, context in extract(
            "javascript", io.BytesIO(path.read_bytes()), SCRIPT_KEYWORDS
        )
    }


def shipped(language, domain="django"):
    """The texts that Django and the packages translate themselves."""
    names = [app for app in settings.INSTALLED_APPS if app.partition(".")[0] not in HOUSES]
    folders = [package_folder(name.removesuffix(".apps.BasicAppConfig")) for name in names]
    folders += [package_folder("django.conf"), package_folder("django.contrib.admin")]
    texts = set()
    for folder in folders:
        for locale in (language, f"{language}_{language.upper()}"):
            path = folder / "locale" / locale / "LC_MESSAGES" / f"{domain}.mo"
            if path.exists():
                with path.open("rb") as file:
                    texts |= set(gettext.GNUTranslations(file)._catalog)
    return {key if isinstance(key, str) else key[0] for key in texts}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_ours_is_translated(language):
    missing = sorted(our_texts() - known(language), key=str)

    assert not missing, "run 'make messages' and translate these"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_nothing_in_a_catalogue_is_empty_or_uncertain(language, domain):
    assert [m.id for m in catalogue(language, domain) if m.id and not translated(m)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_a_packages_page_is_translated_by_it_or_by_us(language):
    theirs = {text for _context, text in package_texts()} - shipped(language)

    missing = sorted(theirs - {text for _context, text in known(language)} - {"DATETIME_FORMAT"})

    assert not missing, "list these in backoffice/vendor_texts.py"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_admins_scripts_is_translated_by_them_or_by_us(language):
    theirs = shipped(language, "djangojs")
    left = script_texts() - known(language, "djangojs")

    missing = [t for c, t in left if (f"{c}\x04{t}" if c else t) not in theirs]

    assert missing == [], "translate these in djangojs.po by hand"


def test_a_listed_text_of_a_package_is_still_there():
    listed = set(texts_in(settings.BASE_DIR / "backoffice" / "vendor_texts.py"))
    theirs = set().union(
        *(texts_of(package_folder(name), ".py", ".html") for name in PACKAGES),
        *(texts_of(package_folder("django") / part, ".py", ".html") for part in DJANGO),
    )

    assert listed - theirs == set(), "delete these from backoffice/vendor_texts.py"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_a_translation_keeps_the_placeholders_and_tags(language, domain):
    for message in catalogue(language, domain):
        plural = message.id if isinstance(message.id, str) else message.id[1]
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        for form in forms if message.id else ():
            assert _places(form) == _places(plural), (plural, form)


def _places(text):
    """Named ones may be repeated, the others are counted."""
    found = PLACEHOLDER.findall(text)
    return set(found), Counter(place for place in found if place in POSITIONAL)


def test_uzbek_is_written_in_its_own_letters():
    wrong = re.compile(r"[oOgG]['’‘`]|[a-z]['’‘`][a-z]|[\u0400-\u04ff]")
    texts = [str(m.string) for domain in ("django", "djangojs") for m in catalogue("uz", domain)]

    assert [text for text in texts if wrong.search(text)] == []


def nodes_of_ours():
    for house in HOUSES:
        for path in files_of(settings.BASE_DIR / house, ".py"):
            for node in ast.walk(ast.parse(path.read_text())):
                yield path, node


def test_no_text_to_translate_stands_inside_an_f_string_where_makemessages_is_blind():
    hidden = [
        f"{path}:{call.lineno}"
        for path, node in nodes_of_ours()
        if isinstance(node, ast.JoinedStr)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in KEYWORDS
    ]

    assert hidden == []


def test_gettext_goes_by_the_names_that_makemessages_looks_for():
    wrong = [
        f"{path}: {name.name} as {name.asname}"
        for path, node in nodes_of_ours()
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.name in KEYWORDS and (name.asname or name.name) not in KEYWORDS
    ]

    assert wrong == []


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """The catalogues as they are now, whether or not the tree's own are compiled."""
    folder = tmp_path_factory.mktemp("locale")
    for language in LANGUAGES:
        (folder / language / "LC_MESSAGES").mkdir(parents=True)
        with (folder / language / "LC_MESSAGES" / "django.mo").open("wb") as file:
            write_mo(file, catalogue(language))
    with override_settings(LOCALE_PATHS=[folder]):
        yield


def test_every_kind_of_message_has_a_template():
    assert set(TEMPLATES) == set(Kind)


# Their templates have no words of their own.
SAID_BY_OTHERS = (Kind.ANNOUNCEMENT, Kind.CARD_CLOSED)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_a_message_is_told_in_the_recipients_language(compiled, kind, language):
    with translation.override("en"):
        fields = {name for _text, name, *_rest in Formatter().parse(str(TEMPLATES[kind])) if name}
    payload = {field: f"<{field}>" for field in fields}

    told = render(kind, payload, language)

    assert all(f"&lt;{field}>" in told or f"&lt;{field}&gt;" in told for field in fields)
    assert kind in SAID_BY_OTHERS or told != render(kind, payload, "en")
