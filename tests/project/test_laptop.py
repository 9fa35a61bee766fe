"""The embedded PostgreSQL: any folder, several users, none left behind."""

import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from backoffice import laptop

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def folder():
    # Not pytest's own: PostgreSQL does not run as root, and nobody may walk through that one.
    with tempfile.TemporaryDirectory(prefix="circle test+") as path:
        folder = Path(path) / "postgres"
        yield folder
        laptop.leave_database(folder)
        laptop.stop_database(folder)


def runs(folder: Path) -> bool:
    return laptop._answers(folder)


def ask(url: str, question: str):
    with psycopg.connect(url) as connection:
        return connection.execute(question).fetchone()[0]


def test_it_starts_in_an_odd_folder_and_knows_cyrillic(folder):
    url = laptop.start_database(folder)

    assert ask(url, "SELECT lower('ЎЗБЕКИСТОН')") == "ўзбекистон"
    assert ask(url, "SELECT 'Самарканд' ILIKE '%САМАР%'")
    laptop.leave_database(folder)
    assert not runs(folder)


def test_the_data_stays_and_the_last_to_leave_stops_it(folder):
    url = laptop.start_database(folder)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    other = subprocess.Popen(
        [sys.executable, "-c", JOIN, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdout.readline() == b"joined\n"

    laptop.leave_database(folder)
    assert runs(folder)

    other.communicate(b"leave\n", timeout=20)
    assert not runs(folder)
    assert ask(laptop.start_database(folder), "SELECT number FROM kept") == 7
    laptop.leave_database(folder)


def test_a_killed_user_is_no_user(folder):
    laptop.start_database(folder)
    other = subprocess.Popen(
        [sys.executable, "-c", JOIN, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    other.stdout.readline()
    other.kill()
    other.communicate()

    laptop.leave_database(folder)

    assert not runs(folder)


JOIN = """
import sys
from pathlib import Path
from backoffice import laptop
laptop.start_database(Path(sys.argv[1]))
print("joined", flush=True)
sys.stdin.readline()
"""


def test_a_long_path_gets_its_socket_elsewhere():
    long = Path("/srv") / ("deep/" * 30) / "postgres"

    assert len(str(laptop._socket_folder(long) / laptop.SOCKET)) < 107
    assert laptop._socket_folder(Path("/srv/postgres")) == Path("/srv/postgres")


def test_secrets_are_made_once_and_are_nobodys_business(monkeypatch, tmp_path):
    monkeypatch.setattr(laptop, "VAR", tmp_path)
    monkeypatch.setattr(laptop, "SECRETS", tmp_path / "laptop.env")
    monkeypatch.setattr(laptop.os, "environ", {})

    laptop.read_secrets()
    first = dict(laptop.os.environ)
    laptop.os.environ.clear()
    laptop.read_secrets()

    assert laptop.os.environ == first
    assert (tmp_path / "laptop.env").stat().st_mode & 0o077 == 0
