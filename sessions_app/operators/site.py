"""The one admin site. What every page of the admin needs, a second factor for instance, belongs on this class."""

from typing import Any

from django.urls import path

from sessions_app.operators import overview
from sessions_app.operators.second_factor import SecondFactor


class OperatorSite(SecondFactor):
    """Django's admin under our look and our strict content policy, with an overview as its first page."""

    site_header = site_title = "MindFlip"
    index_title = "Overview"
    index_template = "admin/overview.html"
    empty_value_display = "-"

    def get_urls(self) -> list[Any]:
        ours = [
            path("overview/now", self.admin_view(overview.now_view), name="overview-now"),
            path("overview/figures", self.admin_view(overview.figures_view), name="overview-figures"),
        ]
        return ours + super().get_urls()
