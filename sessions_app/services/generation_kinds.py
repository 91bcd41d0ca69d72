"""The registry of what can be generated.

Sessions and the queue know nothing of flashcards; an app registers its kind when it is loaded, and
the queue calls it to ask an engine and to check what the engine answered.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sessions_app.models import Generation


@dataclass(frozen=True)
class EngineRequest:
    """What an engine is asked: `prompt` and `options` for the guide's clients, `messages` (chat, as
    OpenAI has them) and `response_format` (`{"type": "json_schema", "schema": …, "grammar": …}`)
    for ours.
    """

    prompt: str
    options: dict[str, Any]
    messages: list[dict[str, str]]
    response_format: dict[str, Any]


class GenerationKind(Protocol):
    """One thing that can be generated. All methods but `on_succeeded` are pure."""

    name: str
    prompt_version: str

    def engine_request(
        self, prompt: str, options: dict[str, Any], cards_so_far: list[dict[str, Any]]
    ) -> EngineRequest:
        """The request for what is missing beside `cards_so_far`; `options["count"]` of the result
        is that number.
        """

    def accept_cards(
        self, raw: Any, cards_so_far: list[dict[str, Any]], wanted: int, options: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """At most `wanted` good cards out of hostile `raw`, as `options` asked for them, none of
        them in `cards_so_far`. Never raises.
        """

    def on_succeeded(self, generation: "Generation", options: dict[str, Any]) -> None:
        """Apply the effects that a request's `options` ask for, such as saving, to a generation
        that succeeded.

        Called in a transaction: when the result is accepted, and again for each later request that
        the cache answers.
        """


_kinds: dict[str, GenerationKind] = {}


def register(kind: GenerationKind) -> None:
    """Make `kind` known under its name; called from an AppConfig.ready()."""
    _kinds[kind.name] = kind


def get_kind(name: str) -> GenerationKind:
    """The registered kind; KeyError is a programming error, no user's."""
    return _kinds[name]
