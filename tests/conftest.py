"""What every test stands on: a database that may be cleaned, a clock that stands still, sockets
closed to the outside, and the named cast."""

import gc
import socket

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.files.storage import storages
from django.test import TransactionTestCase, override_settings
from django.utils import translation

from tests.cleaning import Cleaner
from tests.factories import NOW
from tests.migrated_once import leave_original, take_original

LOOPBACK = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "", None)  # noqa: S104
# The append-only triggers let only a session that says so truncate: the suite's clean-up. What
# outlives no run need not reach the disk, and a plan that is used once need not be compiled.
OF_THE_SUITE = " -c circle.allow_truncate=on -c synchronous_commit=off -c jit=off"


def pytest_configure(config):
    options = django_settings.DATABASES["default"]["OPTIONS"]
    if OF_THE_SUITE not in options["options"]:
        options["options"] += OF_THE_SUITE


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """What takes a minute by itself begins first, so that nobody waits for it in the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish():
    """What is there by now stays: the garbage collector need not look through it again and again,
    a twentieth of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


class OutsideWorldError(RuntimeError):
    """A test tried to leave the machine."""


def _is_near(family, address) -> bool:
    return family == socket.AF_UNIX or address[0] in LOOPBACK


@pytest.fixture(autouse=True, scope="session")
def _closed_sockets():
    """Loopback and unix sockets only; names are not looked up outside either."""
    patch = pytest.MonkeyPatch()
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    getaddrinfo = socket.getaddrinfo

    def guarded(original):
        def call(self, address):
            if not _is_near(self.family, address):
                raise OutsideWorldError(f"connection to {address}")
            return original(self, address)

        return call

    def near_names(host, *args, **kwargs):
        if host not in LOOPBACK:
            raise OutsideWorldError(f"lookup of {host}")
        return getaddrinfo(host, *args, **kwargs)

    patch.setattr(socket.socket, "connect", guarded(connect))
    patch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
    patch.setattr(socket, "getaddrinfo", near_names)
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def _test_settings(tmp_path_factory):
    """Whatever the machine's environment says: no bot, known keys, files in a temporary folder."""
    from finance.models import ReconciliationFile

    with override_settings(
        MEDIA_ROOT=tmp_path_factory.mktemp("media"),
        STORAGES=django_settings.STORAGES
        | {
            "private": {
                "BACKEND": "core.storage.PrivateFiles",
                "OPTIONS": {"location": tmp_path_factory.mktemp("private")},
            }
        },
        STATIC_ROOT=tmp_path_factory.mktemp("static"),  # WhiteNoise warns where there is none
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        WHITENOISE_AUTOREFRESH=True,  # or every client lists all static files when it is made
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        TELEGRAM_BOT_TOKEN="",
        TELEGRAM_API_URL="",
        TELEGRAM_WEBHOOK_SECRET="",
        TELEGRAM_BOT_USERNAME="circle_tours_bot",
        MINI_APP_URL="https://t.me/circle_tours_bot/app",
        INIT_DATA_TOKEN="1000000001:the-tests-own-token",
        PAYME_MERCHANT_ID="5e730e8e0b852a417aa49ceb",
        PAYME_LOGIN="Paycom",
        PAYME_MODE="live",
        PAYME_KEY="the-tests-own-key",
        PAYME_TEST_KEY="the-key-of-the-sandbox",
        PAYME_SUBSCRIBE_URL="",
        PAYME_ALLOWED_IPS=[],
        PAYME_ACCOUNT_FIELD="order_id",
        PAYOUT_API_URL="",
    ):
        # A field asks for its storage when it is defined, before there are settings of a test.
        ReconciliationFile._meta.get_field("file").storage = storages["private"]
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request, tmp_path_factory, django_db_modify_db_settings, django_db_keepdb, django_db_blocker
):
    """One migration for all workers of a run; those of a kept database are its own."""
    worker = getattr(request.config, "workerinput", {}).get("workerid")
    if worker is None or django_db_keepdb:
        yield
        return
    # Beside the workers' own folders.
    folder = tmp_path_factory.getbasetemp().parent
    with django_db_blocker.unblock():
        take_original(worker, folder)
    yield
    with django_db_blocker.unblock():
        leave_original(worker, folder)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database, with the queue's tables in it too: tasks are really enqueued there."""
    from django.db import connection
    from huey.contrib.djhuey import HUEY

    with django_db_blocker.unblock():
        if hasattr(HUEY.storage, "dsn"):
            HUEY.storage.close()
            HUEY.storage.dsn = _dsn(connection)
            HUEY.storage.initialize_schema()
        cleaner = Cleaner()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: cleaner.clean())
        yield
    HUEY.storage.close()
    with django_db_blocker.unblock():
        _hang_up(connection)


def _dsn(connection) -> str:
    from psycopg.conninfo import make_conninfo

    known = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    return make_conninfo("", **{name: known[name] for name in names if known.get(name)})


def _hang_up(connection) -> None:
    """Close what a thread may have left open on the test database, so that it can be dropped."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def clock():
    """Time stands still at NOW; ``clock.shift(timedelta(hours=1))`` moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _clean_slate():
    """English unless a test says otherwise, and nothing left in the cache (throttles)."""
    cache.clear()
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def _company():
    """The cast, put together once a process."""
    from tests.cast import assemble
    from tests.replay import Replay

    return Replay(assemble)


@pytest.fixture
def cast(db, _company):
    return _company()


@pytest.fixture
def queue(db):
    """What waits in the real queue: its own tables and connection, emptied before the test."""
    from huey.contrib.djhuey import HUEY

    HUEY.flush()
    yield HUEY
    HUEY.flush()
    HUEY.storage.close()


@pytest.fixture
def short_lock_timeout(db):
    """Locks are waited for a tenth of a second instead of three, on this thread's connection."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '3s'")


@pytest.fixture
def servers_wait_shortly(transactional_db):
    """The same for whoever connects from here on, the live server's threads among them."""
    from django.db import connection

    options = connection.settings_dict["OPTIONS"]
    patient = options["options"]

    def reconnect(with_options):
        options["options"] = with_options
        connection.close()
        connection.close_pool()

    reconnect(f"{patient} -c lock_timeout=300")
    yield
    reconnect(patient)
