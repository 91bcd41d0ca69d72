"""Protection against guessed passwords: a rate for each name at an address and for each address,
and a lockout after repeated failures.

Failures are counted for the pair of name and address, so that a stranger who guesses does not lock
the user out at their own address. django-axes counts them; it sees every way to sign in, because
all of them call Django's `authenticate`.
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
from redis.exceptions import RedisError
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

from sessions_app.problems import MEDIA_TYPE, problem
from sessions_app.ratelimit import Rate
from sessions_app.rest.throttling import duration_text, rate_limited_page
from sessions_app.services.rate_limits import rate_limit_key, rate_limits_consume

log = logging.getLogger(__name__)


class LockoutBackend(AxesStandaloneBackend, ModelBackend):
    """Checks the passwords of users who have not tried too often.

    It decides alone: Django asks no other backend about a password.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User:
        """Return the user.

        Raises PermissionDenied. Calls without a request, from a shell, are not limited.
        """
        if request is not None:
            _check_rate(request, username or "")
            AxesStandaloneBackend.authenticate(self, request, username, password, **kwargs)
        user = ModelBackend.authenticate(self, request, username, password, **kwargs)
        if user is None:
            raise PermissionDenied
        # guesses that were verified at the same time may have caused the lockout
        if request is not None:
            AxesStandaloneBackend.authenticate(self, request, username, password, **kwargs)
        return user

    aauthenticate = BaseBackend.aauthenticate  # type: ignore[assignment] # that of ModelBackend does not call `authenticate`


def client_address(request: Any) -> str:
    """Return the address that the outermost of our proxies saw.

    Clients cannot change it by sending X-Forwarded-For themselves.
    """
    direct = str(request.META.get("REMOTE_ADDR") or "")
    seen = BaseThrottle().get_ident(request) if settings.REST_FRAMEWORK["NUM_PROXIES"] else direct
    try:
        return str(ip_address(seen))
    except ValueError:
        return direct


def client_username(request: Any, credentials: Any) -> str:
    """Return the name to count failures under: as typed, cut to the length of the column, because
    forms accept longer ones.
    """
    typed = (credentials or getattr(request, "data", request.POST)).get("username")
    return str(typed or "")[: AccessAttempt._meta.get_field("username").max_length]


def locked_out(request: HttpRequest, *unused: Any) -> HttpResponse:
    """Return the 429 that replaces the response of a view when sign-in was tried too often."""
    seconds = getattr(request, "sign_in_wait", None) or _seconds_left(request)
    if not request.path.startswith("/api/auth/"):
        return rate_limited_page(request, "pages/sign_in_locked.html", seconds)
    body = problem(
        429, "locked_out", f"Too many attempts to sign in: try again in {duration_text(seconds)}."
    )
    return JsonResponse(
        body, status=429, content_type=MEDIA_TYPE, headers={"Retry-After": str(seconds)}
    )


def _check_rate(request: Any, username: str) -> None:
    """Count an attempt against both sign-in limits. Raises PermissionDenied.

    Without Redis the attempt is not counted; the lockout, in the database, still applies.
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
