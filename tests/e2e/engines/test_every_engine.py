"""Requirements for every engine, tested with real models.

wllama runs SmolLM2. WebLLM runs a model of random words on software WebGPU.
"""

import json
from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from flashcards.grammar import response_format
from sessions_app.services.model_folder import ENGINES
from tests.helpers.engine_page import EnginePage
from tests.helpers.webllm_models import KIT, NO_KIT, SMALL_GGUF, TINY

MODELS = {"wllama": SMALL_GGUF, "webllm": TINY}
QUESTION = "What is photosynthesis?"


@pytest.fixture(scope="module", params=ENGINES)
def model_id(request: pytest.FixtureRequest) -> str:
    if request.param == "webllm" and not KIT.exists():
        pytest.skip(NO_KIT)
    assert request.param in MODELS, f"Add a model of {request.param} to MODELS."
    return MODELS[request.param]


@pytest.fixture(scope="module")
def loaded_page(open_page: Callable[..., EnginePage], model_id: str) -> EnginePage:
    """Return a new page with a loaded model, and the result of the load in `first_load`."""
    page = open_page()
    page.first_load = page.load(model_id)
    return page


def test_loading_reports_downloaded_and_total_megabytes(loaded_page: EnginePage) -> None:
    download = [step for step in loaded_page.first_load["progress"] if step["phase"] == "download"]
    assert download[-1]["loadedMb"] > 10
    assert download[-1]["totalMb"] >= download[-1]["loadedMb"]
    assert all(
        previous["loadedMb"] <= current["loadedMb"] for previous, current in pairwise(download)
    )
    assert loaded_page.first_load["progress"][-1]["phase"] == "start"


def test_loaded_engine_reports_model_context_threads_and_adapter(
    loaded_page: EnginePage, model_id: str
) -> None:
    facts = loaded_page.first_load["facts"]
    assert facts["modelId"] == model_id
    assert facts["context"] >= 2048
    assert facts["threads"] >= 1
    assert (facts["adapter"] is not None) == (facts["engine"] == "webllm")


def test_generated_text_is_streamed_with_token_counts(loaded_page: EnginePage) -> None:
    answer = loaded_page.generate(QUESTION, maxTokens=12)
    assert answer["finishReason"] == "length"
    assert "".join(token["text"] for token in answer["tokens"]) == answer["text"]
    assert [token["tokens"] for token in answer["tokens"]] == sorted(
        token["tokens"] for token in answer["tokens"]
    )
    assert answer["tokens"][-1]["seconds"] <= answer["usage"]["seconds"]
    assert answer["usage"]["completionTokens"] == 12
    assert answer["usage"]["promptTokens"] > 5


def test_stopped_generation_returns_partial_text(loaded_page: EnginePage) -> None:
    answer = loaded_page.generate("Tell me a long story.", maxTokens=300, stop_after=4)
    assert answer["finishReason"] == "abort"
    assert answer["text"]
    assert answer["usage"]["completionTokens"] < 20


def test_engine_accepts_next_request_after_stop(loaded_page: EnginePage) -> None:
    loaded_page.generate("Tell me a long story.", maxTokens=300, stop_after=2)
    assert loaded_page.generate(QUESTION, maxTokens=4)["finishReason"] == "length"


def test_concurrent_requests_are_generated_one_after_the_other(loaded_page: EnginePage) -> None:
    order = loaded_page.run("""const order = [];
        const generate = (name) => engine.generate([{ role: "user", content: "Hello" }],
            { maxTokens: 3, onToken: () => order.push(name) });
        await Promise.all([generate("first"), generate("second")]);
        return order;""")
    assert order == sorted(order)
    assert set(order) == {"first", "second"}


def test_output_is_list_of_cards_that_goes_on_with_server_response_format(
    loaded_page: EnginePage,
) -> None:
    form = response_format(1)
    answer = loaded_page.generate(
        "Write 1 flashcard about photosynthesis.",
        schema=form["schema"],
        grammar=form["grammar"],
        maxTokens=500,
        temperature=0,
        stop_after_cards=2,
    )
    cards, _ = json.JSONDecoder().raw_decode(answer["text"].rpartition("}")[0] + "}]")
    assert [set(card) for card in cards] == [{"front", "back"}] * 2
    assert answer["finishReason"] == "abort"
    assert answer["usage"]["promptTokens"] > 5


