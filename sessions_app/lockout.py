"""Guessing passwords: so many failures of one name from one address lock that pair out for a while, and no address tries without end.

By the pair, so that a stranger who guesses does not lock the user out of her own address. django-axes counts; it sees every way to sign
in, for all go through Django's `authenticate`.
"""

from datetime import timedelta
from ipaddress import ip_address
from math import ceil
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.backends import AxesStandaloneBackend
from axes.models import AccessAttempt
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from sessions_app.problems import MEDIA_TYPE, problem
from sessions_app.rest.limits import PageThrottle, in_words


class LockoutBackend(AxesStandaloneBackend):
    """First of the backends: it lets nobody in, and stops who has tried too often."""

    def authenticate(self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any) -> None:
        """Raises PermissionDenied. Without a request nobody knocks from outside: that is a shell."""
        if request is not None:
            _throttle(request)
            super().authenticate(request, username, password, **kwargs)


class SignInThrottle(PageThrottle):
    """Attempts from one address, whatever names they give. Without Redis they are not counted, and the lockout is, in the database."""

    scope = "sign-in"


def client_address(request: Any) -> str:
    """The address that the outermost of our proxies saw; who adds more to X-Forwarded-For moves nothing."""
    direct = str(request.META.get("REMOTE_ADDR") or "")
    seen = SignInThrottle().get_ident(request) if settings.REST_FRAMEWORK["NUM_PROXIES"] else direct
    try:
        return str(ip_address(seen))
    except ValueError:
        return direct


def locked_out(request: HttpRequest, *unused: Any) -> HttpResponse:
    """The answer instead of any other to who tried too often: 429, with Retry-After and the time in words."""
    seconds = getattr(request, "sign_in_wait", None) or _seconds_left(request)
    sentence = f"Too many attempts to sign in: try again in {in_words(seconds)}."
    headers = {"Retry-After": str(seconds)}
    if request.path.startswith("/api/auth/"):
        return JsonResponse(problem(429, "locked_out", sentence), status=429, content_type=MEDIA_TYPE, headers=headers)
    page = render(request, "pages/locked_out.html", {"wait": in_words(seconds)}, status=429)
    page.headers["Retry-After"] = headers["Retry-After"]
    return page


def _throttle(request: Any) -> None:
    if seconds := SignInThrottle().seconds_to_wait(request):
        request.axes_locked_out, request.sign_in_wait = True, seconds
        raise PermissionDenied


def _seconds_left(request: Any) -> int:
    name = (request.axes_credentials or {}).get("username")
    failed = AccessAttempt.objects.filter(username=name, ip_address=request.axes_ip_address)
    last = failed.filter(attempt_time__gte=get_cool_off_threshold(request)).order_by("-attempt_time").first()
    until = (last.attempt_time if last else timezone.now()) + timedelta(seconds=settings.SIGN_IN_LOCKOUT_SECONDS)
    return max(1, ceil((until - timezone.now()).total_seconds()))
