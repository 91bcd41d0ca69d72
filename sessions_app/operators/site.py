"""The one admin site. What every page of the admin needs, a second factor for instance, belongs on this class."""

from django.contrib.admin import AdminSite


class OperatorSite(AdminSite):
    """Django's admin under our look and our strict content policy."""

    site_header = site_title = "MindFlip"
    index_title = "Overview"
