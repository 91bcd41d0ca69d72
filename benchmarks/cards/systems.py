"""The systems that make cards: people, a rule, and models behind the product's own messages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from benchmarks.cards.errors import BenchmarkError
from benchmarks.cards.inputs import CardInput
from benchmarks.cards.languages import LANGUAGES
from benchmarks.cards.native import Answer, AnswerCache, NativeModel
from benchmarks.cards.node import run_module
from benchmarks.cards.rule import instant_cards
from flashcards.generation import Flashcards
from flashcards.prompts import PROMPT_VERSION
from mindflip.embedded import local_model
from mindflip.embedded.process import StartupError
from sessions_app.services.generation_kinds import EngineRequest

Card = dict[str, Any]
MODELS_VARIABLE = "MINDFLIP_CARDS_MODELS"
SEED = 1
MAX_REJECTED_IN_A_ROW = 3  # as in static/js/client/engine-worker.js
# The sizes of the models that the goal column is about.
GOAL_PARAMETERS = range(800_000_000, 5_000_000_000)

# Each version of the prompt has a function that builds the request of a model.
PROMPTS: dict[str, Callable[[str, dict[str, Any], list[Card]], EngineRequest]] = {
    PROMPT_VERSION: Flashcards().engine_request,
}


@dataclass(frozen=True)
class MadeCards:
    """Cards and the seconds that it took to make them, or None if that was not measured.

    `obeys` is set if the system got a request that it can obey or not, such as a kind of card.
    """

    cards: list[Card]
    seconds: float | None = None
    obeys: bool = False


class Model(Protocol):
    """A language model. `fingerprint` changes if another model takes its place."""

    name: str

    @property
    def fingerprint(self) -> str: ...

    def parameter_count(self) -> int: ...

    def complete(self, request: Mapping[str, Any], is_enough: Callable[[str], bool]) -> Answer:
        """Return the answer to a chat request in OpenAI's format, with a grammar.

        The model stops after a card with which the text so far `is_enough`.
        """


class System(Protocol):
    """Something that makes cards.

    `is_goal` is set for models of the size that the goal column is about.
    """

    name: str
    is_goal: bool

    def make_cards(self, card_input: CardInput, count: int) -> MadeCards | None:
        """Return at most `count` cards, or None if the system has none for this input."""


class People:
    """The question and answer pairs that people wrote."""

    name, is_goal = "people", False

    def make_cards(self, card_input: CardInput, count: int) -> MadeCards | None:
        cards = [{"front": gold.question, "back": gold.answer} for gold in card_input.golds[:count]]
        return MadeCards(cards) if cards else None


class Rule:
    """Cloze cards without a model."""

    name, is_goal = "rule", False

    def __init__(self, inputs: Sequence[CardInput], count: int) -> None:
        texts = list(dict.fromkeys(each.text for each in inputs if each.text))
        self._cards = dict(zip(texts, instant_cards(texts, count), strict=True))

    def make_cards(self, card_input: CardInput, count: int) -> MadeCards | None:
        return MadeCards(self._cards[card_input.text]) if card_input.text else None


@dataclass(frozen=True)
class Sampling:
    """How a model chooses its words. None stands for the page's value for the model."""

    temperature: float | None = None
    max_tokens: int | None = None
    seed: int = SEED


class PromptedModel:
    """A model with one version of the prompt: one request for each input, as the server sends it.

    The turn ends after the last card that is needed, as in the page's client. Missing cards are not
    requested again.
    """

    def __init__(self, model: Model, version: str, sampling: Sampling, cache: AnswerCache) -> None:
        self.name = f"{model.name}, prompt {version}"
        if sampling.temperature is not None:
            self.name += f", temperature {sampling.temperature:g}"
        self.is_goal = model.parameter_count() in GOAL_PARAMETERS
        self.model = model
        self._build = PROMPTS[version]
        self._sampling = sampling
        self._cache = cache

    def make_cards(self, card_input: CardInput, count: int) -> MadeCards | None:
        options = request_options(card_input, count)
        request = chat_request(
            self._build(prompt_text(card_input, count), options, []),
            self._sampling,
            self.model.name,
        )

        def accepted(text: str) -> list[Card]:
            return Flashcards().accept_cards(text, [], count, options)

        answer = self._cache.get(request)
        if answer is None:
            answer = self.model.complete(request, _is_enough(accepted, count))
            self._cache.put(request, answer)
        return MadeCards(accepted(answer.text), answer.seconds, obeys=True)


