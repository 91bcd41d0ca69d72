"""Rate limits of REST calls and pages.

Responses of calls have the headers RateLimit and RateLimit-Policy
(draft-ietf-httpapi-ratelimit-headers-10). Rejected requests get Retry-After.
"""

import logging
from math import ceil
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from sessions_app.ratelimit import Rate
from sessions_app.services.rate_limits import Usage, rate_limit_key, rate_limits_consume

if TYPE_CHECKING:  # importing it always would be circular: its settings name these throttles
    from rest_framework.views import APIView

log = logging.getLogger(__name__)


def duration_text(seconds: int) -> str:
    """Return the time as text, such as `2 minutes`, with minutes rounded up."""
    if seconds < 60:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = ceil(seconds / 60)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def rate_limited_page(request: HttpRequest, template: str, seconds: int) -> HttpResponse:
    """Return the page of `template` as a 429 response with the time to wait."""
    page = render(request, template, {"wait": duration_text(seconds)}, status=429)
    page.headers["Retry-After"] = str(seconds)
    return page


class RateThrottle(SimpleRateThrottle):
    """A DRF throttle that counts atomically, by user, or by address if the client is anonymous."""

    allows_without_redis = False  # if False, the call responds with 503 while Redis is unavailable

    def __init__(self) -> None:
        text = getattr(self, "rate", None) or self.get_rate()
        self.limit = Rate.parse(text) if text else None

    def allow_request(self, request: Request, view: "APIView | None") -> bool:
        if self.limit is None:
            return True
        try:
            (self.usage,) = rate_limits_consume((self.get_cache_key(request, view), self.limit))
        except RedisError as error:
            if not self.allows_without_redis:
                raise
            log.warning(
                "Requests are not counted (%s) while Redis is unavailable: %s", self.scope, error
            )
            return True
        if view is not None:
            _add_headers(view, str(self.scope), self.limit, self.usage)
        return not self.usage.wait_seconds

    def wait(self) -> float:
        return self.usage.wait_seconds

    def get_cache_key(self, request: Any, view: Any) -> str:
        is_user = request.user and request.user.is_authenticated
        return rate_limit_key(
            str(self.scope), request.user.pk if is_user else self.get_ident(request)
        )

    def page_wait(self, request: HttpRequest) -> int:
        """Count a request to a page, and return the seconds that the client must wait.

        Return 0 if the request is allowed or Redis is unavailable.
        """
        self.allows_without_redis = True
        return 0 if self.allow_request(request, None) else self.usage.wait_seconds  # type: ignore[arg-type] # the view is not used


class RegisterThrottle(RateThrottle):
    """Limits registrations from an address, over REST and on the page for signing up."""

    scope = "register"


class TokenThrottle(RateThrottle):
    """Limits requests for tokens from an address."""

    scope = "token"


class ConfirmThrottle(RateThrottle):
    """Limits a user's requests that check the password.

    This prevents guessing the password with a stolen browser or token.
    """

    scope = "account"

    def allow_request(self, request: Request, view: "APIView | None") -> bool:
        return request.method == "GET" or super().allow_request(request, view)


class ExportThrottle(RateThrottle):
    """Limits exports of a user's account."""

    scope = "account_export"


class SessionThrottle(RateThrottle):
    """Limits the sessions that a user opens.

    While Redis is unavailable, MAX_SESSIONS_PER_USER still applies.
    """

    scope = "session"
    allows_without_redis = True

    def allow_request(self, request: Request, view: "APIView | None") -> bool:
        return request.method != "POST" or super().allow_request(request, view)


class CallThrottle(RateThrottle):
    """Limits all calls of a user, or of an address if the client is anonymous."""

    scope = "calls"
    allows_without_redis = True

    def allow_request(self, request: Request, view: "APIView | None") -> bool:
        # A long poll dispatches its request several times.
        if getattr(request._request, "is_counted", False):
            return True
        request._request.is_counted = True  # type: ignore[attr-defined]
        return super().allow_request(request, view)


def _add_headers(view: "APIView", scope: str, limit: Rate, usage: Usage) -> None:
    window = ceil(limit.burst * limit.interval_microseconds / 1_000_000)
    policy = f'"{scope}";q={limit.burst};w={window}'
    left = f'"{scope}";r={usage.remaining};t={usage.reset_seconds}'
    for name, value in (("RateLimit-Policy", policy), ("RateLimit", left)):
        view.headers[name] = ", ".join(filter(None, (view.headers.get(name), value)))
