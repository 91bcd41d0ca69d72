"""Cards. All that they say is their users' text, so who may not read text has no business here."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from flashcards.admin.bins import InBin, OutsideOfTheBin
from flashcards.models import Card
from flashcards.services.cards import card_update
from sessions_app.operators.looking import Looked
from sessions_app.operators.searching import HELP


@admin.register(Card)
class CardAdmin(OutsideOfTheBin, Looked):
    list_display = ["front", "back", "kind", "tags", "is_found", "deck", "position", "updated_at", "deleted_at"]
    list_select_related = ["deck"]
    list_filter = [InBin, "kind", "is_found"]
    ordering = ("-pk",)
    user_field = "deck__user"
    id_fields = ("pk", "deck__id")
    text_lookups = ("front__icontains", "back__icontains")
    text_fields = ("front", "back", "tags", "deck", "sentence", "extras")
    search_help_text = f"{HELP}, or words of a card"
    linked_by = ("deck__id__exact",)
    export_fields = ("id", "deck_id", "deck__user__username", "kind", "front", "back", "tags", "is_found", "created_at", "deleted_at")
    fields = [
        *("front", "back", "kind", "tags", "sentence", "is_found", "deck", "position", "guid", "extras"),
        *("created_at", "updated_at", "deleted_at"),
    ]
    readonly_fields = fields[2:]

    def save_model(self, request: HttpRequest, obj: Card, form: Any, change: bool) -> None:
        card_update(user=obj.deck.user, card_id=obj.pk, members={"front": obj.front, "back": obj.back})
