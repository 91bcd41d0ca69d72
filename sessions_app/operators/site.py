"""The one admin site. What every page of the admin needs, a second factor for instance, belongs on this class."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.urls import path

from sessions_app.operators import overview
from sessions_app.operators.checked_input import CheckedInput
from sessions_app.operators.second_factor import SecondFactor
from sessions_app.rest.limits import ConfirmThrottle, too_many_page


class OperatorSite(SecondFactor):
    """Django's admin under our look and our strict content policy, with an overview as its first page."""

    site_header = site_title = "MindFlip"
    index_title = "Overview"
    index_template = "admin/overview.html"
    empty_value_display = "-"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        admin_class = admin_class or ModelAdmin
        super().register(model_or_iterable, type(admin_class.__name__, (CheckedInput, admin_class), {}), **options)

    def get_urls(self) -> list[Any]:
        """Without `view_on_site`, because no row has a page, and it fails on ids that are not valid."""
        ours = [
            path("overview/now", self.admin_view(overview.now_view), name="overview-now"),
            path("overview/figures", self.admin_view(overview.figures_view), name="overview-figures"),
        ]
        return ours + [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Serve Django's form, limited like the API's requests that check the password."""
        seconds = ConfirmThrottle().page_wait(request)
        return too_many_page(request, "pages/locked_out.html", seconds) if seconds else super().password_change(request, extra_context)
