"""The headers of the API, described once: those that answers carry and those that requests may."""

from collections.abc import Iterable
from typing import Any

TEXT = {"type": "string"}
SECONDS = {"type": "integer", "minimum": 0}
LIMITED = ("RateLimit", "RateLimit-Policy")
ANSWERED: dict[str, tuple[str, dict[str, Any], Any]] = {
    "Location": ("The address of what was made.", TEXT | {"format": "uri"}, "http://localhost:3000/api/webllm/session/…"),
    "ETag": ("The version of this answer: send it back as If-None-Match.", TEXT, 'W/"3f2a9c5e8b1d7f604c2e9a5b"'),
    "Link": ("The next and the previous page (RFC 8288).", TEXT, '<http://localhost:3000/api/webllm/session?cursor=…>; rel="next"'),
    "Retry-After": ("Seconds after which to ask again.", SECONDS, 30),
    "WWW-Authenticate": ("How to say who you are.", TEXT, 'Bearer realm="api"'),
    "Content-Disposition": ("The file's name.", TEXT, 'attachment; filename="Tides.csv"'),
    "RateLimit": (
        "Each limit with how many calls it still allows (`r`) and in how many seconds it is whole again (`t`); "
        "draft-ietf-httpapi-ratelimit-headers-10.",
        TEXT,
        '"calls";r=1187;t=42',
    ),
    "RateLimit-Policy": ("Each limit: `q` calls at the same time, and on average `q` calls in `w` seconds.", TEXT, '"calls";q=1200;w=60'),
    "Idempotency-Replayed": ("`true` when this is the answer to an earlier request with the same Idempotency-Key.", TEXT, "true"),
}
SENT: dict[str, tuple[str, dict[str, Any], Any]] = {
    "Idempotency-Key": (
        "A name of yours for this request, new for each one (a UUID is good). Sent again with it, the request is done once.",
        TEXT | {"minLength": 1, "maxLength": 100, "pattern": r"^[!-~]+$"},
        "0b9d3c1e-7d0c-4f43-9d2a-0f2f4f6f8a11",
    ),
    "If-None-Match": (
        "An ETag that you have: while it is true the answer is 304.",
        TEXT,
        'W/"3f2a9c5e8b1d7f604c2e9a5b"',
    ),
}


def described() -> dict[str, Any]:
    """For `components.headers`."""
    return {name: {"description": words, "schema": schema, "example": sample} for name, (words, schema, sample) in ANSWERED.items()}


def referred(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def sent(names: Iterable[str]) -> list[dict[str, Any]]:
    """As parameters of a request."""
    return [
        {"in": "header", "name": name, "description": words, "schema": schema, "required": False, "example": sample}
        for name, (words, schema, sample) in ((name, SENT[name]) for name in names)
    ]


def link(**addresses: str | None) -> dict[str, str]:
    """The header Link (RFC 8288) of the relations that have an address; none without any."""
    links = [f'<{address}>; rel="{relation}"' for relation, address in addresses.items() if address]
    return {"Link": ", ".join(links)} if links else {}
