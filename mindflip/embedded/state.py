"""What a one-command run leaves in the var folder for other processes to find: server addresses and the secret key."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path


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


def write_addresses(var: Path, found: Addresses) -> None:
    """For `manage.py` in another terminal. The addresses hold passwords, so only their owner may read them."""
    half = var / "servers.json.new"
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    half.write_text(json.dumps(asdict(found)))
    half.replace(var / "servers.json")


def secret_key(var: Path) -> str:
    """The private server's own secret key, made once and readable by its owner only."""
    path = var / "secret-key"
    try:
        return path.read_text()
    except FileNotFoundError:
        var.mkdir(parents=True, exist_ok=True)
        key = secrets.token_urlsafe(50)
        # O_EXCL: of two first starts at once, one writes and the other reads
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text()
        with os.fdopen(descriptor, "w") as file:
            file.write(key)
        return key
