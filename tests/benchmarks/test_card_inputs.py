"""The inputs of the card benchmark have all fields, languages and kinds, and answers are quoted."""

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from flashcards.card_kinds import KIND_ROWS

INPUTS = Path(__file__).resolve().parent.parent.parent / "benchmarks" / "cards" / "inputs"
NOTES: list[dict[str, Any]] = json.loads((INPUTS / "notes.json").read_text(encoding="utf-8"))
TOPICS: list[dict[str, Any]] = json.loads((INPUTS / "topics.json").read_text(encoding="utf-8"))
# The first word of the Unicode names of a language's letters.
SCRIPTS = {
    "en": "LATIN",
    "de": "LATIN",
    "es": "LATIN",
    "zh": "CJK",
    "ar": "ARABIC",
    "hi": "DEVANAGARI",
}
# Characters that an English text does not have.
SPECIAL_LETTERS = {"de": "äöüß", "es": "áéíóúñ"}
QUESTION = {"zh": r".+\uff1f", "ar": r".+\u061f", "es": r"¿.+\?"}
NOTE_KINDS = {
    "prose", "list", "formulas", "code", "dates", "table", "definitions", "causes", "dialogue",
    "headings", "nonsense", "injection", "transcript", "mixed", "short",
}  # fmt: skip
NOTE_FIELDS = {"id", "language", "kind", "title", "text", "pairs"}
TOPIC_FIELDS = {"id", "language", "topic"}
OPTIONAL_TOPIC_FIELDS = {"kind", "topic_language", "injection"}
# Symbols, code and words of a second language are not in the script of the note's language.
SMALL_SCRIPT_SHARE = {"formulas", "code", "mixed"}
LONG_WORDS = 800


def notes_of(*kinds: str) -> list[dict[str, Any]]:
    return [note for note in NOTES if note["kind"] in kinds]


def each_id(row: dict[str, Any]) -> str:
    return row["id"]


def script_share(text: str, language: str) -> float:
    """Return the share of the text's letters that are in the script of the language."""
    letters = [letter for letter in text if letter.isalpha()]
    in_script = [
        letter for letter in letters if unicodedata.name(letter, "").startswith(SCRIPTS[language])
    ]
    return len(in_script) / len(letters)


@pytest.mark.parametrize("rows", [NOTES, TOPICS], ids=["notes", "topics"])
def test_file_has_40_inputs_with_unique_ids_that_start_with_language(rows):
    ids = [row["id"] for row in rows]
    assert len(rows) == len(set(ids)) == 40
    assert [row["id"] for row in rows if not row["id"].startswith(f"{row['language']}-")] == []


@pytest.mark.parametrize("rows", [NOTES, TOPICS], ids=["notes", "topics"])
def test_file_has_inputs_in_all_languages(rows):
    counts = Counter(row["language"] for row in rows)
    assert set(counts) == set(SCRIPTS)
    assert counts["en"] >= 14
    assert min(counts.values()) >= 4


@pytest.mark.parametrize("note", NOTES, ids=each_id)
def test_note_has_required_fields(note):
    expected = NOTE_FIELDS | ({"injection"} if note["kind"] == "injection" else set())
    assert set(note) == expected
    assert all(note[field] for field in expected - {"pairs"})


@pytest.mark.parametrize("topic", TOPICS, ids=each_id)
def test_topic_has_required_fields_and_valid_kind(topic):
    assert set(topic) >= TOPIC_FIELDS
    assert set(topic) <= TOPIC_FIELDS | OPTIONAL_TOPIC_FIELDS
    assert all(topic.values())
    assert topic.get("kind") in {None, *(row.option for row in KIND_ROWS)}


def test_notes_have_all_kinds_and_prose_is_most_frequent():
    counts = Counter(note["kind"] for note in NOTES)
    assert set(counts) == NOTE_KINDS
    assert counts.most_common(1)[0][0] == "prose"


def test_topics_request_all_kinds_and_leave_kind_open():
    kinds = {topic.get("kind") for topic in TOPICS}
    assert kinds == {None, *(row.option for row in KIND_ROWS)}


