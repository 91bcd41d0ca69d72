"""The header Idempotency-Key of calls that make something."""

import json
import re
from collections.abc import Callable
from typing import Any

from rest_framework.request import Request

from sessions_app.exceptions import Invalid
from sessions_app.services import idempotency

KEY = re.compile(r"[!-~]{1,100}")


def idempotency_key(request: Request) -> str:
    """The key, empty without one. Raises Invalid for what is none."""
    key: str | None = request.headers.get("Idempotency-Key")
    if key is not None and not KEY.fullmatch(key):
        message = "Give 1 to 100 visible ASCII characters, such as a UUID."
        raise Invalid(f"Idempotency-Key: {message}", fields={"Idempotency-Key": [message]})
    return key or ""


def idempotent(
    request: Request, action: str, make: Callable[[], Any]
) -> tuple[str, dict[str, str]]:
    """The id of what `make` made, now or at an earlier request with this key, and headers that say
    which.
    """
    body = json.dumps(request.data, sort_keys=True, default=str).encode()
    idempotent_request = idempotency.IdempotentRequest(
        int(request.user.pk or 0), action, idempotency_key(request), body
    )
    made, is_repeated = idempotency.run_once(idempotent_request, lambda: str(make()))
    return made, {"Idempotency-Replayed": "true"} if is_repeated else {}
