"""Parse, call a service, answer."""

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
    """How much is in the bin · DELETE empties it for good."""

    schema = openapi.bin

    def get(self, request: Request) -> Response:
        return Response(trash.trash_counts(request.user))

    def delete(self, request: Request) -> Response:
        trash.trash_empty(user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class TrashedDecksView(generics.ListAPIView):
    """The decks in the bin, the last deleted first."""

    schema = openapi.trashed_decks
    serializer_class = serializers.TrashedDeckSerializer
    pagination_class = TrashPages

    def get_queryset(self) -> Any:
        return trash.trashed_decks(self.request.user).defer("source")


class TrashedCardsView(generics.ListAPIView):
    """Cards that were deleted alone, the last deleted first."""

    schema = openapi.trashed_cards
    serializer_class = serializers.TrashedCardSerializer
    pagination_class = TrashPages

    def get_queryset(self) -> Any:
        return trash.trashed_cards(self.request.user).defer("deck__source")


class TrashedDeckView(APIView):
    """DELETE deletes a deck for good that is in the bin."""

    schema = openapi.trashed_deck

    def delete(self, request: Request, deck_id: UUID) -> Response:
        trash.deck_delete_permanently(user=request.user, deck_id=deck_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class TrashedCardView(APIView):
    """DELETE deletes a card for good that is in the bin."""

    schema = openapi.trashed_card

    def delete(self, request: Request, card_id: UUID) -> Response:
        trash.card_delete_permanently(user=request.user, card_id=card_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ActionView(generics.GenericAPIView):
    """POST a body to do something."""

    def post(self, request: Request, **kwargs: Any) -> Response:
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(self.do(request.user, **kwargs, **body.validated_data))

    def do(self, user: Any, **fields: Any) -> Any:
        raise NotImplementedError


class DeckRestoreView(ActionView):
    """POST brings a deck back out of the bin; with `{cards}` also those that a merge took
    elsewhere.
    """

    schema = openapi.deck_restore
    serializer_class = serializers.DeckRestoreSerializer

    def do(self, user: Any, **fields: Any) -> Any:
        trash.deck_restore(user=user, **fields)
        return DeckDetailSerializer(decks.deck_for_user(user=user, deck_id=fields["deck_id"])).data


class DeckMergeView(ActionView):
    """POST `{into}` moves the cards into that deck, doubles left out; what is left goes into the
    bin.
    """

    schema = openapi.deck_merge
    serializer_class = serializers.DeckMergeSerializer

    def do(self, user: Any, **fields: Any) -> Any:
        moved, left_out = bulk.decks_merge(user=user, **fields)
        return {"moved": [str(card_id) for card_id in moved], "leftOut": left_out}


class CardRestoreView(APIView):
    """POST brings a card back out of the bin."""

    schema = openapi.card_restore

    def post(self, request: Request, card_id: UUID) -> Response:
        trash.cards_restore(user=request.user, card_ids=[card_id])
        return Response(
            CardSerializer(cards.card_for_user(user=request.user, card_id=card_id)).data
        )


class CardActionView(ActionView):
    """POST `{cards, …}`: done to all of them, or to none; answers how many it changed."""

    service: ClassVar[Callable[..., int]]
    serializer_class: type[BaseSerializer] = serializers.CardsSerializer

    def do(self, user: Any, **fields: Any) -> Any:
        return {"count": type(self).service(user=user, card_ids=fields.pop("cards"), **fields)}


class CardsDeleteView(CardActionView):
    """POST `{cards}` puts them into the bin."""

    schema = openapi.cards_delete
    service = trash.cards_delete


class CardsRestoreView(CardActionView):
    """POST `{cards}` brings them back out of the bin."""

    schema = openapi.cards_restore
    service = trash.cards_restore


class CardsTagView(CardActionView):
    """POST `{cards, add?, remove?}`: tags on all of them; answers also with the bodies of the same
    call that `undo` it.
    """

    schema = openapi.cards_tag
    serializer_class = serializers.CardsTagSerializer

    def do(self, user: Any, **fields: Any) -> Any:
        count, undo = bulk.cards_tag(user=user, card_ids=fields.pop("cards"), **fields)
        return {"count": count, "undo": undo}


class CardsMoveView(CardActionView):
    """POST `{cards, to}` puts them behind the last card of that deck."""

    schema = openapi.cards_move
    serializer_class = serializers.CardsMoveSerializer

    def do(self, user: Any, **fields: Any) -> Any:
        return {"count": bulk.cards_move(user=user, card_ids=fields["cards"], deck_id=fields["to"])}


class DuplicatesView(generics.ListAPIView):
    """Cards that ask the same, in groups, those with equal answers first; `?deck=` only those of
    one deck.
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
    """POST `{frontKey}`: these cards are meant to be there, all of them."""

    schema = openapi.duplicates_keep
    serializer_class = serializers.DuplicateGroupSerializer

    def post(self, request: Request) -> Response:
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        duplicates.ignore_duplicates(user=request.user, front_key=body.validated_data["front_key"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class TagsView(APIView):
    """All tags of the caller's decks and cards, the most used first."""

    schema = openapi.tags

    def get(self, request: Request) -> Response:
        return Response({"tags": tags_of(request.user)})
