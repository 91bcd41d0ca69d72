"""Protection against password guessing by rate limits and a lockout.

Attempts are limited for each address, and for each username at an address. Repeated failures lock
the username out at that address only, so an attacker cannot lock users out at other addresses.
django-axes counts the failures. It covers every way to sign in, because all of them call Django's
`authenticate`.
"""

import logging
from datetime import timedelta
from hashlib import blake2b
from ipaddress import ip_address
from math import ceil
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.backends import AxesStandaloneBackend
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext
from redis.exceptions import RedisError
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

from sessions_app.problems import MEDIA_TYPE, problem
from sessions_app.ratelimit import Rate
from sessions_app.rest.throttling import duration_text, rate_limited_page
from sessions_app.services.rate_limits import rate_limit_key, rate_limits_consume

log = logging.getLogger(__name__)


class LockoutBackend(AxesStandaloneBackend, ModelBackend):
    """Checks the password unless there were too many attempts to sign in.

    Its decision is final: it rejects sign-ins with PermissionDenied, after which Django does not
    try other backends.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User:
        """Return the user.

        Raise PermissionDenied if the credentials are wrong or there were too many attempts. Calls
        without a request, for example from a shell, are not limited.
        """
        if request is not None:
            _check_rate(request, username or "")
            AxesStandaloneBackend.authenticate(self, request, username, password, **kwargs)
        user = ModelBackend.authenticate(self, request, username, password, **kwargs)
        if user is None:
            raise PermissionDenied
        # Check again, because concurrent attempts may have caused a lockout since the first check.
        if request is not None:
            AxesStandaloneBackend.authenticate(self, request, username, password, **kwargs)
        return user

    aauthenticate = BaseBackend.aauthenticate  # type: ignore[assignment] # ModelBackend's own does not call `authenticate`


def client_address(request: Any) -> str:
    """Return the client's address as the outermost trusted proxy sees it.

    Clients cannot change it by sending X-Forwarded-For. Return the direct peer's address if the
    result is not an IP address.
    """
    direct = str(request.META.get("REMOTE_ADDR") or "")
    seen = BaseThrottle().get_ident(request) if settings.REST_FRAMEWORK["NUM_PROXIES"] else direct
    try:
        return str(ip_address(seen))
    except ValueError:
        return direct


def client_username(request: Any, credentials: Any) -> str:
    """Return the entered username, under which failures are counted.

    It is cut to the length of the column, because forms accept longer names.
    """
    typed = (credentials or getattr(request, "data", request.POST)).get("username")
    return str(typed or "")[: AccessAttempt._meta.get_field("username").max_length]


def locked_out(request: HttpRequest, *unused: Any) -> HttpResponse:
    """Return the 429 that replaces a view's response after too many attempts to sign in."""
    seconds = getattr(request, "sign_in_wait", None) or _seconds_left(request)
    if not request.path.startswith("/api/auth/"):
        return rate_limited_page(request, "pages/sign_in_locked.html", seconds)
    message = gettext("Too many attempts to sign in: try again in %(duration)s.")
    body = problem(429, "locked_out", message % {"duration": duration_text(seconds)})
    return JsonResponse(
        body, status=429, content_type=MEDIA_TYPE, headers={"Retry-After": str(seconds)}
    )


def _check_rate(request: Any, username: str) -> None:
    """Count an attempt against both sign-in limits.

    Raise PermissionDenied if a limit is exceeded. While Redis is unavailable, attempts are not
    counted; the lockout, which is stored in the database, still applies.
    """
    address = client_address(request)
    name = blake2b(username.casefold().encode(errors="surrogatepass"), digest_size=16).hexdigest()
    subjects = {"sign-in": address, "sign-in-name": f"{name}_{address}"}
    rates = {scope: SimpleRateThrottle.THROTTLE_RATES[scope] for scope in subjects}
    limits = [
        (rate_limit_key(scope, subjects[scope]), Rate.parse(rate))
        for scope, rate in rates.items()
        if rate
    ]
    try:
        seconds = max((usage.wait_seconds for usage in rate_limits_consume(*limits)), default=0)
    except RedisError as error:
        log.warning("Attempts to sign in are not counted while Redis is unavailable: %s", error)
        return
    if seconds:
        request.axes_locked_out, request.sign_in_wait = True, seconds
        raise PermissionDenied


def _seconds_left(request: Any) -> int:
    name = (request.axes_credentials or {}).get("username")
    failed = AccessAttempt.objects.filter(username=name, ip_address=request.axes_ip_address)
    last = (
        failed.filter(attempt_time__gte=get_cool_off_threshold(request))
        .order_by("-attempt_time")
        .first()
    )
    until = (last.attempt_time if last else timezone.now()) + timedelta(
        seconds=settings.SIGN_IN_LOCKOUT_SECONDS
    )
    return max(1, ceil((until - timezone.now()).total_seconds()))
