"""Search, filters and permissions of admin lists, which remain fast with millions of rows.

Three Django permissions apply: `view_…` to view rows, `change_…` to use the actions, and
`read_text` to read text that users and models wrote. The support role only has the first. Rows of
`ReadOnly` lists cannot be edited.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import AppConfig
from django.contrib import admin, messages
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.filters import ListFilter
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy

from sessions_app.admin.base.actions import export_csv, export_json
from sessions_app.admin.base.pagination import KeysetPaginationMixin
from sessions_app.models import ENDED, OPEN, Generation
from sessions_app.models.generations import topic_has

NEWEST = 2_000
ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f-]{0,27}", re.IGNORECASE)
DAYS = re.compile(r"(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?")
MIN_SEARCH_LETTERS = 3
HELP = gettext_lazy(
    "An id or its first 8 characters, a user's name, days as 2026-03-10 or 2026-03-01..2026-03-10"
)
SUPPORT = "Support"  # untranslated: the group's name in the database
READ_TEXT = "sessions_app.read_text"
# Topics with up to this many matches are found with the index of words, and others by reading rows
# from the newest one. The planner chooses by the number of rows that it expects. For a word without
# any match, it expects thousands, and would read every row.
MAX_MATCHES = 2_000


def time_filter(field: str = "created_at") -> type[SimpleListFilter]:
    """Return a filter by the age of rows.

    To select rows by date, operators use the search.
    """

    class TimeFilter(SimpleListFilter):
        title = gettext_lazy("time")
        parameter_name = "since"
        spans = {
            "1h": timedelta(hours=1),
            "24h": timedelta(hours=24),
            "7d": timedelta(days=7),
            "30d": timedelta(days=30),
        }

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [
                ("1h", gettext("The last hour")),
                ("24h", gettext("24 hours")),
                ("7d", gettext("7 days")),
                ("30d", gettext("30 days")),
            ]

        def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
            span = self.spans.get(self.value() or "")
            return queryset.filter(**{f"{field}__gte": timezone.now() - span}) if span else queryset

    return TimeFilter


def recent_values_filter(
    field: str, parameter: str, title: str | Promise
) -> type[SimpleListFilter]:
    """Return a filter that offers the values of a field in the newest rows.

    It also offers the selected value, even if the newest rows do not have it.
    """

    class RecentValuesFilter(SimpleListFilter):
        parameter_name = parameter

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            newest = model_admin.model._default_manager.order_by(*model_admin.ordering).values_list(
                field, flat=True
            )[:NEWEST]
            return [(value, value) for value in sorted({*newest, self.value() or ""} - {"", None})]

        def has_output(self) -> bool:
            return True

        def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
            return queryset.filter(**{field: self.value()}) if self.value() else queryset

    RecentValuesFilter.title = title
    return RecentValuesFilter


HELP_TEXT = gettext_lazy(
    "An id or its first 8 characters, a user's name, days as 2026-03-10 or 2026-03-01..2026-03-10,"
    " or words of a topic"
)


class SearchError(ValueError):
    """The search is invalid; the message explains what to enter instead."""


@dataclass
class SearchQuery:
    """A parsed search, whose conditions must all be met.

    `ids` are the first and the last matching ID. `until` is exclusive. `word` is a user's name or
    text.
    """

    ids: tuple[UUID, UUID] | None = None
    user: str = ""
    since: datetime | None = None
    until: datetime | None = None
    word: str = ""
    text: str = ""


def parse_search(typed: str) -> SearchQuery:
    """Return the conditions in a search text.

    Raise SearchError for invalid dates.
    """
    wanted, terms = SearchQuery(), []
    for word in typed.split():
        if days := DAYS.fullmatch(word):
            wanted.since, wanted.until = _day(days[1]), _day_after(days[2] or days[1])
        elif ids := _ids(word):
            wanted.ids = ids
        elif word.startswith("user:"):
            wanted.user = word.removeprefix("user:")
        else:
            terms.append(word)
    return _with_words(wanted, " ".join(terms))


def _with_words(wanted: SearchQuery, text: str) -> SearchQuery:
    if text.startswith("topic:"):
        wanted.text = text.removeprefix("topic:").strip()
    else:
        wanted.word = text
    return wanted


def _ids(word: str) -> tuple[UUID, UUID] | None:
    """Return the first and the last ID that start with a word.

    Return None if the word is not an ID or the first 8 or more digits of one.
    """
    digits = word.replace("-", "").lower()
    if not ID.fullmatch(word) or not 8 <= len(digits) <= 32:
        return None
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise SearchError(
            gettext("%(date)s is not a valid date. Use YYYY-MM-DD, as in 2026-03-10.")
            % {"date": text}
        ) from None


def _day_after(text: str) -> datetime:
    try:
        return _day(text) + timedelta(days=1)
    except OverflowError:
        raise SearchError(
            gettext("%(date)s is out of range. Use dates before %(maximum)s.")
            % {"date": text, "maximum": date.max}
        ) from None


class ReadOnly:
    """Mixin for lists whose rows cannot be added, changed or deleted, because they are records."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)


