"""How often may be called. Who is counted is told how much is left: RateLimit and RateLimit-Policy of
draft-ietf-httpapi-ratelimit-headers-10, a limit each, and Retry-After when nothing is."""

import logging
from math import ceil
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import ScopedRateThrottle, SimpleRateThrottle, UserRateThrottle

if TYPE_CHECKING:  # DRF's views name this module's throttles in their own settings
    from rest_framework.views import APIView

log = logging.getLogger(__name__)


def in_words(seconds: int) -> str:
    """As `2 minutes`, never too short."""
    number, unit = (seconds, "second") if seconds < 60 else (ceil(seconds / 60), "minute")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


class Told:
    """A throttle of DRF's that tells what is left of it."""

    scope: str | None
    rate: str | None
    num_requests: int
    duration: int
    history: list[float]
    now: float

    def allow_request(self, request: Request, view: "APIView") -> bool:
        is_allowed = bool(super().allow_request(request, view))  # type: ignore[misc] # of the throttle beside it
        if getattr(self, "history", None) is not None and self.rate:
            oldest = self.history[-1] if self.history else self.now
            self._tell(view, len(self.history), oldest + self.duration - self.now)
        return is_allowed

    def _tell(self, view: "APIView", used: int, seconds: float) -> None:
        policy = f'"{self.scope}";q={self.num_requests};w={self.duration}'
        left = f'"{self.scope}";r={max(0, self.num_requests - used)};t={max(0, ceil(seconds))}'
        for name, value in (("RateLimit-Policy", policy), ("RateLimit", left)):
            view.headers[name] = ", ".join(filter(None, (view.headers.get(name), value)))


class PageThrottle(SimpleRateThrottle):
    """Counts what one address sends to a page, whoever it says it is."""

    def get_cache_key(self, request: Any, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}

    def seconds_to_wait(self, request: Any) -> int:
        """0 for what may go on, which is all while Redis is gone."""
        try:
            is_allowed = self.allow_request(request, None)  # type: ignore[arg-type] # it looks at no view
        except RedisError as error:
            log.warning("Pages are sent uncounted (%s) while Redis is gone: %s", self.scope, error)
            return 0
        return 0 if is_allowed else ceil(self.wait() or 1)


class SignUpThrottle(PageThrottle):
    """Accounts from one address, together with those made over REST."""

    scope = "register"


class AddressThrottle(Told, ScopedRateThrottle):
    """Calls from one address, by the view's `throttle_scope`: for those who are nobody yet."""


class SessionThrottle(Told, UserRateThrottle):
    """Counts the sessions that a user opens, and no reading."""

    scope = "session"

    def allow_request(self, request: Request, view: "APIView") -> bool:
        try:
            return request.method != "POST" or super().allow_request(request, view)
        except RedisError as error:  # SESSIONS_PER_USER still holds
            log.warning("Sessions are opened uncounted while Redis is gone: %s", error)
            return True


class CallThrottle(Told, SimpleRateThrottle):
    """All calls of a user's, and those of an address where nobody is signed in: one count for each stretch of time, because a list of
    a thousand times would be read and written with every call. Without Redis calls go uncounted."""

    scope = "calls"

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if self.rate is None or getattr(request._request, "is_counted", False):  # a long poll looks more than once
            return True
        request._request.is_counted = True  # type: ignore[attr-defined]
        try:
            return self._count(request, view)
        except RedisError as error:
            log.warning("Calls go uncounted while Redis is gone: %s", error)
            return True

    def wait(self) -> float:
        return self._left

    def get_cache_key(self, request: Request, view: "APIView") -> str:
        ident = request.user.pk if request.user and request.user.is_authenticated else self.get_ident(request)
        return f"calls:{ident}:{int(self.timer() // self.duration)}"

    def _count(self, request: Request, view: "APIView") -> bool:
        key = self.get_cache_key(request, view)
        self._left = self.duration - self.timer() % self.duration
        cache.add(key, 0, self.duration)
        used = cache.incr(key)
        self._tell(view, used, self._left)
        return bool(used <= self.num_requests)
