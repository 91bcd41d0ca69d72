"""Functions that declare settings and read them from environment variables.

Each setting is declared once, with its default and a help text. An invalid value raises
ImproperlyConfigured with a message that explains the format. The declarations are collected in
`DECLARED`, from which `docs/settings.md` is written and checked. `RENAMED` lists the variables
whose old names still work.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from sessions_app.ratelimit import Rate

T = TypeVar("T")
MIN_KEY_LENGTH = 50
_HOST = re.compile(
    r"\.?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:]+\]|\*"
)
MAX_PREFIX_LENGTH = 100


@dataclass(frozen=True)
class Setting:
    """An environment variable with its help text and its default as the documentation shows it."""

    name: str
    default: str
    help: str
    is_secret: bool


DECLARED: dict[str, Setting] = {}

# Old name → new name. The old names are accepted until the next release. Remove all of them then.
RENAMED = {
    "MINDFLIP_VAR": "MINDFLIP_DATA_DIR",
    "MINDFLIP_HOSTS": "MINDFLIP_ALLOWED_HOSTS",
    "MINDFLIP_ORIGINS": "MINDFLIP_ALLOWED_ORIGINS",
    "MINDFLIP_OLD_SECRET_KEYS": "MINDFLIP_SECRET_KEY_FALLBACKS",
    "MINDFLIP_PROXIES": "MINDFLIP_TRUSTED_PROXY_COUNT",
    "MINDFLIP_SIGN_IN_FAILURES": "MINDFLIP_MAX_SIGN_IN_FAILURES",
    "MINDFLIP_ACCESS_MINUTES": "MINDFLIP_ACCESS_TOKEN_MINUTES",
    "MINDFLIP_REFRESH_DAYS": "MINDFLIP_REFRESH_TOKEN_DAYS",
    "MINDFLIP_CALL_RATE": "MINDFLIP_API_RATE",
    "MINDFLIP_WORKER_SEEN_SECONDS": "MINDFLIP_WORKER_HEARTBEAT_TIMEOUT",
    "MINDFLIP_DRAIN_SECONDS": "MINDFLIP_SHUTDOWN_TIMEOUT",
    "MINDFLIP_DRAIN_NOTICE_SECONDS": "MINDFLIP_SHUTDOWN_DELAY",
    "MINDFLIP_SESSION_TOUCH_SECONDS": "MINDFLIP_SESSION_ACTIVITY_INTERVAL",
    "MINDFLIP_SESSION_KEPT_DAYS": "MINDFLIP_SESSION_RETENTION_DAYS",
    "MINDFLIP_SESSIONS_PER_USER": "MINDFLIP_MAX_SESSIONS_PER_USER",
    "MINDFLIP_QUEUE_PER_USER": "MINDFLIP_MAX_QUEUED_PER_USER",
    "MINDFLIP_ENGINE_PRESENT_SECONDS": "MINDFLIP_ENGINE_TIMEOUT_SECONDS",
    "MINDFLIP_RESUME_GENERATIONS": "MINDFLIP_RESUME_LIMIT",
    "MINDFLIP_ATTEMPTS": "MINDFLIP_MAX_ATTEMPTS",
    "MINDFLIP_MESSAGE_BYTES": "MINDFLIP_MESSAGE_MAX_BYTES",
    "MINDFLIP_RESPONSE_BYTES": "MINDFLIP_RESPONSE_MAX_BYTES",
    "MINDFLIP_BIN_DAYS": "MINDFLIP_TRASH_DAYS",
    "MINDFLIP_IMPORT_MEGABYTES": "MINDFLIP_IMPORT_MAX_MEGABYTES",
    "MINDFLIP_IMPORT_CARDS": "MINDFLIP_IMPORT_MAX_CARDS",
    "MINDFLIP_IMPORT_SECONDS": "MINDFLIP_IMPORT_TIME_LIMIT",
    "MINDFLIP_PROMPT_DAYS": "MINDFLIP_PROMPT_RETENTION_DAYS",
    "MINDFLIP_AUDIT_DAYS": "MINDFLIP_AUDIT_LOG_RETENTION_DAYS",
    "MINDFLIP_ATTEMPT_DAYS": "MINDFLIP_FAILED_SIGN_IN_RETENTION_DAYS",
    "MINDFLIP_UNUSED_ACCOUNT_DAYS": "MINDFLIP_INACTIVE_ACCOUNT_DAYS",
    "MINDFLIP_DELETE_SECONDS": "MINDFLIP_CLEANUP_TIME_LIMIT",
}
_OLD_NAMES = {name: old for old, name in RENAMED.items()}


def variable_of(name: str) -> str:
    """Return the environment variable that the setting `name` is read from.

    This is the old name if only the old name is set.
    """
    old = _OLD_NAMES.get(name, name)
    return old if _value(old) and not _value(name) else name


def renamed_in_use() -> list[str]:
    """Return a message for each variable in the environment that has an old name."""
    return [
        f"{old} is ignored because {name}, its new name, is set too: remove {old}."
        if _value(name)
        else f"{old} is now called {name}: rename it. The old name stops working in the next"
        " release."
        for old, name in RENAMED.items()
        if _value(old)
    ]


def with_new_names(environment: Mapping[str, str]) -> dict[str, str]:
    """Return a copy of `environment` with all old names replaced by the new ones.

    A process that is started with it does not warn about old names again.
    """
    renamed = {name: value for name, value in environment.items() if name not in RENAMED}
    for old, name in RENAMED.items():
        value = environment.get(old, "")
        if value.strip() and not renamed.get(name, "").strip():
            renamed[name] = value
    return renamed


def _value(variable: str) -> str:
    """Return the value of an environment variable, or "" if it is unset or blank."""
    return os.environ.get(variable, "").strip()


def _read(
    name: str, default: T, shown: str, help: str, parse: Callable[[str], T], is_secret: bool = False
) -> T:
    DECLARED[name] = Setting(name, shown, help, is_secret)
    variable = variable_of(name)
    raw = _value(variable)
    if not raw:
        return default
    try:
        return parse(raw)
    except ValueError as error:
        given = variable if is_secret else f"{variable}={raw!r}"
        raise ImproperlyConfigured(f"{given} is not usable: {error}. It is for: {help}") from None


def text(
    name: str,
    default: str,
    help: str,
    shown: str | None = None,
    validator: Callable[[str], str] = str,
    is_secret: bool = False,
) -> str:
    """Read a string and check it with one of the validators below.

    An empty variable counts as unset. If `is_secret` is true, error messages do not contain the
    value.
    """
    return _read(name, default, default if shown is None else shown, help, validator, is_secret)


def integer(name: str, default: int, help: str, *, least: int, most: int | None = None) -> int:
    """Read a whole number that is at least `least` and, if `most` is given, at most `most`."""

    def parse(raw: str) -> int:
        try:
            number = int(raw)
        except ValueError:
            raise ValueError("give a whole number") from None
        if number < least:
            raise ValueError(f"give {least} or more")
        if most is not None and number > most:
            raise ValueError(f"give {most} or less")
        return number

    return _read(name, default, str(default), help, parse)


def rate(name: str, default: str, help: str) -> str | None:
    """Read a rate such as `30/minute` (see `sessions_app.ratelimit.Rate`), or `off` as None."""

    def parse(raw: str) -> str | None:
        if raw.lower() == "off":
            return None
        Rate.parse(raw)
        return raw

    return _read(name, parse(default), default, help, parse)


def boolean(name: str, default: bool, help: str, shown: str | None = None) -> bool:
    """Read a boolean, written as 1/0, true/false, yes/no or on/off."""

    def parse(raw: str) -> bool:
        if raw.lower() in {"1", "true", "yes", "on"}:
            return True
        if raw.lower() in {"0", "false", "no", "off"}:
            return False
        raise ValueError("give 1 or 0")

    return _read(name, default, shown or str(int(default)), help, parse)


def listing(
    name: str,
    default: Iterable[str],
    help: str,
    validator: Callable[[str], str] = str,
    is_secret: bool = False,
) -> list[str]:
    """Read a comma-separated list and check each item with one of the validators below.

    Whitespace around the items is removed, and empty items are ignored.
    """
    words = list(default)

    def parse(raw: str) -> list[str]:
        return [validator(word.strip()) for word in raw.split(",") if word.strip()]

    return _read(name, words, ",".join(words), help, parse, is_secret)


def choice(
    name: str, default: str, choices: Iterable[str], help: str, shown: str | None = None
) -> str:
    """Read a value that must be one of `choices`."""
    allowed = list(choices)

    def parse(raw: str) -> str:
        if raw not in allowed:
            raise ValueError(f"give one of {', '.join(allowed)}")
        return raw

    return _read(name, default, shown or default, help, parse)


# --- Validators ---
# Each validator returns the value, or raises ValueError with a message that describes the format.


def host(raw: str) -> str:
    if not _HOST.fullmatch(raw):
        raise ValueError(
            f"{raw!r} is no host name: give names alone, as cards.example.org, without scheme, port"
            " or path"
        )
    return raw


def origin(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{raw!r} is no origin: give scheme and host, as https://app.example.org")
    if raw != f"{parts.scheme}://{parts.netloc}" or parts.username is not None or parts.port == 0:
        raise ValueError(
            f"{raw!r} is no origin: give scheme, host and port alone, as https://app.example.org,"
            " without a path or a slash"
        )
    return raw


def secret_key(raw: str) -> str:
    if len(raw) < MIN_KEY_LENGTH or len(set(raw)) < 5:
        raise ValueError(f"give {MIN_KEY_LENGTH} or more random characters")
    return raw


def network(raw: str) -> str:
    try:
        return str(ip_network(raw))
    except ValueError:
        raise ValueError(
            f"{raw!r} is no address: give addresses or networks, as 10.0.0.7 or 10.0.0.0/8"
        ) from None


def bind(raw: str) -> str:
    try:
        return raw if raw == "localhost" else str(ip_address(raw))
    except ValueError:
        raise ValueError(
            "give an address of this machine, as 127.0.0.1, or 0.0.0.0 for all of them"
        ) from None


def dsn(raw: str) -> str:
    parts = urlsplit(raw)
    if (
        parts.scheme not in {"http", "https"}
        or not (parts.username and parts.hostname)
        or not parts.path.rpartition("/")[2].isdigit()
    ):
        raise ValueError(
            "give the address that Sentry shows for the project, as"
            " https://key@sentry.example.org/1"
        )
    return raw


def redis_url(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("it must look like redis://host:6379/0")
    if parts.scheme != "unix" and not (
        parts.hostname and parts.port != 0 and re.fullmatch(r"/?\d*", parts.path)
    ):
        raise ValueError(
            "it must look like redis://host:6379/0, with the number of a database at the end"
        )
    return raw


def prefix(raw: str) -> str:
    if not raw.isprintable() or len(raw) > MAX_PREFIX_LENGTH:
        raise ValueError(f"give {MAX_PREFIX_LENGTH} characters at most, on one line")
    return raw
