"""Flashcards as a kind of generation for the queue of `sessions_app`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flashcards import prompts
from flashcards.card_kinds import DEFAULT_KIND, KIND_OF_OPTION
from flashcards.cloze import as_kind
from flashcards.grammar import response_format
from flashcards.grounding import with_source_match
from flashcards.parsing import accept_cards
from flashcards.services.decks import deck_create_from_generation
from sessions_app.services.generation_kinds import EngineRequest

if TYPE_CHECKING:
    from sessions_app.models import Generation


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
        kind = KIND_OF_OPTION.get(str(rest.get("kind") or ""), DEFAULT_KIND)
        return EngineRequest(
            prompt=prompts.build_prompt(prompt, rest["count"], fronts),
            options=rest,
            messages=prompts.build_messages(prompt, rest, fronts),
            response_format=response_format(rest["count"], kind.answer_form),
        )

    def accept_cards(
        self, raw: Any, cards_so_far: list[dict[str, Any]], wanted: int, options: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Return at most `wanted` valid cards from `raw` that are not in `cards_so_far`.

        If the options contain a source, each card gets the fields `found` and `sentence`: whether
        the source supports the card, and the sentence that does. Values that an engine sends for
        these fields are dropped.
        """

        def finished(card: Mapping[str, Any]) -> dict[str, Any]:
            shaped = as_kind(card, str(options.get("kind") or ""))
            return with_source_match([shaped], str(options.get("source") or ""))[0]

        return accept_cards(raw, cards_so_far, wanted, finished=finished).cards

    def on_succeeded(self, generation: "Generation", options: dict[str, Any]) -> None:
        """Save the result as a deck if the option `save` is set.

        If the deck already exists and is in the trash, restore it.
        """
        if options.get("save"):
            deck_create_from_generation(generation=generation)
