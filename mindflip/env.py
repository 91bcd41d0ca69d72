"""Settings from the environment: each declared once, with its default and a sentence, and refused
in words when wrong.

The declarations are kept in `DECLARED`, from which `docs/settings.md` is made and checked.
"""

import os
import re
from collections.abc import Callable, Iterable
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
    """One environment variable: its name, its default as a person would write it, and what it
    does.
    """

    name: str
    default: str
    help: str


DECLARED: dict[str, Setting] = {}


def _read(
    name: str, default: T, shown: str, help: str, parse: Callable[[str], T], is_secret: bool = False
) -> T:
    DECLARED[name] = Setting(name, shown, help)
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    try:
        return parse(raw)
    except ValueError as error:
        given = name if is_secret else f"{name}={raw!r}"
        raise ImproperlyConfigured(f"{given} is not usable: {error}. It is for: {help}") from None


def text(
    name: str,
    default: str,
    help: str,
    shown: str | None = None,
    spelled: Callable[[str], str] = str,
    is_secret: bool = False,
) -> str:
    """A string, checked by one of the validators below; an empty variable counts as unset.

    What `is_secret` is never repeated.
    """
    return _read(name, default, default if shown is None else shown, help, spelled, is_secret)


def integer(name: str, default: int, help: str, least: int = 0, most: int | None = None) -> int:
    """A whole number of at least `least`, and `most` at most."""

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
    """A rate as `sessions_app.ratelimit.Rate` reads it, such as 30/minute; None for `off`."""

    def parse(raw: str) -> str | None:
        if raw.lower() == "off":
            return None
        Rate.parse(raw)
        return raw

    return _read(name, parse(default), default, help, parse)


def boolean(name: str, default: bool, help: str, shown: str | None = None) -> bool:
    """1/0, true/false, yes/no, on/off."""

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
    spelled: Callable[[str], str] = str,
    is_secret: bool = False,
) -> list[str]:
    """Comma-separated words, each checked by one of the validators below; white space around each
    is dropped.
    """
    words = list(default)

    def parse(raw: str) -> list[str]:
        return [spelled(word.strip()) for word in raw.split(",") if word.strip()]

    return _read(name, words, ",".join(words), help, parse, is_secret)


def choice(
    name: str, default: str, choices: Iterable[str], help: str, shown: str | None = None
) -> str:
    """One of a fixed set of words."""
    allowed = list(choices)

    def parse(raw: str) -> str:
        if raw not in allowed:
            raise ValueError(f"give one of {', '.join(allowed)}")
        return raw

    return _read(name, default, shown or default, help, parse)


# --- Validators ---
# Each gives the value back, or raises ValueError with a sentence that says how it is written.


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