class BuiltIn:
    """The cards that the page makes while the built-in model is selected.

    The model is small, so cards from notes are made by rule. The model writes about topics, and
    about notes from which the rule can make no card.
    """

    name, is_goal = "Built in", False

    def __init__(self, rule: Rule, model: System) -> None:
        self._rule = rule
        self._model = model

    def make_cards(self, card_input: CardInput, count: int) -> MadeCards | None:
        made = self._rule.make_cards(card_input, count)
        return made if made and made.cards else self._model.make_cards(card_input, count)


def _is_enough(accepted: Callable[[str], list[Card]], count: int) -> Callable[[str], bool]:
    """Return a function that is called after each card, and ends the turn as the page does."""
    number = rejected = 0

    def is_enough(text: str) -> bool:
        nonlocal number, rejected
        before, number = number, len(accepted(text))
        rejected = 0 if number > before else rejected + 1
        return number == count or rejected == MAX_REJECTED_IN_A_ROW

    return is_enough


def prompt_text(card_input: CardInput, count: int) -> str:
    """Return the prompt, as in static/js/pages/generate/prompt.js."""
    return f"Generate {count} flashcards about {card_input.topic}"


def request_options(card_input: CardInput, count: int) -> dict[str, Any]:
    """Return the options of the request, as in static/js/pages/make/request-form.js.

    English is the page's default, so the language is left out for it.
    """
    language = "" if card_input.language == "en" else LANGUAGES[card_input.language].name
    chosen = {"language": language, "kind": card_input.kind, "source": card_input.text}
    return {"topic": card_input.topic, "count": count} | {k: v for k, v in chosen.items() if v}


def chat_request(request: EngineRequest, sampling: Sampling, model: str) -> dict[str, Any]:
    """Return the request to llama.cpp, as the page's engine sends it, with a seed."""
    limits = request.response_format["limits"]
    page = page_sampling(model, int(request.options["count"]), limits["front"], limits["back"])
    temperature = sampling.temperature
    return {
        "messages": request.messages,
        "grammar": request.response_format["grammar"],
        "temperature": page["temperature"] if temperature is None else temperature,
        "repeat_penalty": page["repetitionPenalty"],
        "max_tokens": sampling.max_tokens or page["maxTokens"],
        "seed": sampling.seed,
    }


@cache
def page_sampling(model: str, count: int, front_words: int, back_words: int) -> dict[str, Any]:
    """Return `temperature`, `repetitionPenalty` and `maxTokens` of the page for a request."""
    options: dict[str, Any] = run_module(
        "client/sampling.js",
        """{
            ...module.samplingFor(request.model, false),
            maxTokens: module.maxTokensFor(request.count, request.limits),
        }""",
        {"model": model, "count": count, "limits": {"front": front_words, "back": back_words}},
    )
    return options


def find_models(folder: str, built_in_folder: Path) -> list[NativeModel]:
    """Return the built-in model and all models in a folder, which may be "".

    The built-in model is fetched as on the first start of MindFlip if it is missing. Raise
    BenchmarkError if the folder does not exist or has no model.
    """
    models = [NativeModel(built_in_model(built_in_folder))]
    if not folder:
        return models
    path = Path(folder).expanduser()
    if not path.is_dir():
        raise BenchmarkError(
            f"{folder} is not a folder. Set {MODELS_VARIABLE} to a folder with GGUF files, or unset"
            " it to measure only the built-in model."
        )
    files = sorted(path.glob("*.gguf"))
    if not files:
        raise BenchmarkError(
            f"{folder} contains no *.gguf. Put models into it, or unset {MODELS_VARIABLE}."
        )
    return [*models, *(NativeModel(file) for file in files if file.name != models[0].path.name)]


def built_in_model(folder: Path) -> Path:
    """Return the file of the model that MindFlip ships, and fetch it if it is missing."""
    if not local_model.is_fetched(folder):
        try:
            local_model.fetch(folder)
        except (StartupError, OSError) as error:
            raise BenchmarkError(
                f"{error} To measure without models, use --systems people rule."
            ) from error
    return folder / f"{local_model.NAME}.gguf"