def test_output_is_constrained_by_schema_without_grammar(loaded_page: EnginePage) -> None:
    schema = {
        "type": "object",
        "properties": {"ok": {"type": "boolean"}},
        "required": ["ok"],
        "additionalProperties": False,
    }
    assert loaded_page.generate(QUESTION, schema=schema, maxTokens=60, temperature=0)[
        "text"
    ].startswith("{")


def test_output_is_constrained_by_grammar_without_schema(loaded_page: EnginePage) -> None:
    answer = loaded_page.generate(QUESTION, grammar='root ::= "[" ("yes" | "no") "]"', maxTokens=20)
    assert answer["text"] in {"[yes]", "[no]"}


def test_repetition_penalty_changes_most_likely_text(loaded_page: EnginePage) -> None:
    free, penalized = (
        loaded_page.generate(
            QUESTION,
            grammar='root ::= word (" " word){11}\nword ::= "yes" | "no"',
            maxTokens=40,
            temperature=0,
            repetitionPenalty=penalty,
        )["text"]
        for penalty in (1, 2)
    )
    assert free != penalized


def test_prompt_longer_than_context_is_rejected_and_engine_stays_usable(
    loaded_page: EnginePage,
) -> None:
    result = loaded_page.generate("photosynthesis " * 6000, maxTokens=4)
    assert result["error"]["code"] == "context_exceeded"
    assert "too long" in result["error"]["message"]
    assert loaded_page.generate(QUESTION, maxTokens=2)["text"]


def test_cached_model_is_loaded_without_download_after_page_reload(
    loaded_page: EnginePage, model_id: str
) -> None:
    requests: list[str] = []
    loaded_page.page.on("request", lambda request: requests.append(request.url))
    loaded_page.page.reload()
    steps = loaded_page.load(model_id)["progress"]
    assert [url for url in requests if url.split("?")[0].endswith((".gguf", ".bin"))] == []
    assert {step["phase"] for step in steps} == {"start"}
    assert loaded_page.generate(QUESTION, maxTokens=2)["text"]


def test_loaded_model_is_listed_as_stored_and_can_be_deleted(
    open_page: Callable[..., EnginePage], model_id: str
) -> None:
    page = open_page()
    name = page.load(model_id)["name"]
    page.page.get_by_role("button", name="Stored models").click()
    dialog = page.page.get_by_role("dialog", name="Stored models")
    hint = "Name what the engine stores in static/js/engine/engines.js or stored-models.js."
    expect(dialog.get_by_role("listitem"), hint).to_contain_text(name)
    expect(dialog.get_by_role("listitem"), hint).to_contain_text("· complete")
    dialog.get_by_role("button", name=f"Delete {name}").click()
    expect(dialog.get_by_role("listitem")).to_have_text("No model is stored in this browser yet.")


def test_unloaded_engine_rejects_requests_and_has_no_facts(
    open_page: Callable[..., EnginePage], model_id: str
) -> None:
    page = open_page()
    page.load(model_id)
    page.run("await engine.unload();")
    result = page.generate(QUESTION, maxTokens=2)
    assert result["error"] == {
        "code": "engine_failed",
        "message": "No model is loaded. Load one first.",
    }
    assert page.run("return engine.facts;") is None


def test_loading_is_aborted_by_signal(open_page: Callable[..., EnginePage], model_id: str) -> None:
    page = open_page()
    result = page.run(
        """const loading = new AbortController();
        const engine = engines.createEngine(models.find((model) => model.modelId === argument));
        await engine.load({ onProgress: () => loading.abort(), signal: loading.signal });""",
        model_id,
    )
    assert result["error"] == {"code": "aborted", "message": "Loading was stopped."}


def test_missing_model_is_reported_as_unavailable(
    open_page: Callable[..., EnginePage], model_id: str
) -> None:
    result = open_page().run(
        """const { url, ...model } = models.find((model) => model.modelId === argument);
        await engines.createEngine({ ...model, url: url.replace("/models/",
            "/models/missing-") }).load();""",
        model_id,
    )
    assert result["error"]["code"] == "model_unavailable"
