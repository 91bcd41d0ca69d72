"""The command line of the benchmark of card quality, without models."""

import gzip
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.cards.command import main
from benchmarks.cards.errors import BenchmarkError
from benchmarks.cards.inputs import DATA_VARIABLE, CardInput, Gold, own_notes, own_topics
from benchmarks.cards.native import Answer, AnswerCache
from benchmarks.cards.systems import (
    MODELS_VARIABLE,
    BuiltIn,
    People,
    Rule,
    Sampling,
    chat_request,
)
from flashcards.generation import Flashcards
from tests.helpers.processes import ROOT

MATCH = (
    "Denver defeated Carolina by 24 points in 2016. The game was played in Santa Clara. Beyonce"
    " sang at halftime."
)
PAIRS = (
    ("Who lost against Denver?", "Carolina"),
    ("Who won the game?", "Denver"),
    ("By how many points did Denver win?", "24 points"),
    ("Who sang at halftime?", "Beyonce"),
)
WITHOUT_MODELS = ("--systems", "people", "rule", "--sets", "xquad", "fairytales")


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with tiny sets in the form of the public ones, which the command reads."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "xquad.en.json").write_text(json.dumps(xquad_data()))
    with gzip.open(folder / "fairytaleqa.val.jsonl.gz", "wt") as file:
        file.write(json.dumps(fairytale_story()) + "\n")
    monkeypatch.setenv(DATA_VARIABLE, str(folder))
    return folder


def xquad_data() -> dict[str, Any]:
    questions = [
        {"question": question, "answers": [{"text": answer, "answer_start": MATCH.index(answer)}]}
        for question, answer in PAIRS
    ]
    return {"data": [{"paragraphs": [{"context": MATCH, "qas": questions}] * 2}]}


def fairytale_story() -> dict[str, Any]:
    questions = [
        {"question": question, "answers": [answer], "sections": ["1"], "explicit": "explicit"}
        for question, answer in PAIRS
    ]
    unanswered = {"question": "Why?", "answers": ["?"], "sections": ["1"], "explicit": "implicit"}
    return {"story": "match", "sections": {"1": MATCH}, "questions": [*questions, unanswered]}


def run_command(*arguments: str) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


@pytest.mark.usefixtures("data_folder")
def test_command_prints_table_for_each_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(*WITHOUT_MODELS) == 0
    output = capsys.readouterr()
    xquad_table, fairytale_table, planted_table = output.out.split("\n\n")
    assert xquad_table.startswith("XQuAD (CC BY-SA 4.0), en: 2 inputs, 4 cards each")
    assert fairytale_table.startswith("FairytaleQA (Apache-2.0), en: 1 inputs, 4 cards each")
    rows = dict(line.split("  ", 1) for line in xquad_table.splitlines()[2:])
    assert rows["distinct cards of those requested"].split()[0] == "1.00"
    assert rows["alignment with people's cards"].split()[0] == "1.00"
    assert "true pairs kept" in planted_table
    assert "people, xquad en: 2 of 2 inputs, 8 cards" in output.err


@pytest.mark.usefixtures("data_folder")
def test_goal_column_is_not_measured_without_large_model(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    markdown = tmp_path / "cards.md"
    run_command(*WITHOUT_MODELS, "--markdown", str(markdown))
    heading, *rows = capsys.readouterr().out.split("\n\n")[0].splitlines()[1:]
    assert heading.split("  ")[-1].strip() == "a 1\u20134 B model"
    assert all(row.endswith("not measured") for row in rows)
    assert "| people | rule | a 1\u20134 B model |\n|---|---|---|---|" in markdown.read_text()


def test_interrupted_command_prints_finished_inputs(data_folder: Path) -> None:
    many = xquad_data()
    many["data"] *= 500
    (data_folder / "xquad.en.json").write_text(json.dumps(many))
    arguments = [*WITHOUT_MODELS, "--inputs", "1000", "--no-planted"]
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.cards", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    next(line for line in process.stderr if line.startswith("people, xquad en: 4 of 1000"))
    process.send_signal(signal.SIGINT)
    output, messages = process.communicate()
    assert process.returncode == 130
    assert output.startswith("XQuAD (CC BY-SA 4.0), en: ")
    assert "Interrupted. The tables contain what was measured so far." in messages


def test_command_without_public_sets_says_how_to_get_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    message = str(run_command(*WITHOUT_MODELS))
    assert f"set {DATA_VARIABLE}" in message
    assert "benchmarks/cards/README.md" in capsys.readouterr().err


def test_folder_of_sets_that_does_not_exist_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "none"))
    assert "is not a folder. Set MINDFLIP_CARDS_DATA" in str(run_command(*WITHOUT_MODELS))


def test_folder_without_sets_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    assert "contains no public set" in str(run_command(*WITHOUT_MODELS))


@pytest.mark.parametrize("name", ["xquad.en.json", "fairytaleqa.val.jsonl.gz"])
def test_damaged_file_is_reported_with_its_name(data_folder: Path, name: str) -> None:
    content = (data_folder / name).read_bytes()
    (data_folder / name).write_bytes(content[:40])
    message = str(run_command(*WITHOUT_MODELS))
    assert name in message
    assert "Get the file again" in message


