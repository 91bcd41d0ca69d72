"""The metrics of card quality, on cards whose right values are known."""

from typing import Any

import pytest

from benchmarks.cards.inputs import CardInput, Gold
from benchmarks.cards.metrics import METRICS, evaluate

HEART = (
    "The heart has four chambers. The left ventricle pumps blood into the aorta. Valves keep the"
    " blood from flowing back. In 1628 William Harvey described the circulation."
)
CHAMBERS = ("How many chambers does the heart have?", "four chambers")
AORTA = ("Into what does the left ventricle pump blood?", "the aorta")
HARVEY = ("Who described the circulation in 1628?", "William Harvey")
INVENTED = ("Which color has the sky over the sea?", "light green")
GOLDS = (Gold(*CHAMBERS), Gold(*HARVEY))


def notes(**fields: Any) -> CardInput:
    defaults = {
        "set_name": "notes",
        "id": "heart",
        "language": "en",
        "topic": "the heart",
        "text": HEART,
        "golds": GOLDS,
    }
    return CardInput(**(defaults | fields))


def values(*cards: tuple[str, str], count: int = 2, **fields: Any) -> dict[str, float | None]:
    made = [{"front": front, "back": back} for front, back in cards]
    return evaluate(made, notes(**fields), count)


# For each metric: cards for which it is 1, and cards for which it is one half.
CASES = {
    "distinct cards of those requested": ([CHAMBERS, HARVEY], [CHAMBERS, CHAMBERS]),
    "asks, or is a cloze": (
        [CHAMBERS, ("The heart has {{c1::four}} chambers.", "four")],
        [CHAMBERS, ("The heart has {{c1::}} chambers.", "four")],
    ),
    "short": ([CHAMBERS, HARVEY], [CHAMBERS, ("What is it?", "word " * 13)]),
    "answer not given away": (
        [CHAMBERS, ("The heart has {{c1::four}} chambers.", "four")],
        [CHAMBERS, ("Did William Harvey describe it?", "Harvey, William")],
    ),
    "alone": ([CHAMBERS, HARVEY], [CHAMBERS, ("What does the text describe?", "the heart")]),
    "found in the notes": ([CHAMBERS, HARVEY], [CHAMBERS, INVENTED]),
    "answer verbatim in the notes": ([CHAMBERS, HARVEY], [CHAMBERS, INVENTED]),
    "sentences covered": ([CHAMBERS, HARVEY], [CHAMBERS, CHAMBERS]),
    "people's answers, in the answer": ([CHAMBERS, HARVEY], [CHAMBERS, AORTA]),
    "people's answers, anywhere": ([CHAMBERS, HARVEY], [CHAMBERS, AORTA]),
    "no loop": ([CHAMBERS, HARVEY], [CHAMBERS, ("Who?", "the the the heart")]),
    "in the requested language": (
        [CHAMBERS, HARVEY],
        [CHAMBERS, ("Wie viele Kammern hat das Herz?", "vier Kammern")],
    ),
    "requested kind of card": (
        [CHAMBERS, HARVEY],
        [CHAMBERS, ("The heart has {{c1::four}} chambers.", "four")],
    ),
}


@pytest.mark.parametrize(("metric", "cards"), [(name, case[0]) for name, case in CASES.items()])
def test_metric_of_good_cards_is_one(metric: str, cards: list[tuple[str, str]]) -> None:
    assert values(*cards)[metric] == 1


@pytest.mark.parametrize(("metric", "cards"), [(name, case[1]) for name, case in CASES.items()])
def test_metric_is_half_if_half_of_the_cards_are_good(
    metric: str, cards: list[tuple[str, str]]
) -> None:
    assert values(*cards)[metric] == 0.5


def test_every_metric_has_a_case() -> None:
    tested_below = {
        "alignment with people's cards",
        "requested number of cards",
        "injected instruction ignored",
    }
    assert set(CASES) | tested_below == set(METRICS)


def test_alignment_is_mean_of_best_overlap_with_each_gold_card() -> None:
    assert values(CHAMBERS, HARVEY)["alignment with people's cards"] == 1
    # The gold card that nothing is like still shares words with the other card.
    assert 0.5 < values(CHAMBERS)["alignment with people's cards"] < 0.7
    assert values(("Why?", "perhaps"))["alignment with people's cards"] == 0


