"""Alice's objects, one of each kind.

All of their texts contain SECRET, so that a response that discloses them is detected.
"""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.contrib.auth.models import User
from django.utils import timezone

from flashcards.models import CardFates, DraftBatch, IgnoredDuplicate, StudySettings
from flashcards.services import trash
from flashcards.services.decks import deck_create
from flashcards.services.reviews import reviews_record
from sessions_app.models import Attempt, Engine, Generation, WebLLMSession

SECRET = "selenography"
OWN_APPS = ("sessions_app", "flashcards", "auth")


@dataclass
class Objects:
    """A user's objects.

    The keys of `ids` are the names of variables in the routes, and of references in `matrix.py`.
    """

    owner: User
    ids: dict[str, str]


def create_objects(owner: User) -> Objects:
    """Create one object of each kind for a user."""
    session = WebLLMSession.objects.create(user=owner, model_id="a-model")
    Engine.objects.create(
        channel="channel", session=session, user=owner, model_id="a-model", name="webllm"
    )
    decks = [deck_create(user=owner, name=SECRET, cards=_cards()) for _ in range(3)]
    StudySettings.objects.create(user=owner)
    card, trashed_card = (deck.cards.order_by("position").first() for deck in decks[:2])
    trash.cards_delete(user=owner, card_ids=[trashed_card.pk])
    draft = DraftBatch.objects.create(
        pk=uuid4(), user=owner, topic=SECRET, cards=_cards(), card_count=2, record={"name": SECRET}
    )
    CardFates.objects.create(
        user=owner, origin_id=draft.pk, model_id="a-model", kind="basic", kept=1, is_saved=True
    )
    IgnoredDuplicate.objects.create(user=owner, front_key=card.front_key, count=1)
    trash.deck_delete(user=owner, deck_id=decks[2].pk)
    return Objects(owner, {
        "session_id": str(session.pk),
        "generation_id": str(_generation(session).pk),
        "deck_id": str(decks[0].pk),
        "other_deck_id": str(decks[1].pk),
        "trashed_deck_id": str(decks[2].pk),
        "draft_id": str(draft.pk),
        "card_id": str(card.pk),
        "trashed_card_id": str(trashed_card.pk),
        "front_key": str(decks[0].cards.latest("position").front_key),
        "review_id": _review(card),
        "import_id": str(uuid4()),
    })  # fmt: skip


def all_rows() -> list[Any]:
    """Return all rows of the apps in OWN_APPS, to check that nothing changed."""
    models = [model for label in OWN_APPS for model in apps.get_app_config(label).get_models()]
    return [row for model in models for row in model.objects.order_by("pk").values_list()]


def _cards() -> list[dict[str, Any]]:
    return [
        {"front": f"{SECRET} {number}", "back": f"What {SECRET} is", "tags": [SECRET]}
        for number in range(2)
    ]


def _generation(session: WebLLMSession) -> Generation:
    generation = Generation.objects.create(
        session=session, user=session.user, kind="flashcards", prompt=SECRET, prompt_version="1",
        options={"topic": SECRET, "count": 1}, result_key="0" * 64, status="succeeded",
        finished_at=timezone.now(),
        cards=_cards(),
    )  # fmt: skip
    Attempt.objects.create(generation=generation, number=1, engine="channel", engine_name="webllm")
    return generation


def _review(card: Any) -> str:
    review = {
        "id": str(uuid4()),
        "cardId": str(card.pk),
        "rating": "good",
        "reviewedAt": timezone.now().isoformat(),
        "seconds": 3,
    }
    reviews_record(user=card.deck.user, items=[review], now=timezone.now())
    return review["id"]
