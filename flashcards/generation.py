"""Flashcards as a kind of generation for the queue of `sessions_app`."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flashcards import prompts
from flashcards.card_kinds import DEFAULT_KIND, KIND_OF_OPTION, KIND_ROWS, KindRow
from flashcards.cloze import as_kind
from flashcards.grammar import response_format
from flashcards.grounding import with_source_match
from flashcards.parsing import accept_cards
from flashcards.parsing.degenerate import Example, Requirements, check_card
from flashcards.passages import build_passages
from flashcards.services.decks import deck_create_from_generation
from sessions_app.services.generation_kinds import EngineRequest

if TYPE_CHECKING:
    from sessions_app.models import Generation

EXAMPLES = {
    row.name: Example(prompts.EXAMPLE_SUBJECT, json.loads(row.example)) for row in KIND_ROWS
}


class Flashcards:
    """The generation kind that requests flashcards and validates the results.

    See `sessions_app.services.generation_kinds.GenerationKind`.
    """

    name = "flashcards"
    prompt_version = prompts.PROMPT_VERSION

    def engine_request(
        self, prompt: str, options: dict[str, Any], cards_so_far: list[dict[str, Any]]
    ) -> EngineRequest:
        rest = options | {"count": max(1, int(options["count"]) - len(cards_so_far))}
        fronts = [str(card["front"]) for card in cards_so_far]
        kind = _kind_row(options)
        return EngineRequest(
            prompt=prompts.build_prompt(prompt, rest["count"], fronts),
            options=rest,
            messages=prompts.build_messages(prompt, rest, fronts),
            response_format=response_format(rest["count"], kind.answer_form),
            passages=build_passages(prompt, rest, cards_so_far),
        )

    def accept_cards(
        self, raw: Any, cards_so_far: list[dict[str, Any]], wanted: int, options: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Return at most `wanted` valid cards from `raw` that are not in `cards_so_far`.

        Useless cards, for example those that loop or ignore the requested language, are not valid.
        If the options contain a source, each card gets the fields `found` and `sentence`: whether
        the source supports the card, and the sentence that does. Values that an engine sends for
        these fields are dropped.
        """
        requirements = _requirements(options)

        def finished(card: Mapping[str, Any]) -> dict[str, Any]:
            shaped = as_kind(card, str(options.get("kind") or ""))
            check_card(shaped, requirements)
            return with_source_match([shaped], str(options.get("source") or ""))[0]

        return accept_cards(raw, cards_so_far, wanted, finished=finished).cards

    def on_succeeded(self, generation: "Generation", options: dict[str, Any]) -> None:
        """Save the result as a deck if the option `save` is set.

        If the deck already exists and is in the trash, restore it.
        """
        if options.get("save"):
            deck_create_from_generation(generation=generation)


def _kind_row(options: Mapping[str, Any]) -> KindRow:
    return KIND_OF_OPTION.get(str(options.get("kind") or ""), DEFAULT_KIND)


def _requirements(options: Mapping[str, Any]) -> Requirements:
    """Return the facts about a request that its cards are compared with."""
    row = _kind_row(options)
    topic = str(options.get("topic") or "")
    return Requirements(
        limits=row.answer_form.limits,
        example=EXAMPLES[row.name],
        language=str(options.get("language") or ""),
        topic=topic,
        material=f"{topic}\n{options.get('source') or ''}",
    )
