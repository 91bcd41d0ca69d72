"""The fates of generated cards, counted when their batch is saved or discarded.

The server compares the cards of a batch's generations with those that are saved. Each generation is
counted once: saving it again replaces its numbers, and discarding another copy of its cards leaves
them unchanged. Drafts that expire are not counted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet, Sum

from flashcards.card_kinds import DEFAULT_KIND, KIND_OF_NAME, KIND_ROWS
from flashcards.fates import DISCARDED, EDITED, FATES, KEPT, REGENERATED, card_fates
from flashcards.models import CARDS_PER_DECK, CardFates, Deck, DraftBatch
from flashcards.parsing import draft_card
from sessions_app.models import Generation

SITE_DAYS = 30
INSTANT_KIND = next(row.name for row in KIND_ROWS if row.has_gaps)
# The generation, draft or deck; the model; the prompt version; the kind.
Group = tuple[UUID, str, str, str]
Cards = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class ReportedFates:
    """The fates that only the page knows.

    `regenerated` contains the IDs of generated cards that the user replaced by others. The numbers
    are those of instant cards, which are made in the browser.
    """

    regenerated: frozenset[str] = frozenset()
    instant_edited: int = 0
    instant_regenerated: int = 0
    instant_discarded: int = 0

    @classmethod
    def read(cls, fates: Any) -> "ReportedFates":
        """Return the fates in a draft's record, which can contain any JSON."""
        if not isinstance(fates, dict):
            return cls()
        names = fates.get("regenerated")
        return cls(
            frozenset(map(str, names)) if isinstance(names, list) else frozenset(),
            *(_number(fates.get(f"instant{name.capitalize()}")) for name in FATES[1:]),
        )


@dataclass(frozen=True)
class FateCounts:
    """The fates of all cards of one model, prompt version and kind.

    `model_id` is empty for instant cards.
    """

    model_id: str
    prompt_version: str
    kind: str
    kept: int
    edited: int
    regenerated: int
    discarded: int

    @property
    def total(self) -> int:
        return self.kept + self.edited + self.regenerated + self.discarded

    @property
    def shares(self) -> list[tuple[int, int]]:
        """The number of cards of each fate, and their share in percent."""
        counts = [getattr(self, fate) for fate in FATES]
        return [(count, round(100 * count / self.total)) for count in counts]

    @property
    def kind_label(self) -> str:
        return str(KIND_OF_NAME[self.kind].label)


def fates_save(
    *,
    deck: Deck,
    generations: Sequence[Generation],
    cards: Cards | None,
    draft_id: UUID | None = None,
    reported: ReportedFates = ReportedFates(),
) -> None:
    """Count the cards of a batch that was saved as this deck.

    `cards` are the cards that the user sent, or None if the generations were saved unchanged.
    """
    generated = [card for generation in generations for card in generation.cards]
    saved = generated if cards is None else [draft_card(card) for card in cards]
    counts = _generation_counts(generations, saved, reported.regenerated)
    instant = sum(card.get("byRule") is True for card in saved)
    if generations or deck.source:
        edited = min(reported.instant_edited, instant)
        numbers = {KEPT: instant - edited, EDITED: edited} | _instant_losses(reported)
        counts[(draft_id or deck.pk, "", "", INSTANT_KIND)].update(numbers)
    CardFates.objects.bulk_create(
        _rows(deck.user_id, counts, is_saved=True),
        update_conflicts=True,
        unique_fields=["user", "origin_id", "model_id", "kind"],
        update_fields=[*FATES, "prompt_version", "is_saved", "recorded_at"],
    )


def fates_discard(draft: DraftBatch, generations: Sequence[Generation]) -> None:
    """Count the cards of a draft that is discarded, except generations that are counted already."""
    reported = ReportedFates.read(draft.record.get("fates"))
    counts = _generation_counts(generations, (), reported.regenerated)
    losses = _instant_losses(reported)
    losses[DISCARDED] += sum(card.get("byRule") is True for card in draft.cards)
    counts[(draft.pk, "", "", INSTANT_KIND)].update(losses)
    CardFates.objects.bulk_create(
        _rows(draft.user_id, counts, is_saved=False), ignore_conflicts=True
    )


def fates_take_back(draft: DraftBatch) -> None:
    """Delete the numbers of a draft that was discarded and is stored again."""
    CardFates.objects.of(draft.user_id).filter(
        origin_id__in=[draft.pk, *draft.generation_ids], is_saved=False
    ).delete()


def fates_for_user(*, user: User) -> list[FateCounts]:
    """Return the fates of the user's generated cards, most cards first."""
    return _summed(CardFates.objects.of(user))


def fates_of_site(*, now: datetime) -> list[FateCounts]:
    """Return the fates of all users' cards in the last SITE_DAYS days, most cards first."""
    return _summed(CardFates.objects.filter(recorded_at__gte=now - timedelta(days=SITE_DAYS)))


def _generation_counts(
    generations: Iterable[Generation], saved: Cards, regenerated: frozenset[str]
) -> defaultdict[Group, Counter[str]]:
    """Return the fates of the cards of the generations, with each repeated card counted once."""
    cards = [(_group(row, card), card) for row in generations for card in row.cards]
    fates = card_fates((card for _, card in cards), saved, regenerated)
    counts: defaultdict[Group, Counter[str]] = defaultdict(Counter)
    for (group, _), fate in zip(cards, fates, strict=True):
        if fate:
            counts[group][fate] += 1
    return counts


def _group(generation: Generation, card: Mapping[str, Any]) -> Group:
    model_id, version = generation.session.model_id, generation.prompt_version
    return generation.pk, model_id, version, _kind(card)


def _kind(card: Mapping[str, Any]) -> str:
    kind = card.get("kind")
    return kind if kind in KIND_OF_NAME else DEFAULT_KIND.name


def _instant_losses(reported: ReportedFates) -> Counter[str]:
    return Counter(
        {REGENERATED: reported.instant_regenerated, DISCARDED: reported.instant_discarded}
    )


def _rows(user_id: int, counts: Mapping[Group, Counter[str]], *, is_saved: bool) -> list[CardFates]:
    """Return the rows of the groups that have cards, in the same order in all requests."""
    return [
        CardFates(
            user_id=user_id,
            origin_id=origin_id,
            model_id=model_id,
            prompt_version=prompt_version,
            kind=kind,
            is_saved=is_saved,
            **{fate: fates[fate] for fate in FATES},
        )
        for (origin_id, model_id, prompt_version, kind), fates in sorted(counts.items())
        if fates.total()
    ]


def _summed(rows: QuerySet[Any]) -> list[FateCounts]:
    sums = {fate: Sum(fate) for fate in FATES}
    groups: QuerySet[Any, dict[str, Any]] = rows.order_by().values(
        "model_id", "prompt_version", "kind"
    )
    summed = [FateCounts(**group) for group in groups.annotate(**sums)]
    return sorted(summed, key=lambda row: (-row.total, row.model_id, row.prompt_version, row.kind))


def _number(value: Any) -> int:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return max(0, min(value, CARDS_PER_DECK)) if is_number else 0