@pytest.fixture
def built_in_model(tmp_path: Path, settings: Any) -> Path:
    """Return the file of the built-in model, which is not a GGUF file."""
    settings.MINDFLIP_MODELS_DIR = tmp_path
    (tmp_path / "SmolLM2-135M-Instruct.json").write_text("{}")
    path = tmp_path / "SmolLM2-135M-Instruct.gguf"
    path.write_bytes(b"GGUF, but nothing else")
    return path


@pytest.mark.usefixtures("data_folder", "built_in_model")
def test_file_that_is_not_a_model_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MODELS_VARIABLE, raising=False)
    message = str(run_command("--systems", "models"))
    assert "SmolLM2-135M-Instruct.gguf is not a complete GGUF file" in message


@pytest.mark.usefixtures("data_folder", "built_in_model")
@pytest.mark.parametrize(
    ("folder", "message"),
    [("none", "is not a folder. Set MINDFLIP_CARDS_MODELS"), ("", "contains no *.gguf")],
)
def test_folder_without_models_is_reported(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch, folder: str, message: str
) -> None:
    monkeypatch.setenv(MODELS_VARIABLE, str(data_folder / folder))
    assert message in str(run_command("--systems", "models"))


def test_cached_answer_is_used_only_for_same_request_and_model(tmp_path: Path) -> None:
    request = chat_request(
        Flashcards().engine_request("prompt", {"topic": "x", "count": 2}, []),
        Sampling(),
        "SmolLM2-135M",
    )
    AnswerCache(tmp_path / "cache", "small", "small 98").put(request, Answer("[]", 1.5))
    with (tmp_path / "cache" / "small.jsonl").open("a") as file:
        file.write('{"request": "stopped while')
    cache = AnswerCache(tmp_path / "cache", "small", "small 98")
    assert cache.get(request) == Answer("[]", 1.5)
    assert cache.get(request | {"temperature": 0.9}) is None
    assert AnswerCache(tmp_path / "cache", "small", "small 99").get(request) is None


def test_request_has_sampling_of_the_page_for_the_size_of_the_model() -> None:
    request = Flashcards().engine_request("prompt", {"topic": "x", "count": 3}, [])
    small = chat_request(request, Sampling(), "SmolLM2-135M")
    large = chat_request(request, Sampling(), "Llama-3.2-3B")
    assert small["temperature"] < large["temperature"]
    assert small["repeat_penalty"] > large["repeat_penalty"] == 1
    assert small["max_tokens"] == large["max_tokens"] > 3 * (24 + 32)


def test_chosen_temperature_replaces_the_temperature_of_the_page() -> None:
    request = Flashcards().engine_request("prompt", {"topic": "x", "count": 3}, [])
    assert chat_request(request, Sampling(0.9), "SmolLM2-135M")["temperature"] == 0.9


def test_own_notes_and_topics_are_read(tmp_path: Path) -> None:
    pair = {"question": PAIRS[0][0], "answer": PAIRS[0][1]}
    note = {"id": "en-match", "language": "en", "title": "The match", "text": MATCH}
    (tmp_path / "notes.json").write_text(
        json.dumps([note | {"kind": "prose", "pairs": [pair], "injection": "PWNED"}])
    )
    topic = {"id": "de-heart", "language": "de", "topic": "Das Herz", "kind": "cloze"}
    (tmp_path / "topics.json").write_text(json.dumps([topic]))
    assert own_notes(tmp_path) == [
        CardInput(
            "notes",
            "en-match",
            "en",
            "The match",
            MATCH,
            injection="PWNED",
            golds=(Gold(*PAIRS[0]),),
        )
    ]
    assert own_topics(tmp_path) == [CardInput("topics", "de-heart", "de", "Das Herz", kind="cloze")]


def test_own_topic_in_unknown_language_is_reported(tmp_path: Path) -> None:
    topic = {"id": "x", "language": "xx", "topic": "?"}
    (tmp_path / "topics.json").write_text(json.dumps([topic]))
    with pytest.raises(BenchmarkError, match="Add it to benchmarks/cards"):
        own_topics(tmp_path)


def test_built_in_has_cards_of_rule_for_notes_and_of_model_if_rule_has_none() -> None:
    gold = Gold(*PAIRS[0])
    notes = CardInput("notes", "1", "en", "The match", MATCH, golds=(gold,))
    code = CardInput("notes", "2", "en", "Code", "x = [1]", golds=(gold,))
    topic = CardInput("topics", "3", "en", "The match", golds=(gold,))
    rule, model = Rule([notes, code], 2), People()
    built_in = BuiltIn(rule, model)
    assert built_in.make_cards(notes, 2) == rule.make_cards(notes, 2)
    assert built_in.make_cards(code, 2) == model.make_cards(code, 2)
    assert built_in.make_cards(topic, 2) == model.make_cards(topic, 2)


def test_people_have_no_cards_for_topics() -> None:
    assert People().make_cards(CardInput("topics", "1", "en", "the heart"), 4) is None
