"""The registry of the kinds of content that can be generated.

Sessions and the queue know nothing about flashcards. An app registers its kind when it is loaded.
The queue calls the kind to create the request to an engine and to validate the response.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sessions_app.models import Generation


@dataclass(frozen=True)
class EngineRequest:
    """A request to an engine.

    Clients of the guide's dialect use `prompt` and `options`. MindFlip's own client uses
    `messages`, in OpenAI's chat format, and `response_format`, which has the form
    `{"type": "json_schema", "schema": …, "grammar": …, "limits": …}`. `passages` is another way to
    make the same cards, which a client can choose for capable models: from one sentence of the
    notes after the other.
    """

    prompt: str
    options: dict[str, Any]
    messages: list[dict[str, str]]
    response_format: dict[str, Any]
    passages: dict[str, Any] | None = None


class GenerationKind(Protocol):
    """A kind of content that can be generated.

    All methods but `on_succeeded` are pure.
    """

    name: str
    prompt_version: str

    def engine_request(
        self, prompt: str, options: dict[str, Any], cards_so_far: list[dict[str, Any]]
    ) -> EngineRequest:
        """Return the request for the cards that are missing from `cards_so_far`.

        `options["count"]` of the result is the number of missing cards.
        """

    def accept_cards(
        self, raw: Any, cards_so_far: list[dict[str, Any]], wanted: int, options: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Return up to `wanted` valid cards from `raw`, which is not trusted.

        The cards follow `options`, and none of them is in `cards_so_far`. This method never raises.
        """

    def on_succeeded(self, generation: "Generation", options: dict[str, Any]) -> None:
        """Apply the effects of a request's `options` to a generation that succeeded.

        For example, save the cards as a deck. This method is called in a transaction: when the
        result is accepted, and again for later requests to save the same result.
        """


_kinds: dict[str, GenerationKind] = {}


def register(kind: GenerationKind) -> None:
    """Register `kind` under its name.

    Call this from AppConfig.ready().
    """
    _kinds[kind.name] = kind


def get_kind(name: str) -> GenerationKind:
    """Return the registered kind.

    Raise KeyError if the name is not registered, which is a programming error.
    """
    return _kinds[name]
