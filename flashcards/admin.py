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


class ById:
    """A search for a whole id is a search by the id alone, which needs no scan."""

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, term: str) -> tuple[QuerySet, bool]:
        try:
            return queryset.filter(pk=UUID(term.strip())), False
        except ValueError:
            return super().get_search_results(request, queryset, term)


@admin.register(Deck)
class DeckAdmin(ById, admin.ModelAdmin):
    list_display = ["name", "user", "card_count", "model_id", "engine", "created_at"]
    list_filter = ["engine", "created_at", "model_id"]
    list_select_related = ["user"]
    search_fields = ["name", "topic", "user__username"]
    search_help_text = "A name, a topic, a user's name, or a deck's whole id"
    date_hierarchy = "created_at"
    show_full_result_count = False
    fields = [
        "name",
        "user",
        "cards_link",
        "generation_id",
        "model_id",
        "engine",
        "prompt_version",
        "topic",
        "source",
        "created_at",
        "updated_at",
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
class CardAdmin(ById, admin.ModelAdmin):
    list_display = ["front", "back", "deck", "position", "updated_at"]
    list_select_related = ["deck"]
    list_filter = ["created_at"]
    search_fields = ["front", "back", "deck__name", "deck__user__username"]
    search_help_text = "Words of a card, a deck's name, a user's name, or a card's whole id"
    show_full_result_count = False
    fields = ["front", "back", "deck", "position", "extras", "created_at", "updated_at"]
    readonly_fields = fields[2:]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "deck__id__exact" or super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Card, form: Any, change: bool) -> None:
        card_update(user=obj.deck.user, card_id=obj.pk, members={"front": obj.front, "back": obj.back})
