"""What can go wrong, as exceptions: each has a stable `code`, an HTTP status and a sentence for a
person.

Services raise them; `problems.py` turns them into problem+json and `handlers.py` into `error`
messages.
"""

from collections.abc import Mapping


class MindFlipError(Exception):
    """Base of every refusal. `retryable`: the same request may succeed later, unchanged."""

    code = "internal"
    status = 500
    retryable = False

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code


class NotFound(MindFlipError):
    """No such object for this user; another user's object answers the same, so that ids cannot be
    probed.
    """

    code = "not_found"
    status = 404


class Invalid(MindFlipError):
    """The body is wrong; `fields` maps each wrong member to sentences."""

    code = "invalid"
    status = 400

    def __init__(self, message: str, *, fields: Mapping[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})


class Conflict(MindFlipError):
    """The object is not in a state that allows this."""

    code = "conflict"
    status = 409


class RateLimited(MindFlipError):
    """A limit is reached; `retry_after` is in seconds."""

    code = "rate_limited"
    status = 429
    retryable = True

    def __init__(self, message: str, *, retry_after: int, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class Unavailable(MindFlipError):
    """PostgreSQL or Redis does not answer; `retry_after` is in seconds."""

    code = "unavailable"
    status = 503
    retryable = True
    retry_after = 5


class SessionEnded(Conflict):
    """The session is closed or expired; the code says which. `close_code` closes its sockets."""

    @property
    def close_code(self) -> int:
        return 4410 if self.code == "session_expired" else 4404


class StaleResponse(Conflict):
    """An engine answered under a lease that it no longer holds."""

    code = "stale_response"


class RepeatedResponse(StaleResponse):
    """An engine answered what it or another engine of the session had answered before."""


class UnknownCacheKey(Conflict):
    """An engine answered something that this socket was not asked."""

    code = "unknown_cache_key"


class SocketRejected(MindFlipError):
    """This socket may not be used (again); `close_code` as in the contract, section 2."""

    def __init__(self, message: str, *, close_code: int, code: str) -> None:
        super().__init__(message, code=code)
        self.close_code = close_code
