"""What all lists of the admin share: cheap at millions of rows, nothing to change by hand, and text for those alone who may read it."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.filters import ListFilter
from django.http import HttpRequest

from sessions_app.operators.keyset import KeysetPaged
from sessions_app.operators.roles import may_read_text


class ReadOnly:
    """No adding, changing or deleting by hand: of what machines wrote, that would be a lie."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class WithoutText:
    """Columns and fields named in `text_fields` carry what users and models wrote. Who may not read it gets neither them nor a filter
    or a search that would tell of them."""

    text_fields: tuple[str, ...] = ()

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return self._readable(request, super().get_list_display(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self._readable(request, super().get_fields(request, obj))

    def _readable(self, request: HttpRequest, names: Any) -> list[str]:
        return list(names) if may_read_text(request.user) else [name for name in names if name not in self.text_fields]


class Looked(WithoutText, KeysetPaged, admin.ModelAdmin):
    """A list in the order of an index, filtered by what its filters know and by nothing else that an address may name.

    Django counts all rows and lets every column be sorted and looked up by; at millions of rows each of these is a scan.
    """

    ordering = ("-created_at", "-pk")
    sortable_by = ()
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    linked_by: tuple[str, ...] = ()
    """Lookups that links from other pages use beside the filters."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup in self.linked_by or any(lookup in self._parameters(one) for one in self.get_list_filter(request))

    def _parameters(self, one: Any) -> list[str]:
        if isinstance(one, type) and issubclass(one, ListFilter):
            return [one.parameter_name]
        name = one if isinstance(one, str) else one[0]
        return [f"{name}__{suffix}" for suffix in ("exact", "isnull")]

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Whether they may act: the `permissions` of actions name it `operate`."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))
