"""The REST API for the trash, bulk changes, duplicates and tags."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from flashcards.api import openapi, serializers
from flashcards.api.pagination import DuplicatePages, TrashPages
from flashcards.api.serializers import CardSerializer, DeckDetailSerializer
from flashcards.services import bulk, cards, decks, duplicates, trash
from flashcards.services.search import tags_of
from sessions_app.rest.fields import validated_query


class TrashView(APIView):
    """The contents of your trash.

    - GET returns the number of decks and of individually deleted cards.
    - DELETE deletes all of them permanently.
    """

    schema = openapi.bin

    def get(self, request: Request) -> Response:
        return Response(trash.trash_counts(request.user))

    def delete(self, request: Request) -> Response:
        trash.trash_empty(user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class TrashedDecksView(generics.ListAPIView):
    """The decks in your trash, most recently deleted first."""

    schema = openapi.trashed_decks
    serializer_class = serializers.TrashedDeckSerializer
    pagination_class = TrashPages

    def get_queryset(self) -> Any:
        return trash.trashed_decks(self.request.user).defer("source")


class TrashedCardsView(generics.ListAPIView):
    """Cards that were deleted without their deck, most recently deleted first."""

    schema = openapi.trashed_cards
    serializer_class = serializers.TrashedCardSerializer
    pagination_class = TrashPages

    def get_queryset(self) -> Any:
        return trash.trashed_cards(self.request.user).defer("deck__source")


class TrashedDeckView(APIView):
    """DELETE permanently deletes a deck that is in the trash."""

    schema = openapi.trashed_deck

    def delete(self, request: Request, deck_id: UUID) -> Response:
        trash.deck_delete_permanently(user=request.user, deck_id=deck_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class TrashedCardView(APIView):
    """DELETE permanently deletes a card that is in the trash."""

    schema = openapi.trashed_card

    def delete(self, request: Request, card_id: UUID) -> Response:
        trash.card_delete_permanently(user=request.user, card_id=card_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ActionView(generics.GenericAPIView):
    """A view that validates the body of a POST request and passes its fields to `do`."""

    def post(self, request: Request, **kwargs: Any) -> Response:
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(self.do(request.user, **kwargs, **body.validated_data))

    def do(self, user: Any, **fields: Any) -> Any:
        raise NotImplementedError


class DeckRestoreView(ActionView):
    """POST restores a deck from the trash.

    With `{cards}`, it also moves back cards that a merge moved to another deck.
    """

    schema = openapi.deck_restore
    serializer_class = serializers.DeckRestoreSerializer

    def do(self, user: Any, **fields: Any) -> Any:
        trash.deck_restore(user=user, **fields)
        return DeckDetailSerializer(decks.deck_for_user(user=user, deck_id=fields["deck_id"])).data


class DeckMergeView(ActionView):
    """POST `{into}` merges a deck into the deck `into`.

    Duplicates, which have the same front and back as another card, are not moved. They go to the
    trash with the deck.
    """

    schema = openapi.deck_merge
    serializer_class = serializers.DeckMergeSerializer

    def do(self, user: Any, **fields: Any) -> Any:
        moved, left_out = bulk.decks_merge(user=user, **fields)
        return {"moved": [str(card_id) for card_id in moved], "leftOut": left_out}


class CardRestoreView(APIView):
    """POST restores a card from the trash."""

    schema = openapi.card_restore

    def post(self, request: Request, card_id: UUID) -> Response:
        trash.cards_restore(user=request.user, card_ids=[card_id])
        return Response(
            CardSerializer(cards.card_for_user(user=request.user, card_id=card_id)).data
        )


class CardActionView(ActionView):
    """POST `{cards, …}` changes all of the cards, or none.

    The response contains the number of cards that changed.
    """

    service: ClassVar[Callable[..., int]]
    serializer_class: type[BaseSerializer] = serializers.CardsSerializer

    def do(self, user: Any, **fields: Any) -> Any:
        return {"count": type(self).service(user=user, card_ids=fields.pop("cards"), **fields)}


class CardsDeleteView(CardActionView):
    """POST `{cards}` moves the cards to the trash."""

    schema = openapi.cards_delete
    service = trash.cards_delete


class CardsRestoreView(CardActionView):
    """POST `{cards}` restores the cards from the trash."""

    schema = openapi.cards_restore
    service = trash.cards_restore


class CardsTagView(CardActionView):
    """POST `{cards, add?, remove?}` adds and removes tags on all of the cards.

    The response also contains `undo`, the bodies of the requests that revert the change.
    """

    schema = openapi.cards_tag
    serializer_class = serializers.CardsTagSerializer

    def do(self, user: Any, **fields: Any) -> Any:
        count, undo = bulk.cards_tag(user=user, card_ids=fields.pop("cards"), **fields)
        return {"count": count, "undo": undo}


class CardsMoveView(CardActionView):
    """POST `{cards, to}` moves the cards to the end of the deck `to`."""

    schema = openapi.cards_move
    serializer_class = serializers.CardsMoveSerializer

    def do(self, user: Any, **fields: Any) -> Any:
        return {"count": bulk.cards_move(user=user, card_ids=fields["cards"], deck_id=fields["to"])}


class DuplicatesView(generics.ListAPIView):
    """Groups of cards with the same front.

    Groups with cards that also have the same back come first. `?deck=` limits the list to groups
    with at least one card in that deck.
    """

    schema = openapi.duplicates
    serializer_class = serializers.DuplicateGroupSerializer
    pagination_class = DuplicatePages

    def get_queryset(self) -> Any:
        query = validated_query(serializers.DuplicatesQuerySerializer, self.request)
        deck_id = query.get("deck")
        if deck_id:
            decks.deck_for_user(user=self.request.user, deck_id=deck_id)  # raises NotFound
        return duplicates.duplicate_groups(self.request.user, deck_id)

    def paginate_queryset(self, queryset: Any) -> Any:
        return duplicates.duplicates_shown(self.request.user, super().paginate_queryset(queryset))


class DuplicatesKeepView(generics.GenericAPIView):
    """POST `{frontKey}` hides a group of duplicates that you want to keep.

    The group is listed again when another card with this front is added.
    """

    schema = openapi.duplicates_keep
    serializer_class = serializers.DuplicateGroupSerializer

    def post(self, request: Request) -> Response:
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        duplicates.ignore_duplicates(user=request.user, front_key=body.validated_data["front_key"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class TagsView(APIView):
    """The tags of your decks and cards, most used first (at most 300)."""

    schema = openapi.tags

    def get(self, request: Request) -> Response:
        return Response({"tags": tags_of(request.user)})