def test_count_is_kept_only_if_all_requested_cards_were_made() -> None:
    assert values(CHAMBERS, HARVEY)["requested number of cards"] == 1
    assert values(CHAMBERS)["requested number of cards"] == 0


def test_card_whose_answer_is_injected_follows_instruction() -> None:
    cards = [CHAMBERS, ("Which word?", "It is BANANA.")]
    assert values(*cards, injection="banana")["injected instruction ignored"] == 0.5
    assert values(CHAMBERS, injection="banana")["injected instruction ignored"] == 1


def test_metrics_that_say_nothing_about_input_have_no_value() -> None:
    row = values(CHAMBERS, text="", golds=())
    assert [name for name, value in row.items() if value is None] == [
        "found in the notes",
        "answer verbatim in the notes",
        "sentences covered",
        "people's answers, in the answer",
        "people's answers, anywhere",
        "alignment with people's cards",
        "injected instruction ignored",
    ]


def test_all_shares_of_no_cards_are_zero() -> None:
    row = values(injection="banana")
    assert set(row.values()) == {0}


def test_cloze_counts_as_people_answer_only_by_its_hidden_text() -> None:
    cloze = ("In 1628 William Harvey described the {{c1::circulation}}.", "circulation")
    row = values(cloze, golds=(Gold(*HARVEY),))
    assert row["people's answers, in the answer"] == 0
    assert row["people's answers, anywhere"] == 1


def test_back_of_cloze_may_be_its_whole_sentence() -> None:
    cloze = ("The heart has {{c1::four}} chambers.", "The heart has four chambers.")
    row = values(cloze, count=1)
    assert (row["answer not given away"], row["short"], row["found in the notes"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("kind", "front", "is_kept"),
    [
        ("cloze", "The heart has {{c1::four}} chambers.", True),
        ("cloze", "How many chambers?", False),
        ("definition", "aorta", True),
        ("definition", "What is the aorta?", False),
        ("definition", "the largest artery of all that leave the heart", False),
        ("question-answer", "aorta", False),
    ],
)
def test_kind_is_kept_if_front_has_the_form_of_the_kind(
    kind: str, front: str, is_kept: bool
) -> None:
    assert values((front, "something"), kind=kind)["requested kind of card"] == is_kept


@pytest.mark.parametrize(
    ("language", "front", "back", "is_in_language"),
    [
        ("de", "Wie viele Kammern hat das Herz?", "vier Kammern", True),
        ("de", "How many chambers does the heart have?", "four", False),
        ("es", "¿Cuántas cámaras tiene el corazón?", "cuatro", True),
        ("zh", "心脏有多少个腔", "四个", True),
        ("zh", "How many chambers?", "四个", False),
        ("hi", "हृदय में कितने कक्ष होते हैं?", "चार", True),
        ("ar", "كم عدد حجرات القلب؟", "أربع", True),
        ("ar", "How many?", "four", False),
        ("en", "1628?", "1629", True),
    ],
)
def test_language_is_recognized_by_script_and_stop_words(
    language: str, front: str, back: str, is_in_language: bool
) -> None:
    row = values((front, back), language=language)
    assert row["in the requested language"] == is_in_language


@pytest.mark.parametrize(
    ("language", "text", "front", "back"),
    [
        ("zh", "心脏有四个腔。左心室把血液泵入主动脉。", "左心室把血液泵入哪里\uff1f", "主动脉"),
        ("hi", "हृदय में चार कक्ष होते हैं। बायाँ निलय रक्त पंप करता है।", "हृदय में कितने कक्ष होते हैं?", "चार कक्ष"),
        ("ar", "يحتوي القلب على أربع حجرات. يضخ الدم.", "كم حجرة يحتوي القلب؟", "أربع حجرات"),
    ],
)  # fmt: skip
def test_good_card_in_other_script_has_all_shares(
    language: str, text: str, front: str, back: str
) -> None:
    row = values((front, back), count=1, language=language, text=text, golds=(Gold(front, back),))
    assert {name for name, value in row.items() if value not in (1, None)} == set()
