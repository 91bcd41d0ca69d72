"""Expected errors as exceptions, each with a stable `code`, an HTTP status and a message for users.

Services raise them. `problems.py` turns them into problem+json, and `handlers/messages.py` turns
them into `error` messages.
"""

from collections.abc import Mapping

from django.utils.functional import Promise


class MindFlipError(Exception):
    """The base class of expected errors.

    If it is `retryable`, the same request may succeed later.
    """

    code = "internal"
    status = 500
    retryable = False

    def __init__(self, message: str | Promise, *, code: str | None = None) -> None:
        self.message = str(message)
        super().__init__(self.message)
        self.code = code or self.code


class NotFound(MindFlipError):
    """The object does not exist or belongs to another user.

    Both cases have the same response, so that IDs cannot be probed.
    """

    code = "not_found"
    status = 404


class Invalid(MindFlipError):
    """The request is invalid; `fields` maps the name of each invalid field to messages."""

    code = "invalid"
    status = 400

    def __init__(
        self, message: str | Promise, *, fields: Mapping[str, list[str]] | None = None
    ) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})


class Conflict(MindFlipError):
    """The object is not in a state that allows this."""

    code = "conflict"
    status = 409


class RateLimited(MindFlipError):
    """A rate or quantity limit has been reached; `retry_after` is in seconds."""

    code = "rate_limited"
    status = 429
    retryable = True

    def __init__(
        self, message: str | Promise, *, retry_after: int, code: str | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class Unavailable(MindFlipError):
    """PostgreSQL or Redis does not respond; `retry_after` is in seconds."""

    code = "unavailable"
    status = 503
    retryable = True
    retry_after = 5


class SessionEnded(Conflict):
    """The session is closed or expired, depending on `code`; `close_code` is for its sockets."""

    @property
    def close_code(self) -> int:
        return 4410 if self.code == "session_expired" else 4404


class StaleResponse(Conflict):
    """An engine sent a response under a lease that it has lost."""

    code = "stale_response"


class RepeatedResponse(StaleResponse):
    """An engine repeated a response, or responded too late to an earlier request of the session."""


class UnknownCacheKey(Conflict):
    """An engine sent a response that does not match any request to its socket."""

    code = "unknown_cache_key"


class SocketRejected(MindFlipError):
    """The socket may not be opened or used any more; docs/protocol.md lists the close codes."""

    def __init__(self, message: str | Promise, *, close_code: int, code: str) -> None:
        super().__init__(message, code=code)
        self.close_code = close_code
