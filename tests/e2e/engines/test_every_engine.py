"""Requirements for every engine, tested with real models.

wllama runs SmolLM2. WebLLM runs a model of random words on software WebGPU.
"""

import json
from collections.abc import Callable
from itertools import pairwise

import pytest

from flashcards.grammar import response_format
from tests.helpers.engine_page import EnginePage
from tests.helpers.webllm_models import KIT, NO_KIT, SMALL_GGUF, TINY

WEBLLM = pytest.param(TINY, marks=pytest.mark.skipif(not KIT.exists(), reason=NO_KIT), id="webllm")
QUESTION = "What is photosynthesis?"


@pytest.fixture(scope="module", params=[pytest.param(SMALL_GGUF, id="wllama"), WEBLLM])
def model_id(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def loaded(open_page: Callable[..., EnginePage], model_id: str) -> EnginePage:
    """Load the model in a new page and keep the result of this first load in `first_load`."""
    page = open_page()
    page.first_load = page.load(model_id)
    return page


def test_loading_tells_how_many_megabytes_have_come_and_of_how_many(loaded: EnginePage) -> None:
    download = [step for step in loaded.first_load["progress"] if step["phase"] == "download"]
    assert download[-1]["loadedMb"] > 10
    assert download[-1]["totalMb"] >= download[-1]["loadedMb"]
    assert all(before["loadedMb"] <= after["loadedMb"] for before, after in pairwise(download))
    assert loaded.first_load["progress"][-1]["phase"] == "start"


def test_what_is_loaded_says_what_it_runs_on(loaded: EnginePage, model_id: str) -> None:
    facts = loaded.first_load["facts"]
    assert facts["modelId"] == model_id
    assert facts["context"] >= 2048
    assert facts["threads"] >= 1
    assert (facts["adapter"] is None) == (facts["engine"] == "wllama")


def test_text_streams_in_with_running_counts(loaded: EnginePage) -> None:
    answer = loaded.generate(QUESTION, maxTokens=12)
    assert answer["finishReason"] == "length"
    assert "".join(token["text"] for token in answer["tokens"]) == answer["text"]
    assert [token["tokens"] for token in answer["tokens"]] == sorted(
        token["tokens"] for token in answer["tokens"]
    )
    assert answer["tokens"][-1]["seconds"] <= answer["usage"]["seconds"]
    assert answer["usage"]["completionTokens"] == 12
    assert answer["usage"]["promptTokens"] > 5


def test_stop_ends_it_and_keeps_what_was_written(loaded: EnginePage) -> None:
    answer = loaded.generate("Tell me a long story.", maxTokens=300, stop_after=4)
    assert answer["finishReason"] == "abort"
    assert answer["text"]
    assert answer["usage"]["completionTokens"] < 20


def test_a_stopped_engine_answers_the_next_request(loaded: EnginePage) -> None:
    loaded.generate("Tell me a long story.", maxTokens=300, stop_after=2)
    assert loaded.generate(QUESTION, maxTokens=4)["finishReason"] == "length"


def test_two_requests_at_once_run_one_after_the_other(loaded: EnginePage) -> None:
    order = loaded.run("""const order = [];
        const ask = (name) => engine.generate([{ role: "user", content: "Hello" }], { maxTokens: 3,
            onToken: () => order.push(name) });
        await Promise.all([ask("first"), ask("second")]);
        return order;""")
    assert order == sorted(order)
    assert set(order) == {"first", "second"}


def test_what_our_server_asks_for_makes_the_answer_cards_in_json(loaded: EnginePage) -> None:
    form = response_format(2)
    answer = loaded.generate(
        "Write 2 flashcards about photosynthesis.",
        schema=form["schema"],
        grammar=form["grammar"],
        maxTokens=500,
        temperature=0,
    )
    cards = json.loads(answer["text"])
    assert [set(card) for card in cards] == [{"front", "back"}] * 2
    assert answer["finishReason"] == "stop"


def test_a_schema_alone_constrains_too(loaded: EnginePage) -> None:
    schema = {
        "type": "object",
        "properties": {"ok": {"type": "boolean"}},
        "required": ["ok"],
        "additionalProperties": False,
    }
    assert loaded.generate(QUESTION, schema=schema, maxTokens=60, temperature=0)["text"].startswith(
        "{"
    )


def test_a_grammar_alone_constrains_too(loaded: EnginePage) -> None:
    answer = loaded.generate(QUESTION, grammar='root ::= "[" ("yes" | "no") "]"', maxTokens=20)
    assert answer["text"] in {"[yes]", "[no]"}


def test_a_prompt_beyond_the_context_is_refused_in_words(loaded: EnginePage) -> None:
    refused = loaded.generate("photosynthesis " * 6000, maxTokens=4)
    assert refused["error"]["code"] == "context_exceeded"
    assert "too long" in refused["error"]["message"]
    assert loaded.generate(QUESTION, maxTokens=2)["text"]


def test_the_second_load_downloads_nothing(loaded: EnginePage, model_id: str) -> None:
    requests: list[str] = []
    loaded.page.on("request", lambda request: requests.append(request.url))
    loaded.page.reload()
    steps = loaded.load(model_id)["progress"]
    assert [url for url in requests if url.split("?")[0].endswith((".gguf", ".bin"))] == []
    assert {step["phase"] for step in steps} == {"start"}
    assert loaded.generate(QUESTION, maxTokens=2)["text"]


def test_unloading_frees_the_engine_and_says_so_to_who_asks_on(
    open_page: Callable[..., EnginePage], model_id: str
) -> None:
    page = open_page()
    page.load(model_id)
    page.run("await engine.unload();")
    refused = page.generate(QUESTION, maxTokens=2)
    assert refused["error"] == {
        "code": "engine_failed",
        "message": "No model is loaded. Load one first.",
    }
    assert page.run("return engine.facts;") is None


def test_loading_can_be_called_off(open_page: Callable[..., EnginePage], model_id: str) -> None:
    page = open_page()
    refused = page.run(
        """const loading = new AbortController();
        const engine = engines.createEngine(models.find((model) => model.modelId === argument));
        await engine.load({ onProgress: () => loading.abort(), signal: loading.signal });""",
        model_id,
    )
    assert refused["error"] == {"code": "aborted", "message": "Loading was stopped."}


def test_a_model_that_is_not_there_is_said(
    open_page: Callable[..., EnginePage], model_id: str
) -> None:
    refused = open_page().run(
        """const { url, ...model } = models.find((model) => model.modelId === argument);
        await engines.createEngine({ ...model, url: url.replace("/models/",
            "/models/missing-") }).load();""",
        model_id,
    )
    assert refused["error"]["code"] == "model_unavailable"
