"""What a one-command run leaves in the var folder for other processes to find: server addresses and
the secret key.
"""

import json
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Addresses:
    """Where the servers answer; the usual local ports when no embedded run has written others."""

    database_url: str = "postgresql://mindflip@127.0.0.1:5432/mindflip"
    redis_url: str = "redis://127.0.0.1:6379/0"


def addresses(var: Path) -> Addresses:
    """The addresses written by the last embedded start under `var`, or the defaults."""
    try:
        return Addresses(**json.loads((var / "servers.json").read_text()))
    except (OSError, ValueError, TypeError):
        return Addresses()


def write_addresses(var: Path, server_addresses: Addresses) -> None:
    """For `manage.py` in another terminal.

    The addresses hold passwords, so only their owner may read them.
    """
    half = var / "servers.json.new"
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    half.write_text(json.dumps(asdict(server_addresses)))
    half.replace(var / "servers.json")


def secret_key(var: Path) -> str:
    """The private server's own secret key, made once and readable by its owner only.

    Raises ImproperlyConfigured when it cannot be.
    """
    path = var / "secret-key"
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            half = _make(path, secrets.token_urlsafe(50))
            # A link is made whole or not at all: of two first starts at the same time, one makes it
            # and the other reads it.
            with suppress(FileExistsError):
                path.hardlink_to(half)
            half.unlink()
        return path.read_text()
    except OSError as error:
        what = f"The folder {var} cannot be written ({error.strerror})"
        raise ImproperlyConfigured(
            f"{what}: give it to this user, make room on its disk, or set MINDFLIP_DATA_DIR to"
            " another folder."
        ) from None


def write_secret_key(var: Path, key: str) -> None:
    """Put another key in the place of the private server's own."""
    _make(var / "secret-key", key).replace(var / "secret-key")


def _make(path: Path, key: str) -> Path:
    """The key in a file beside `path`, which may become it."""
    half = path.with_name(f"{path.name}-{secrets.token_hex(4)}")
    half.touch(mode=0o600)
    half.write_text(key)
    return half
