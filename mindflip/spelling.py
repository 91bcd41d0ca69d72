"""How the values of settings are written: each function gives the value back, or raises ValueError with a sentence that says how."""

import re
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

LEAST_KEY = 50
_HOST = re.compile(r"\.?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:]+\]|\*")
LONGEST_PREFIX = 100


def host(raw: str) -> str:
    if not _HOST.fullmatch(raw):
        raise ValueError(f"{raw!r} is no host name: give names alone, as cards.example.org, without scheme, port or path")
    return raw


def origin(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{raw!r} is no origin: give scheme and host, as https://app.example.org")
    if raw != f"{parts.scheme}://{parts.netloc}" or parts.username is not None or parts.port == 0:
        raise ValueError(f"{raw!r} is no origin: give scheme, host and port alone, as https://app.example.org, without a path or a slash")
    return raw


def secret_key(raw: str) -> str:
    if len(raw) < LEAST_KEY or len(set(raw)) < 5:
        raise ValueError(f"give {LEAST_KEY} or more random characters")
    return raw


def network(raw: str) -> str:
    try:
        return str(ip_network(raw))
    except ValueError:
        raise ValueError(f"{raw!r} is no address: give addresses or networks, as 10.0.0.7 or 10.0.0.0/8") from None


def bind(raw: str) -> str:
    try:
        return raw if raw == "localhost" else str(ip_address(raw))
    except ValueError:
        raise ValueError("give an address of this machine, as 127.0.0.1, or 0.0.0.0 for all of them") from None


def dsn(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in {"http", "https"} or not (parts.username and parts.hostname) or not parts.path.rpartition("/")[2].isdigit():
        raise ValueError("give the address that Sentry shows for the project, as https://key@sentry.example.org/1")
    return raw


def redis_url(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("it must look like redis://host:6379/0")
    if parts.scheme != "unix" and not (parts.hostname and parts.port != 0 and re.fullmatch(r"/?\d*", parts.path)):
        raise ValueError("it must look like redis://host:6379/0, with the number of a database at the end")
    return raw


def prefix(raw: str) -> str:
    if not raw.isprintable() or len(raw) > LONGEST_PREFIX:
        raise ValueError(f"give {LONGEST_PREFIX} characters at most, on one line")
    return raw
