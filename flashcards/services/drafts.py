"""Unsaved cards: stored while the user generates and edits them, and listed until they are saved.

The page writes the cards of a batch. Cards that its generations received later, for example because
the browser closed the tab, are added when the batch is read.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext, gettext_lazy, ngettext

from flashcards.models import CARDS_PER_DECK, DraftBatch
from flashcards.models.drafts import DraftBatchQuerySet
from flashcards.parsing.cards import clean, plain
from flashcards.services.fates import fates_discard, fates_take_back
from sessions_app.exceptions import Conflict, Invalid, NotFound
from sessions_app.models import Generation
from sessions_app.services.retention import delete_in_batches

MAX_DRAFTS = 50
MAX_BYTES = 2_000_000
DRAFT_BATCH = 100  # each draft may have long notes
# A generation may end shortly before the page stores its last card.
LATE = timedelta(seconds=10)
NO_DRAFT = gettext_lazy("There are no unsaved cards with this id.")


def drafts_for_user(user: User) -> DraftBatchQuerySet:
    """Return the user's drafts without their cards and records."""
    return DraftBatch.objects.of(user).defer("cards", "record")


def draft_for_user(*, user: User, draft_id: UUID) -> DraftBatch:
    """Return the user's draft with the cards that arrived later.

    Raise NotFound if it does not exist or belongs to another user.
    """
    draft = DraftBatch.objects.of(user).filter(pk=draft_id).first()
    if draft is None:
        raise NotFound(NO_DRAFT)
    add_late_cards(user, [draft])
    return draft


def draft_store(
    *,
    user: User,
    draft_id: UUID,
    version: int,
    topic: str = "",
    cards: Sequence[dict[str, Any]] = (),
    record: Any = None,
    generation_ids: Iterable[UUID] = (),
) -> tuple[DraftBatch, bool]:
    """Create the draft if `version` is 0, or replace that version, and return whether it is new.

    Storing the same content again after a lost response has no effect. Raise NotFound, Invalid, or
    Conflict (`draft_changed` if there is another version, `too_many_drafts`).
    """
    columns = _checked(topic, cards, record) | {"generation_ids": list(generation_ids)}
    drafts = DraftBatch.objects.of(user).filter(pk=draft_id)
    if version:
        if drafts.filter(version=version).update(
            **columns, version=F("version") + 1, updated_at=Now()
        ):
            return drafts.get(), False
    elif draft := _created(user, draft_id, columns):
        return draft, True
    draft = drafts.first()
    if draft is None:
        raise NotFound(NO_DRAFT)
    if draft.version == version + 1 and all(
        getattr(draft, name) == value for name, value in columns.items()
    ):
        return draft, False
    message = gettext("These cards were changed in another tab or on another device.")
    raise Conflict(message, code="draft_changed")


def generations_of_draft(*, user: User, draft_id: UUID | None) -> list[Generation]:
    """Return the generations with cards of the user's draft, or none if there is no such draft."""
    if draft_id is None:
        return []
    draft = DraftBatch.objects.of(user).filter(pk=draft_id).only("generation_ids").first()
    ids = draft.generation_ids if draft else []
    generations = Generation.objects.of(user).filter(pk__in=ids).exclude(cards=[])
    return list(generations.select_related("session"))


@transaction.atomic
def draft_discard(*, user: User, draft_id: UUID) -> None:
    """Delete the user's draft, and count its cards as discarded.

    Raise NotFound if it does not exist.
    """
    draft = DraftBatch.objects.of(user).select_for_update().filter(pk=draft_id).first()
    if draft is None:
        raise NotFound(NO_DRAFT)
    fates_discard(draft, generations_of_draft(user=user, draft_id=draft_id))
    draft.delete()


def drafts_delete_saved(
    *, user: User, draft_id: UUID | None, generation_ids: Iterable[UUID]
) -> None:
    """Delete the draft whose cards were saved, or the drafts with one of the generations."""
    saved = Q(pk=draft_id) if draft_id else Q(generation_ids__overlap=list(generation_ids))
    DraftBatch.objects.of(user).filter(saved).delete()