class HideTextMixin:
    """Mixin that hides `text_fields`, which contain text that users and models wrote.

    Operators without the permission `read_text` do not see these columns and fields, and cannot
    search the text (see IndexedSearchMixin). `title_field` is the one that is also the title of a
    row's page.
    """

    text_fields: tuple[str, ...] = ()
    title_field = ""

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row and self.title_field and not can_read_text(request.user):
            setattr(row, self.title_field, f"({self.opts.verbose_name})")
        return row

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change and self.title_field and not can_read_text(request.user):
            obj.refresh_from_db(fields=[self.title_field])
        super().save_model(request, obj, form, change)

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return self.readable(request, super().get_list_display(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.readable(request, super().get_fields(request, obj))

    def readable(self, request: HttpRequest, names: Any) -> list[str]:
        return (
            list(names)
            if can_read_text(request.user)
            else [name for name in names if name not in self.text_fields]
        )


class IndexedSearchMixin:
    """Mixin for a search in which each part of the query uses an index (see `parse_search`)."""

    id_fields: tuple[str, ...] = ("pk",)
    user_field, date_field = "user", "created_at"
    text_lookups: tuple[str, ...] = ()
    """Lookups for words in a search. Without them, words cannot be searched for.

    Without a `date_field`, dates cannot be searched for.
    """

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, term: str
    ) -> tuple[QuerySet, bool]:
        try:
            return queryset.filter(self._condition(request, parse_search(term))), False
        except SearchError as error:
            messages.error(request, str(error))
            return queryset.none(), False

    def _condition(self, request: HttpRequest, wanted: SearchQuery) -> Q:
        condition = Q()
        if wanted.ids:
            if not self.id_fields:
                raise SearchError(gettext("Nothing here has such an id."))
            condition &= _any_of(f"{name}__range" for name in self.id_fields)(wanted.ids)
        if wanted.since:
            if not self.date_field:
                raise SearchError(
                    gettext("This list cannot be searched by date. Search for a user.")
                )
            condition &= Q(
                **{f"{self.date_field}__gte": wanted.since, f"{self.date_field}__lt": wanted.until}
            )
        if wanted.user:
            condition &= Q(**{f"{self.user_field}__in": _users(wanted.user)})
        # A user's name takes precedence over other text, because the lookup is fast.
        if wanted.word and (users := _users(wanted.word)):
            condition &= Q(**{f"{self.user_field}__in": users})
        elif wanted.word:
            condition &= self._by_text(request, wanted.word)
        return condition & self._by_text(request, wanted.text)

    def _by_text(self, request: HttpRequest, text: str) -> Q:
        if not text:
            return Q()
        if not self.text_lookups or not can_read_text(request.user):
            raise SearchError(gettext("No user is called %(name)s.") % {"name": text})
        # A Chinese character has three bytes, and is as specific as three letters.
        if len(text.encode()) < MIN_SEARCH_LETTERS:
            raise SearchError(
                # Translators: the number is always 3.
                gettext("Give at least %(minimum)d letters: %(text)s stands in too many.")
                % {"minimum": MIN_SEARCH_LETTERS, "text": text}
            )
        return self.with_text(text)

    def with_text(self, text: str) -> Q:
        """Return the condition for rows that contain the text.

        Override this if an index supports another condition.
        """
        return _any_of(self.text_lookups)(text)


class BaseAdmin(HideTextMixin, IndexedSearchMixin, KeysetPaginationMixin, admin.ModelAdmin):
    """A list in the order of an index, which can only be filtered by its own filters.

    By default, Django counts all rows, and lets users sort and filter by every column. With
    millions of rows, each of these requires a scan.
    """

    ordering = ("-created_at", "-pk")
    sortable_by = ()
    search_fields = ("pk",)  # shows the search field; IndexedSearchMixin does the search
    search_help_text = HELP
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    export_fields: tuple[str, ...] = ()
    linked_by: tuple[str, ...] = ()
    """Lookups that are allowed in links from other pages, in addition to the filters."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        exports = {
            action.__name__: (action, action.__name__, action.short_description)
            for action in (export_csv, export_json)
        }
        may_export = self.export_fields and self.has_operate_permission(request)
        return super().get_actions(request) | (exports if may_export else {})

    @admin.display(description=gettext_lazy("id"))
    def short_id(self, row: Any) -> str:
        """Return the start of the ID, which is enough to recognize it and to search for it."""
        return str(row.pk)[:8]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, title | (extra_context or {}))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        if lookup in self.linked_by:
            return True
        for list_filter in self.get_list_filter(request):
            if isinstance(list_filter, type) and issubclass(list_filter, ListFilter):
                parameters = [list_filter.parameter_name]
            else:
                parameters = [f"{list_filter}__exact", f"{list_filter}__isnull"]
            if lookup in parameters:
                return True
        return False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may use actions with the permission `operate`."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))


def list_link(model: Any, text: str, **lookups: Any) -> str:
    """Return a link to the list, filtered by `lookups`, which must be in the list's `linked_by`."""
    address = reverse(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist", query=lookups
    )
    return format_html('<a href="{}">{}</a>', address, text)


def _users(name: str) -> list[int]:
    return list(User.objects.filter(username=name).values_list("pk", flat=True))


def _any_of(lookups: Any) -> Any:
    """Return a function that maps a value to the condition that any of the lookups matches it."""

    def of(value: Any) -> Q:
        condition = Q()
        for lookup in lookups:
            condition |= Q(**{lookup: value})
        return condition

    return of


def can_read_text(user: Any) -> bool:
    """Return whether a user may read prompts, topics, notes, cards and the names of decks."""
    return bool(user.has_perm(READ_TEXT))


def grant_support(sender: AppConfig, **kwargs: Any) -> None:
    """Add the permissions in an app's `support_sees` to the Support group, after each migrate.

    Permissions that operators added to the group remain.
    """
    from django.contrib.auth.models import Group, Permission

    for name in getattr(sender, "support_sees", ()):
        label, codename = name.split(".")
        group, _ = Group.objects.get_or_create(name=SUPPORT)
        group.permissions.add(
            *Permission.objects.filter(content_type__app_label=label, codename=codename)
        )


def topic_condition(text: str) -> Q:
    """Return the condition for topics that contain, for each word, a word that starts with it.

    If there are few matches, the condition is a list of their keys.
    """
    having = Generation.objects.filter(topic_has(text))
    keys = [*_keys(having.filter(status__in=OPEN)), *_keys(having.filter(status__in=ENDED))]
    return Q(pk__in=keys) if len(keys) <= MAX_MATCHES else topic_has(text)


def _keys(rows: QuerySet) -> list[Any]:
    return list(rows.order_by().values_list("pk", flat=True)[: MAX_MATCHES + 1])
