"""The admin's lists of decks and cards, with their trash filter."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy, ngettext

from flashcards.models import Card, Deck
from flashcards.services.cards import card_update
from flashcards.services.decks import deck_update
from flashcards.services.trash import deck_delete
from sessions_app.admin.base.actions import admin_operation
from sessions_app.admin.base.list import (
    BaseAdmin,
    list_link,
    recent_values_filter,
    time_filter,
)
from sessions_app.exceptions import NotFound


class InTrashFilter(admin.SimpleListFilter):
    """Filters decks or cards by whether they are in the trash."""

    title, parameter_name = gettext_lazy("in the bin"), "bin"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", gettext("Yes")), ("no", gettext("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return (
            queryset.filter(deleted_at__isnull=self.value() == "no") if self.value() else queryset
        )


class NotInTrashMixin:
    """Makes decks and cards in the trash read-only until they are restored.

    Decks and cards cannot be added or deleted permanently in the admin. A scheduled task deletes
    those that have been in the trash for TRASH_DAYS.
    """

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_binned = obj is not None and (obj.deleted_at or getattr(obj, "deck", obj).deleted_at)
        return not is_binned and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin_operation(
    label=gettext_lazy("Put the chosen decks into the bin"),
    question=gettext_lazy(
        "Their users no longer see them, and can bring them back from their bin until it is"
        " emptied."
    ),
    done=lambda count: ngettext(
        "%(count)d deck was put into the bin.", "%(count)d decks were put into the bin.", count
    ),
    refused=lambda count: ngettext(
        "%(count)d was not, because they were there already: %(ids)s.",
        "%(count)d were not, because they were there already: %(ids)s.",
        count,
    ),
)
def trash_decks(deck: Deck, now: Any) -> bool:
    try:
        deck_delete(user=deck.user, deck_id=deck.pk)
    except NotFound:
        return False
    return True


@admin.register(Deck)
class DeckAdmin(NotInTrashMixin, BaseAdmin):
    list_display = [
        "short_id",
        "name",
        "user",
        "card_count",
        "tags",
        "model_id",
        "engine",
        "created_at",
        "deleted_at",
    ]
    list_filter = [
        InTrashFilter,
        time_filter(),
        recent_values_filter("engine", "engine", gettext_lazy("engine")),
        recent_values_filter("model_id", "model", gettext_lazy("model")),
    ]
    list_select_related = ["user"]
    id_fields = ("pk", "generation_id")
    text_lookups = ("name__icontains", "topic__icontains")
    text_fields = ("name", "tags", "topic", "source")
    title_field = "name"
    search_help_text = gettext_lazy(
        "An id or its first 8 characters, a user's name, days as 2026-03-10 or"
        " 2026-03-01..2026-03-10, or words of a name or topic"
    )
    linked_by = ("user__id__exact",)
    actions = [trash_decks]
    export_fields = (
        "id",
        "user__username",
        "name",
        "tags",
        "topic",
        "model_id",
        "engine",
        "created_at",
        "updated_at",
        "deleted_at",
    )
    fields = [
        *(
            "name",
            "id",
            "user",
            "tags",
            "cards_link",
            "generation_id",
            "model_id",
            "engine",
            "prompt_version",
        ),
        *("topic", "source", "created_at", "updated_at", "deleted_at"),
    ]
    readonly_fields = fields[1:]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).with_card_count()

    def save_model(self, request: HttpRequest, obj: Deck, form: Any, change: bool) -> None:
        # A hidden name is not part of the form, and the object then has another one.
        if "name" in form.changed_data:
            deck_update(user=obj.user, deck_id=obj.pk, name=obj.name)

    @admin.display(description=gettext_lazy("cards"))
    def card_count(self, deck: Any) -> int:
        return deck.card_count

    @admin.display(description=gettext_lazy("cards"))
    def cards_link(self, deck: Any) -> str:
        text = ngettext("%(count)d card", "%(count)d cards", deck.card_count)
        return list_link(Card, text % {"count": deck.card_count}, deck__id__exact=deck.pk)


@admin.register(Card)
class CardAdmin(NotInTrashMixin, BaseAdmin):
    list_display = [
        "front",
        "back",
        "kind",
        "tags",
        "is_found",
        "deck",
        "position",
        "updated_at",
        "deleted_at",
    ]
    list_select_related = ["deck"]
    list_filter = [InTrashFilter, "kind", "is_found"]
    ordering = ("-pk",)
    user_field = "deck__user"
    id_fields = ("pk", "deck__id")
    text_lookups = ("front__icontains", "back__icontains")
    text_fields = ("front", "back", "tags", "deck", "sentence", "extras")
    title_field = "front"
    search_help_text = gettext_lazy(
        "An id or its first 8 characters, a user's name, days as 2026-03-10 or"
        " 2026-03-01..2026-03-10, or words of a card"
    )
    linked_by = ("deck__id__exact",)
    export_fields = (
        "id",
        "deck_id",
        "deck__user__username",
        "kind",
        "front",
        "back",
        "tags",
        "is_found",
        "created_at",
        "deleted_at",
    )
    fields = [
        *(
            "front",
            "back",
            "kind",
            "tags",
            "sentence",
            "is_found",
            "deck",
            "position",
            "guid",
            "extras",
        ),
        *("created_at", "updated_at", "deleted_at"),
    ]
    readonly_fields = fields[2:]

    def save_model(self, request: HttpRequest, obj: Card, form: Any, change: bool) -> None:
        fields = {name: form.cleaned_data[name] for name in form.changed_data}
        if fields:
            card_update(user=obj.deck.user, card_id=obj.pk, fields=fields)
