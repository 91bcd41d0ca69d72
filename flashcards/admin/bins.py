"""What the bin means to lists of decks and of cards."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest


class InBin(admin.SimpleListFilter):
    """What is in the bin, or what is not."""

    title, parameter_name = "in the bin", "bin"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(deleted_at__isnull=self.value() == "no") if self.value() else queryset


class OutsideOfTheBin:
    """What is in the bin is only looked at: it has to be restored before it changes. Nothing is made or deleted by hand; what its
    users put into the bin goes by the clock."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_binned = obj is not None and (obj.deleted_at or getattr(obj, "deck", obj).deleted_at)
        return not is_binned and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
