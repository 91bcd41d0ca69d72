"""The admin site and its overview.

Requirements of all admin pages, such as a second factor, belong in OperatorSite.
"""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from sessions_app.admin.base.checked_input import CheckedInput
from sessions_app.admin.base.two_factor import TwoFactorSite
from sessions_app.rest.throttling import ConfirmThrottle, rate_limited_page
from sessions_app.services.dashboard import SPANS, current_stats, dashboard_read

can_view_admin = permission_required("sessions_app.view_generation", raise_exception=True)
PRIVATE = {"Cache-Control": "private, no-store"}  # untranslated: a header


class OperatorSite(TwoFactorSite):
    """Django's admin with MindFlip's design, and with an overview as its first page.

    It works under MindFlip's strict content security policy.
    """

    site_header = site_title = "MindFlip"
    index_title = gettext_lazy("Overview")
    index_template = "admin/overview.html"
    empty_value_display = "-"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        admin_class = admin_class or ModelAdmin
        super().register(
            model_or_iterable,
            type(admin_class.__name__, (CheckedInput, admin_class), {}),
            **options,
        )

    def get_urls(self) -> list[Any]:
        """Return the URLs, without `view_on_site`.

        Rows do not have pages on the site, and `view_on_site` fails on invalid IDs.
        """
        ours = [
            path("overview/now", self.admin_view(now_view), name="overview-now"),
            path("overview/figures", self.admin_view(charts_view), name="overview-figures"),
        ]
        return ours + [
            url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"
        ]

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Serve Django's form, limited like the API's requests that check the password."""
        seconds = ConfirmThrottle().page_wait(request)
        return (
            rate_limited_page(request, "pages/sign_in_locked.html", seconds)
            if seconds
            else super().password_change(request, extra_context)
        )


@can_view_admin
def now_view(request: HttpRequest, **context: Any) -> JsonResponse:
    """Return the current statistics."""
    return JsonResponse(current_stats(now=timezone.now()), headers=PRIVATE)


@can_view_admin
def charts_view(request: HttpRequest, **context: Any) -> JsonResponse:
    """Return the statistics of the last 24 hours, 7 days or 30 days (`?span=24h|7d|30d`)."""
    span = SPANS.get(request.GET.get("span", "24h"))
    if span is None:
        detail = gettext("Give span as one of %(spans)s.") % {"spans": ", ".join(SPANS)}
        return JsonResponse({"detail": detail, "code": "unknown_span"}, status=400)
    return JsonResponse({"points": dashboard_read(span=span, now=timezone.now())}, headers=PRIVATE)
