"""The admin list of users, with links to their data."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy, ngettext
from redis.exceptions import RedisError

from sessions_app.admin.base.actions import admin_operation
from sessions_app.admin.base.list import BaseAdmin, list_link
from sessions_app.services.result_cache import purge_user_results

OF_USER = "user__id__exact"
RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")
SEEN = ("username", "is_active", "is_staff", "date_joined", "last_login", "theirs")


@admin_operation(
    label=gettext_lazy("Purge the caches of the chosen users"),
    question=gettext_lazy(
        "What they ask for again is computed anew instead of being answered from the cache. Their"
        " decks stay."
    ),
    done=lambda count: ngettext(
        "%(count)d user was freed of what was cached.",
        "%(count)d users were freed of what was cached.",
        count,
    ),
    refused=lambda count: ngettext(
        "%(count)d was not, because Redis could not be asked: %(ids)s.",
        "%(count)d were not, because Redis could not be asked: %(ids)s.",
        count,
    ),
)
def purge(user: User, now: Any) -> bool:
    try:
        purge_user_results(user=user)
    except RedisError:
        return False
    return True


admin.site.unregister(User)


@admin.register(User)
class OperatedUserAdmin(BaseAdmin, UserAdmin):
    """Django's user admin, with lists that remain fast.

    Only superusers can grant permissions or change superusers. Users cannot be deleted here,
    because data in other places would remain (see docs/data.md for how to delete a user).
    """

    list_display = ["username", "is_active", "is_staff", "date_joined", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser"]
    ordering = ("-pk",)
    search_help_text = gettext_lazy("The beginning of a name, or a number")
    actions = [purge]
    export_fields = ("id", "username", "is_active", "is_staff", "date_joined", "last_login")
    filter_horizontal = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, term: str
    ) -> tuple[QuerySet, bool]:
        term = term.strip()
        by_number = Q(pk=int(term)) if term.isdecimal() and len(term) < 10 else Q()
        return queryset.filter(Q(username__startswith=term) | by_number), False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return super().get_fieldsets(request, obj)
        if not self.has_change_permission(request, obj):
            return [(None, {"fields": SEEN})]
        return [*super().get_fieldsets(request, obj), (gettext("Theirs"), {"fields": ["theirs"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (
            "theirs",
            "last_login",
            "date_joined",
            *(() if request.user.is_superuser else RIGHTS),
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not is_above and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        user = super().get_object(request, object_id, from_field)
        if user:
            user.lists = self._lists_by_user(request)
        return user

    def _lists_by_user(self, request: HttpRequest) -> list[Any]:
        """Return the models whose list can be filtered by user and which the operator may view."""
        lists = self.admin_site._registry.items()
        return [
            model
            for model, its in lists
            if OF_USER in getattr(its, "linked_by", ()) and its.has_view_permission(request)
        ]

    @admin.display(description=gettext_lazy("lists"))
    def theirs(self, user: Any) -> SafeString:
        links = (
            [list_link(model, capfirst(model._meta.verbose_name_plural), **{OF_USER: user.pk})]
            for model in user.lists
        )
        return format_html_join(" · ", "{}", links)
