"""Settings from the environment: each declared once, with its default and a sentence, and refused in words when wrong.

The declarations are kept in `DECLARED`, from which `docs/settings.md` is made and checked.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

from sessions_app.ratelimit import Rate

T = TypeVar("T")


@dataclass(frozen=True)
class Setting:
    """One environment variable: its name, its default as a person would write it, and what it does."""

    name: str
    default: str
    help: str


DECLARED: dict[str, Setting] = {}


def _read(name: str, default: T, shown: str, help: str, parse: Callable[[str], T], is_secret: bool = False) -> T:
    DECLARED[name] = Setting(name, shown, help)
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    try:
        return parse(raw)
    except ValueError as error:
        given = name if is_secret else f"{name}={raw!r}"
        raise ImproperlyConfigured(f"{given} is not usable: {error}. It is for: {help}") from None


def text(name: str, default: str, help: str, shown: str | None = None, spelled: Callable[[str], str] = str, is_secret: bool = False) -> str:
    """A string, `spelled` as one of `mindflip.spelling`; an empty variable counts as unset. What `is_secret` is never repeated."""
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


def listing(name: str, default: Iterable[str], help: str, spelled: Callable[[str], str] = str, is_secret: bool = False) -> list[str]:
    """Comma-separated words, each `spelled` as one of `mindflip.spelling`; white space around each is dropped."""
    words = list(default)

    def parse(raw: str) -> list[str]:
        return [spelled(word.strip()) for word in raw.split(",") if word.strip()]

    return _read(name, words, ",".join(words), help, parse, is_secret)


def choice(name: str, default: str, choices: Iterable[str], help: str, shown: str | None = None) -> str:
    """One of a fixed set of words."""
    allowed = list(choices)

    def parse(raw: str) -> str:
        if raw not in allowed:
            raise ValueError(f"give one of {', '.join(allowed)}")
        return raw

    return _read(name, default, shown or default, help, parse)