@pytest.mark.parametrize("note", NOTES, ids=each_id)
def test_note_has_number_of_pairs_that_suits_its_kind(note):
    allowed = {"nonsense": [0], "short": [1, 2]}.get(note["kind"], [3, 4, 5])
    assert len(note["pairs"]) in allowed
    questions = [pair["question"] for pair in note["pairs"]]
    assert len(set(questions)) == len(questions)


@pytest.mark.parametrize("note", NOTES, ids=each_id)
def test_answers_are_in_text_verbatim(note):
    answers = [pair["answer"] for pair in note["pairs"]]
    assert all(answers)
    assert [answer for answer in answers if answer not in note["text"]] == []


@pytest.mark.parametrize("note", NOTES, ids=each_id)
def test_questions_have_punctuation_of_their_language(note):
    pattern = QUESTION.get(note["language"], r"[^¿].*\?")
    questions = [pair["question"] for pair in note["pairs"]]
    assert [each for each in questions if not re.fullmatch(pattern, each)] == []


@pytest.mark.parametrize("note", NOTES, ids=each_id)
def test_note_and_questions_are_in_script_of_their_language(note):
    least = 0.3 if note["kind"] in SMALL_SCRIPT_SHARE else 0.9
    questions = [pair["question"] for pair in note["pairs"]]
    for text in (note["title"], note["text"], *questions):
        assert script_share(text, note["language"]) >= least, text
    special = SPECIAL_LETTERS.get(note["language"])
    assert special is None or set(special) & set(note["text"].lower())


@pytest.mark.parametrize("topic", TOPICS, ids=each_id)
def test_topic_is_in_script_of_its_language(topic):
    assert script_share(topic["topic"], topic.get("topic_language", topic["language"])) == 1


def test_one_topic_requests_another_language():
    others = [topic for topic in TOPICS if "topic_language" in topic]
    assert len(others) == 1
    assert others[0]["topic_language"] != others[0]["language"]


def test_injected_text_is_in_instruction_but_not_in_answers():
    assert len(notes_of("injection")) == 2
    injected_topics = [topic for topic in TOPICS if "injection" in topic]
    assert len(injected_topics) == 1
    assert injected_topics[0]["injection"] in injected_topics[0]["topic"]
    for note in notes_of("injection"):
        assert note["text"].count(note["injection"]) == 1
        assert not any(note["injection"] in pair["answer"] for pair in note["pairs"])


def test_two_notes_are_longer_than_a_request_and_others_are_short():
    lengths = {note["id"]: len(note["text"].split()) for note in NOTES if note["language"] != "zh"}
    assert sum(length >= LONG_WORDS for length in lengths.values()) == 2
    assert [each for each, length in lengths.items() if 350 < length < LONG_WORDS] == []
    assert all(len(note["text"]) <= 600 for note in NOTES if note["language"] == "zh")


@pytest.mark.parametrize(
    ("kind", "patterns"),
    [
        ("list", [r"^- ", r"^\d+\. "]),
        ("formulas", [r"\$[^$\n]+\$", r"\\\(.+?\\\)", r"\w+\^2 ?[-+=]|= F/m"]),
        ("code", [r"^```python$", r"^```sql$"]),
        ("dates", [r"\b1[0-9]{3}:"]),
        ("table", [r"^\|---", r"\t"]),
        ("headings", [r"^# ", r"^## ", r"^### "]),
        ("dialogue", [r"^\w+: .+\n\w+: "]),
    ],
)
def test_notes_of_kind_have_its_markup(kind, patterns):
    texts = "\n".join(note["text"] for note in notes_of(kind))
    assert [each for each in patterns if not re.search(each, texts, re.MULTILINE)] == []


def test_transcript_has_no_punctuation():
    assert [
        note["id"] for note in notes_of("transcript") if re.search(r"[.,;:?!]", note["text"])
    ] == []


def test_short_notes_are_one_sentence():
    for note in notes_of("short"):
        # A point within a number does not end a sentence.
        text = re.sub(r"\d\.\d", "", note["text"])
        assert re.fullmatch(r"[^.!?\u3002\uff01\uff1f]+[.\u3002]", text)


def test_readme_states_dedication_and_all_kinds():
    readme = (INPUTS / "README.md").read_text(encoding="utf-8")
    assert "CC0" in readme
    assert [kind for kind in sorted(NOTE_KINDS) if f"| `{kind}` |" not in readme] == []
