"""The REST API for decks and cards."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import BaseSerializer

from flashcards.api import openapi
from flashcards.api.pagination import CardPages, DeckPages
from flashcards.api.serializers import (
    CardSerializer,
    CardsQuerySerializer,
    DeckChangeSerializer,
    DeckCreateSerializer,
    DeckDetailSerializer,
    DeckSerializer,
    DecksQuerySerializer,
)
from flashcards.models import Deck
from flashcards.services import cards, decks, trash
from flashcards.services.search import search_cards, search_decks
from sessions_app.rest.etag import ETagMixin
from sessions_app.rest.fields import validated_query
from sessions_app.rest.idempotency import idempotent

WITHOUT_PUT = ["get", "post", "patch", "delete", "head", "options"]


class DecksView(ETagMixin, generics.ListCreateAPIView):
    """Your decks.

    - GET lists decks, newest first. `?q=` searches for words, and `?tag=` filters by tag.
    - POST `{generationId, name?}` saves the cards of a generation. Each generation is saved
      only once.
    - POST `{generationIds, name?, cards?}` saves the cards of a batch as one deck.
    - POST `{name, cards}` creates a deck from cards that you send.
    """

    schema = openapi.decks
    pagination_class = DeckPages

    def get_serializer_class(self) -> type[BaseSerializer]:
        return DeckCreateSerializer if self.request.method == "POST" else DeckSerializer

    def get_queryset(self) -> Any:
        filters = validated_query(DecksQuerySerializer, self.request)
        terms = {"text": filters.pop("q", ""), "tag": filters.pop("tag", "")}
        rows = (
            Deck.objects.of(self.request.user)
            .with_card_count()
            .with_due_count(timezone.now())
            .defer("source")
        )
        return search_decks(rows.filter(**filters), **terms)

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        is_new = False

        def save() -> Any:
            nonlocal is_new
            deck, is_new = decks.deck_save(user=request.user, **body.validated_data)
            return deck.pk

        deck_id, replayed = idempotent(request, "deck", save)
        deck = decks.deck_for_user(user=request.user, deck_id=UUID(deck_id))
        headers = {"Location": reverse("api-deck", args=[deck.pk], request=request), **replayed}
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(DeckDetailSerializer(deck).data, status=code, headers=headers)


class DeckView(ETagMixin, generics.RetrieveUpdateDestroyAPIView):
    """One of your decks.

    - GET returns the deck with its cards.
    - PATCH `{name?, tags?}` changes the fields in the request.
    - DELETE moves the deck to the trash.
    """

    schema = openapi.deck
    http_method_names = WITHOUT_PUT

    def get_serializer_class(self) -> type[BaseSerializer]:
        return DeckChangeSerializer if self.request.method == "PATCH" else DeckDetailSerializer

    def get_object(self) -> Deck:
        return decks.deck_for_user(user=self.request.user, deck_id=self.kwargs["deck_id"])

    def perform_update(self, serializer: BaseSerializer) -> None:
        changes = {
            name: serializer.validated_data[name]
            for name in ("name", "tags")
            if name in serializer.validated_data
        }
        serializer.instance = decks.deck_update(
            user=self.request.user, deck_id=self.kwargs["deck_id"], **changes
        )

    def perform_destroy(self, instance: Deck) -> None:
        trash.deck_delete(user=self.request.user, deck_id=instance.pk)


class CardsView(generics.ListCreateAPIView):
    """The cards of one deck.

    - GET lists the cards in order. `?q=` searches for words, and `?tag=` and `?kind=` filter.
    - POST adds a card at the end.
    """

    schema = openapi.cards
    serializer_class = CardSerializer
    pagination_class = CardPages

    def get_queryset(self) -> Any:
        deck = decks.deck_for_user(user=self.request.user, deck_id=self.kwargs["deck_id"])
        filters = validated_query(CardsQuerySerializer, self.request)
        return search_cards(deck.cards.kept(), text=filters.pop("q", ""), **filters)

    def perform_create(self, serializer: BaseSerializer) -> None:
        fields = serializer.validated_data
        serializer.instance = cards.card_add(
            user=self.request.user, deck_id=self.kwargs["deck_id"], fields=fields
        )


class CardView(generics.RetrieveUpdateDestroyAPIView):
    """One of your cards.

    - GET returns the card.
    - PATCH changes the fields in the request.
    - DELETE moves the card to the trash.
    """

    schema = openapi.card
    serializer_class = CardSerializer
    http_method_names = WITHOUT_PUT

    def get_object(self) -> Any:
        return cards.card_for_user(user=self.request.user, card_id=self.kwargs["card_id"])

    def perform_update(self, serializer: BaseSerializer) -> None:
        fields = serializer.validated_data
        serializer.instance = cards.card_update(
            user=self.request.user, card_id=self.kwargs["card_id"], fields=fields
        )

    def perform_destroy(self, instance: Any) -> None:
        trash.cards_delete(user=self.request.user, card_ids=[instance.pk])
