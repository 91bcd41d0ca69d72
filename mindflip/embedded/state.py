"""Files in the var folder that a run shares with other processes: addresses and the secret key."""

import json
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Addresses:
    """The addresses of the servers, with the standard ports on this machine as defaults."""

    database_url: str = "postgresql://mindflip@127.0.0.1:5432/mindflip"
    redis_url: str = "redis://127.0.0.1:6379/0"


def addresses(var: Path) -> Addresses:
    """Return the addresses that the last one-command run saved in `var`, or the defaults."""
    try:
        return Addresses(**json.loads((var / "servers.json").read_text()))
    except (OSError, ValueError, TypeError):
        return Addresses()


def write_addresses(var: Path, server_addresses: Addresses) -> None:
    """Save the addresses for `manage.py` in another terminal.

    They contain passwords, so only the owner can read the file.
    """
    half = var / "servers.json.new"
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    half.write_text(json.dumps(asdict(server_addresses)))
    half.replace(var / "servers.json")


def secret_key(var: Path) -> str:
    """Return the secret key of a private server, and generate it on the first call.

    Only its owner can read it. Raise ImproperlyConfigured if the file cannot be read or written.
    """
    path = var / "secret-key"
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            half = _make(path, secrets.token_urlsafe(50))
            # Creating a link is atomic. If two first starts run at the same time, one of them
            # creates the file and the other one reads it.
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
    """Replace the secret key of a private server."""
    _make(var / "secret-key", key).replace(var / "secret-key")


def _make(path: Path, key: str) -> Path:
    """Write the key to a temporary file next to `path`, and return that file."""
    half = path.with_name(f"{path.name}-{secrets.token_hex(4)}")
    half.touch(mode=0o600)
    half.write_text(key)
    return half