def drafts_delete_old(*, now: datetime) -> int:
    """Delete drafts that were not changed for DRAFT_RETENTION_DAYS, and return how many."""
    old = DraftBatch.objects.filter(
        updated_at__lt=now - timedelta(days=settings.DRAFT_RETENTION_DAYS)
    )
    return delete_in_batches(old, DRAFT_BATCH, settings.CLEANUP_TIME_LIMIT)


def add_late_cards(user: User, drafts: Sequence[DraftBatch]) -> None:
    """Add the cards that arrived in the drafts' generations after the page stored the drafts.

    Each added card has a `generationId`. Cards that the user discarded are left out. All drafts are
    read with two queries.
    """
    ids = {pk for draft in drafts for pk in draft.generation_ids}
    if not ids:
        return
    since = min(draft.updated_at for draft in drafts) - LATE
    generations = (
        Generation.objects.of(user)
        .filter(Q(finished_at=None) | Q(finished_at__gt=since), pk__in=ids)
        .exclude(cards=[])
        .only("cards", "finished_at")
        .in_bulk()
    )
    behind = [draft for draft in drafts if not generations.keys().isdisjoint(draft.generation_ids)]
    contents = DraftBatch.objects.in_bulk([draft.pk for draft in behind]) if behind else {}
    for draft in behind:
        if stored := contents.get(draft.pk):
            late = [generations[pk] for pk in draft.generation_ids if pk in generations]
            draft.cards = [*stored.cards, *_missing_cards(stored, late)]
            draft.card_count = len(draft.cards)


def _missing_cards(draft: DraftBatch, generations: Iterable[Generation]) -> list[dict[str, Any]]:
    dropped = draft.record.get("dropped")
    known = {str(name) for name in dropped} if isinstance(dropped, list) else set()
    known |= {str(card["id"]) for card in draft.cards if "id" in card}
    sides = {(card["front"], card["back"]) for card in draft.cards}
    missing = []
    for generation in generations:
        if generation.finished_at and generation.finished_at <= draft.updated_at - LATE:
            continue
        for card in generation.cards:
            is_known = {str(card.get("id")), card["front"]} & known
            if not is_known and (card["front"], card["back"]) not in sides:
                sides.add((card["front"], card["back"]))
                missing.append(card | {"generationId": str(generation.pk)})
    return missing


def _created(user: User, draft_id: UUID, columns: dict[str, Any]) -> DraftBatch | None:
    """Create the draft, or return None if its ID is already used.

    If it was discarded before, its cards stop being counted as discarded.

    Raise Conflict (`too_many_drafts`) if the user has MAX_DRAFTS.
    """
    ids = set(DraftBatch.objects.of(user).values_list("pk", flat=True))
    if len(ids - {draft_id}) >= MAX_DRAFTS:
        message = ngettext(
            "You have %(count)d set of unsaved cards, which is the most. Save or discard it.",
            "You have %(count)d sets of unsaved cards, which is the most. Save or discard some.",
            MAX_DRAFTS,
        )
        raise Conflict(message % {"count": MAX_DRAFTS}, code="too_many_drafts")
    try:
        with transaction.atomic():
            draft = DraftBatch(pk=draft_id, user=user, **columns)
            draft.save(force_insert=True)
            fates_take_back(draft)
    except IntegrityError:
        return None
    return DraftBatch.objects.get(pk=draft_id)


def _checked(topic: str, cards: Sequence[dict[str, Any]], record: Any) -> dict[str, Any]:
    """Return the columns of a draft, in a form that can be stored. Raise Invalid."""
    is_list = isinstance(cards, list | tuple) and len(cards) <= CARDS_PER_DECK
    if not is_list or not all(
        isinstance(card.get(side), str) for card in cards for side in ("front", "back")
    ):
        message = gettext(
            "Send cards as a list of at most %(maximum)s objects with front and back."
        ) % {"maximum": CARDS_PER_DECK}
        raise Invalid(message, fields={"cards": [message]})
    content = {"cards": plain(list(cards)), "record": plain(record or {})}
    if len(msgspec.json.encode(content)) > MAX_BYTES:
        message = gettext(
            "These cards and their notes are too large to be kept here: save them as a deck."
        )
        raise Invalid(message, fields={"record": [message]})
    return {"topic": clean(topic), "card_count": len(cards), **content}
