"""What all lists of the admin share: cheap at millions of rows, nothing to change by hand, and text for those alone who may read it."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.filters import ListFilter
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst

from sessions_app.operators.exporting import export_csv, export_json
from sessions_app.operators.keyset import KeysetPaged
from sessions_app.operators.roles import may_read_text
from sessions_app.operators.searching import HELP, LEAST_LETTERS, CannotSearch, Wanted, parse


class ReadOnly:
    """No adding, changing or deleting by hand: of what machines wrote, that would be a lie."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)


class WithoutText:
    """Columns and fields named in `text_fields` carry what users and models wrote. Who may not read it gets neither them nor a filter
    or a search that would tell of them."""

    text_fields: tuple[str, ...] = ()

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return self.readable(request, super().get_list_display(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.readable(request, super().get_fields(request, obj))

    def readable(self, request: HttpRequest, names: Any) -> list[str]:
        return list(names) if may_read_text(request.user) else [name for name in names if name not in self.text_fields]


class Searched:
    """A search by what was typed: each part of it is looked up where an index finds it (see `searching`)."""

    id_fields: tuple[str, ...] = ("pk",)
    user_field, date_field = "user", "created_at"
    text_lookups: tuple[str, ...] = ()
    """Where words are looked for; there is no search by words without. Without a `date_field` there is none by date."""

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, term: str) -> tuple[QuerySet, bool]:
        try:
            return queryset.filter(self._condition(request, parse(term))), False
        except CannotSearch as error:
            messages.error(request, str(error))
            return queryset.none(), False

    def _condition(self, request: HttpRequest, wanted: Wanted) -> Q:
        found = Q()
        if wanted.ids:
            found &= self._by_id(*wanted.ids)
        if wanted.since and not self.date_field:
            raise CannotSearch("This list cannot be searched by date. Search for a user.")
        if wanted.since:
            found &= Q(**{f"{self.date_field}__gte": wanted.since, f"{self.date_field}__lt": wanted.until})
        return found & self._of_user(wanted.user) & self._by_word(request, wanted.word) & self._by_text(request, wanted.text)

    def _by_id(self, first: UUID, last: UUID) -> Q:
        if not self.id_fields:
            raise CannotSearch("Nothing here has such an id.")
        return _any(f"{name}__range" for name in self.id_fields)((first, last))

    def _of_user(self, name: str) -> Q:
        return Q(**{f"{self.user_field}__in": _users(name)}) if name else Q()

    def _by_word(self, request: HttpRequest, word: str) -> Q:
        """A user's name first: that is found at once."""
        if not word or (users := _users(word)):
            return Q(**{f"{self.user_field}__in": users}) if word else Q()
        return self._by_text(request, word)

    def _by_text(self, request: HttpRequest, text: str) -> Q:
        if not text:
            return Q()
        if not self.text_lookups or not may_read_text(request.user):
            raise CannotSearch(f"No user is called {text}.")
        if len(text.encode()) < LEAST_LETTERS:  # one sign of Chinese takes three bytes, and says as much as three letters
            raise CannotSearch(f"Give at least {LEAST_LETTERS} letters: {text} stands in too many.")
        return self.with_text(text)

    def with_text(self, text: str) -> Q:
        """What rows meet that have this text somewhere. Another way belongs here where an index knows one."""
        return _any(self.text_lookups)(text)


class Looked(WithoutText, Searched, KeysetPaged, admin.ModelAdmin):
    """A list in the order of an index, filtered by what its filters know and by nothing else that an address may name.

    Django counts all rows and lets every column be sorted and looked up by; at millions of rows each of these is a scan.
    """

    ordering = ("-created_at", "-pk")
    sortable_by = ()
    search_fields = ("pk",)  # Searched does the search; this shows its field
    search_help_text = HELP
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    export_fields: tuple[str, ...] = ()
    linked_by: tuple[str, ...] = ()
    """Lookups that links from other pages use, beside the filters."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        exports = {action.__name__: (action, action.__name__, action.short_description) for action in (export_csv, export_json)}
        may_export = self.export_fields and self.has_operate_permission(request)
        return super().get_actions(request) | (exports if may_export else {})

    @admin.display(description="id")
    def short_id(self, row: Any) -> str:
        """Enough of it to know it again, and to search by."""
        return str(row.pk)[:8]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, title | (extra_context or {}))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup in self.linked_by or any(lookup in _parameters(one) for one in self.get_list_filter(request))

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Whether they may act: the `permissions` of actions name it `operate`."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))


def list_link(model: Any, text: str, **lookups: Any) -> str:
    """A link to the list of these rows; `lookups` stand among the list's `linked_by`."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist", query=lookups)
    return format_html('<a href="{}">{}</a>', address, text)


def _parameters(one: Any) -> list[str]:
    """What a filter reads from an address."""
    if isinstance(one, type) and issubclass(one, ListFilter):
        return [one.parameter_name]
    return [f"{one}__exact", f"{one}__isnull"]


def _users(name: str) -> list[int]:
    return list(User.objects.filter(username=name).values_list("pk", flat=True))


def _any(lookups: Any) -> Any:
    """A condition that any of the lookups meets with the value."""

    def of(value: Any) -> Q:
        found = Q()
        for lookup in lookups:
            found |= Q(**{lookup: value})
        return found

    return of
