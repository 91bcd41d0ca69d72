"""The notes and topics that cards are made of, with people's own questions where there are any."""

import gzip
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.cards.errors import BenchmarkError
from benchmarks.cards.languages import LANGUAGES

OWN_FOLDER = Path(__file__).parent / "inputs"
DATA_VARIABLE = "MINDFLIP_CARDS_DATA"
XQUAD_FILES = "xquad.*.json"
FAIRYTALE_FILE = "fairytaleqa.val.jsonl.gz"
GET_DATA = "benchmarks/cards/README.md lists the expected files and their sources."
NO_TOPIC = "these notes"


@dataclass(frozen=True)
class Gold:
    """A question and answer that a person wrote about a text.

    `start` is the position of the answer in the text, or -1 if it is not known.
    """

    question: str
    answer: str
    start: int = -1


@dataclass(frozen=True)
class CardInput:
    """Notes or a topic to make cards of.

    `text` is empty for a topic. `kind` is the kind of card to request, or empty. `injection`
    is the answer that an instruction in the text or topic asks for, or empty.
    """

    set_name: str
    id: str
    language: str
    topic: str
    text: str = ""
    kind: str = ""
    injection: str = ""
    golds: tuple[Gold, ...] = ()


def own_notes(folder: Path = OWN_FOLDER) -> list[CardInput]:
    """Return the notes of this repository."""
    return _own_rows(
        folder / "notes.json",
        lambda row: CardInput(
            "notes",
            row["id"],
            row["language"],
            row["title"],
            row["text"],
            injection=row.get("injection", ""),
            golds=tuple(Gold(pair["question"], pair["answer"]) for pair in row["pairs"]),
        ),
    )


def own_topics(folder: Path = OWN_FOLDER) -> list[CardInput]:
    """Return the topics of this repository."""
    return _own_rows(
        folder / "topics.json",
        lambda row: CardInput(
            "topics",
            row["id"],
            row["language"],
            row["topic"],
            kind=row.get("kind", ""),
            injection=row.get("injection", ""),
        ),
    )


def xquad(folder: Path) -> list[CardInput]:
    """Return the paragraphs of XQuAD, the same in each language and in the same order."""
    return [
        card_input
        for path in sorted(folder.glob(XQUAD_FILES))
        if (language := path.name.split(".")[1]) in LANGUAGES
        for card_input in _read(path, partial(_xquad_paragraphs, language))
    ]


def fairytales(folder: Path) -> list[CardInput]:
    """Return the sections of FairytaleQA, with the questions that their own text answers."""
    path = folder / FAIRYTALE_FILE
    return _read(path, _fairytale_sections) if path.exists() else []


def public_inputs(folder: str) -> list[CardInput]:
    """Return the inputs of all public sets in a folder.

    Raise BenchmarkError if the folder does not exist or has none of the expected files.
    """
    path = Path(folder).expanduser()
    if not path.is_dir():
        raise BenchmarkError(
            f"{folder} is not a folder. Set {DATA_VARIABLE} to the folder of the public sets, or"
            f" unset it to measure without them. {GET_DATA}"
        )
    inputs = [*xquad(path), *fairytales(path)]
    if not inputs:
        raise BenchmarkError(
            f"{folder} contains no public set, neither {XQUAD_FILES} nor {FAIRYTALE_FILE}."
            f" {GET_DATA}"
        )
    return inputs


def sample(inputs: Sequence[CardInput], size: int, count: int, seed: int) -> list[CardInput]:
    """Return a random sample of each public set and language, the same for the same seed.

    Only texts with at least `count` questions of people are used, so that people can write as many
    cards as the other systems. Parallel sets have the same texts in each language. The
    project's notes and topics are all returned.
    """
    groups: dict[tuple[str, str], list[CardInput]] = {}
    for each in inputs:
        groups.setdefault((each.set_name, each.language), []).append(each)
    chosen = []
    for (set_name, _), rows in groups.items():
        if set_name not in ("notes", "topics"):
            rows = [each for each in rows if len(each.golds) >= count]
            random.Random(seed).shuffle(rows)
            rows = rows[:size]
        chosen += rows
    return chosen


def _own_rows(path: Path, to_input: Callable[[Any], CardInput]) -> list[CardInput]:
    if not path.exists():
        return []
    inputs = _read(path, lambda rows: [to_input(row) for row in rows])
    if unknown := sorted({each.language for each in inputs} - set(LANGUAGES)):
        raise BenchmarkError(
            f"{path} has the language {unknown[0]}. Add it to benchmarks/cards/languages.py."
        )
    return inputs


def _read(path: Path, convert: Callable[[Any], list[CardInput]]) -> list[CardInput]:
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                return convert([json.loads(line) for line in lines])
        return convert(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise BenchmarkError(
            f"{path} cannot be read ({type(error).__name__}: {error}). Get the file again."
            f" {GET_DATA}"
        ) from error


def _xquad_paragraphs(language: str, data: Any) -> list[CardInput]:
    paragraphs = [each for article in data["data"] for each in article["paragraphs"]]
    return [
        CardInput(
            "xquad",
            str(number),
            language,
            NO_TOPIC,
            paragraph["context"],
            golds=tuple(
                Gold(qa["question"], qa["answers"][0]["text"], qa["answers"][0]["answer_start"])
                for qa in paragraph["qas"]
            ),
        )
        for number, paragraph in enumerate(paragraphs)
    ]


def _fairytale_sections(stories: Any) -> list[CardInput]:
    return [
        CardInput(
            "fairytales",
            f"{story['story']}-{section}",
            "en",
            NO_TOPIC,
            " ".join(text.split()),
            golds=tuple(_section_golds(story["questions"], section)),
        )
        for story in stories
        for section, text in story["sections"].items()
    ]


def _section_golds(questions: Any, section: str) -> Iterator[Gold]:
    for question in questions:
        if question["sections"] == [section] and question["explicit"] == "explicit":
            yield Gold(question["question"], question["answers"][0])
