"""Real outputs of SmolLM2 through both engines, recorded as cases for the parser.

Recording is slow and runs only on request:

    export MINDFLIP_RECORD=tests/contract/recorded_outputs.json
    pytest tests/e2e/engines/test_record_outputs.py

Outputs that are already recorded are kept, so you can stop the recording and resume it later. Each
new output is stored together with the cards and problems that the parser returns for it. Review
them before you commit them, because tests/flashcards/test_recorded_outputs.py expects them from
then on.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from flashcards.card_kinds import DEFAULT_KIND, KIND_OF_OPTION
from flashcards.grammar import response_format
from flashcards.parsing import parse_cards
from flashcards.prompts import build_messages
from tests.helpers.engine_page import EnginePage
from tests.helpers.webllm_models import KIT, NO_KIT, SMALL_GGUF, SMALL_WEBLLM

RECORD_FILE = os.environ.get("MINDFLIP_RECORD")
pytestmark = pytest.mark.skipif(
    not RECORD_FILE, reason="MINDFLIP_RECORD names no file to write the outputs to"
)
NOTES = (
    "The heart has four chambers. The left ventricle pumps blood into the aorta. Valves keep the"
    " blood from flowing back."
)
TOPICS = (
    "photosynthesis",
    "the French Revolution",
    "LaTeX fractions",
    "Python strings",
    "el sistema solar",
    "quotes by Shakespeare",
)
MAX_TOKENS = {"wllama": 130, "webllm": 80}
TIMEOUT_SECONDS = 900


class GenerationRequest(NamedTuple):
    """A request to the model.

    `prompt_style` is "ours" to send MindFlip's messages and "guide" to send the one line of the
    integration guide.
    """

    prompt_style: str
    kind: str
    topic: str
    count: int
    is_constrained: bool

    @property
    def messages(self) -> list[dict[str, str]]:
        prompt = f"Generate {self.count} flashcards about {self.topic}"
        if self.prompt_style == "guide":
            return [
                {
                    "role": "user",
                    "content": (
                        f"{prompt}. Answer with a JSON array of objects with front and back."
                    ),
                }
            ]
        source = {"source": NOTES} if self.topic == "the heart" else {}
        return build_messages(
            prompt, {"topic": self.topic, "count": self.count, "kind": self.kind, **source}
        )

    @property
    def grammar(self) -> str | None:
        form = KIND_OF_OPTION.get(self.kind, DEFAULT_KIND).answer_form
        return response_format(self.count, form)["grammar"] if self.is_constrained else None

    @property
    def name(self) -> str:
        return " · ".join(
            [
                self.prompt_style,
                self.kind,
                self.topic,
                str(self.count),
                "constrained" if self.is_constrained else "free",
            ]
        )


def generation_requests() -> Iterator[GenerationRequest]:
    for is_constrained in (True, False):
        for index, topic in enumerate(TOPICS):
            yield GenerationRequest("guide", "question-answer", topic, 2, is_constrained)
            yield GenerationRequest(
                "ours",
                ("question-answer", "cloze", "definition")[index % 3],
                topic,
                2,
                is_constrained,
            )
        for kind in ("question-answer", "cloze", "definition"):
            yield GenerationRequest("ours", kind, "the heart", 2, is_constrained)


WEBLLM = pytest.param(
    ("webllm", SMALL_WEBLLM), marks=pytest.mark.skipif(not KIT.exists(), reason=NO_KIT), id="webllm"
)


@pytest.mark.parametrize("model", [pytest.param(("wllama", SMALL_GGUF), id="wllama"), WEBLLM])
def test_missing_model_outputs_are_recorded(
    open_page: Callable[..., EnginePage], model: tuple[str, str]
) -> None:
    engine, model_id = model
    page = open_page()
    page.load(model_id)
    for request in generation_requests():
        if f"{engine} · {request.name}" not in {record["name"] for record in read_records()}:
            append_record(engine, request, engine_response(page, engine, request))


def engine_response(page: EnginePage, engine: str, request: GenerationRequest) -> dict[str, Any]:
    options = {
        "maxTokens": MAX_TOKENS[engine],
        "temperature": 0.7,
        **({"grammar": request.grammar} if request.grammar else {}),
    }
    return page.run(
        "return engine.generate(argument.messages, argument.options);",
        {"messages": request.messages, "options": options},
        TIMEOUT_SECONDS,
    )


def read_records() -> list[dict[str, Any]]:
    path = Path(RECORD_FILE or "")
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def append_record(engine: str, request: GenerationRequest, response: dict[str, Any]) -> None:
    parsed = parse_cards(response["text"])
    facts = {
        "name": f"{engine} · {request.name}",
        "engine": engine,
        "isConstrained": request.is_constrained,
        "words": request.prompt_style,
        "kind": request.kind,
    }
    outcome = {
        "finishReason": response["finishReason"],
        "text": response["text"],
        "cards": parsed.cards,
        "problems": parsed.problems,
    }
    records = [*read_records(), {**facts, "count": request.count, **outcome}]
    Path(RECORD_FILE or "").write_text(
        json.dumps(records, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
