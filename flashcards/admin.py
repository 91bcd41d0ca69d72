"""For looking into decks and cards. Where a deck came from is only shown; a change of it would be a lie."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from flashcards.models import Card, Deck
from flashcards.services.cards import card_update
from flashcards.services.decks import deck_update


class InBin(admin.SimpleListFilter):
    """What is in the bin, or what is not."""

    title, parameter_name = "in the bin", "bin"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(deleted_at__isnull=self.value() == "no") if self.value() else queryset


class OutsideOfTheBin:
    """What is in the bin is only looked at: it has to be restored before it changes."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_binned = obj is not None and (obj.deleted_at or getattr(obj, "deck", obj).deleted_at)
        return not is_binned and super().has_change_permission(request, obj)


class ById:
    """A search for a whole id is a search by the id alone, which needs no scan."""

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, term: str) -> tuple[QuerySet, bool]:
        try:
            return queryset.filter(pk=UUID(term.strip())), False
        except ValueError:
            return super().get_search_results(request, queryset, term)


@admin.register(Deck)
class DeckAdmin(ById, OutsideOfTheBin, admin.ModelAdmin):
    text_fields = ("name", "tags", "topic", "source")
    list_display = ["name", "user", "card_count", "tags", "model_id", "engine", "created_at", "deleted_at"]
    list_filter = [InBin, "engine", "created_at", "model_id"]
    list_select_related = ["user"]
    search_fields = ["name", "topic", "user__username"]
    search_help_text = "A name, a topic, a user's name, or a deck's whole id"
    date_hierarchy = "created_at"
    show_full_result_count = False
    fields = [
        "name",
        "user",
        "tags",
        "cards_link",
        "generation_id",
        "model_id",
        "engine",
        "prompt_version",
        "topic",
        "source",
        "created_at",
        "updated_at",
        "deleted_at",
    ]
    readonly_fields = fields[1:]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).with_card_count()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Deck, form: Any, change: bool) -> None:
        deck_update(user=obj.user, deck_id=obj.pk, name=obj.name)

    @admin.display(description="cards", ordering="card_count")
    def card_count(self, deck: Any) -> int:
        return deck.card_count

    @admin.display(description="cards")
    def cards_link(self, deck: Any) -> str:
        address = reverse("admin:flashcards_card_changelist")
        return format_html('<a href="{}?deck__id__exact={}">{} cards</a>', address, deck.pk, deck.card_count)


@admin.register(Card)
class CardAdmin(ById, OutsideOfTheBin, admin.ModelAdmin):
    list_display = ["front", "back", "kind", "tags", "is_found", "deck", "position", "updated_at", "deleted_at"]
    list_select_related = ["deck"]
    list_filter = [InBin, "kind", "is_found", "created_at"]
    search_fields = ["front", "back", "deck__name", "deck__user__username"]
    search_help_text = "Words of a card, a deck's name, a user's name, or a card's whole id"
    show_full_result_count = False
    fields = [
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
        "created_at",
        "updated_at",
        "deleted_at",
    ]
    readonly_fields = fields[2:]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "deck__id__exact" or super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Card, form: Any, change: bool) -> None:
        card_update(user=obj.deck.user, card_id=obj.pk, members={"front": obj.front, "back": obj.back})
