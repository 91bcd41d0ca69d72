"""Validation of the cards that an untrusted engine sends as a list."""

import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards.parsing import accept_cards
from tests.helpers.tiers import fuzz

EBB = {"front": "ebb", "back": "Falling water"}
FLOW = {"front": "flow", "back": "Rising water"}
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["front", "back", "question", "answer", "id", "cards", "x"])
            | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


def without_ids(cards):
    return [{name: value for name, value in card.items() if name != "id"} for card in cards]


def test_cards_without_id_get_generated_ids():
    ids = [uuid.UUID(int=1), uuid.UUID(int=2)]
    accepted = accept_cards([EBB, FLOW], [], 2, make_id=iter(ids).__next__)
    assert [card["id"] for card in accepted.cards] == [str(card_id) for card_id in ids]
    assert without_ids(accepted.cards) == [EBB, FLOW]
    assert accepted.problems == []


def test_sent_uuid_is_kept_as_card_id_unless_already_used():
    unused, used = str(uuid.UUID(int=7)), str(uuid.UUID(int=8))
    sent = [
        {**EBB, "id": unused.upper()},
        {**FLOW, "id": unused},
        {"front": "neap", "back": "x", "id": used},
    ]
    cards = accept_cards(sent, [{"front": "a", "back": "b", "id": used}], 3).cards
    assert cards[0]["id"] == unused
    assert len({card["id"] for card in cards} | {used}) == 4


@pytest.mark.parametrize(
    "sent",
    [
        1,
        None,
        "7",
        "not-a-uuid-but-of-thirty-six-letters",
        {"$ne": 1},
        "{" + str(uuid.UUID(int=1))[1:],
    ],
)
def test_invalid_card_id_is_replaced_with_uuid(sent):
    (card,) = accept_cards([{**EBB, "id": sent}], [], 1).cards
    assert str(uuid.UUID(card["id"])) == card["id"] != sent


def test_question_and_answer_become_sides_and_are_kept_with_tags():
    (card,) = accept_cards(
        [{"question": "What is ebb?", "answer": "Falling water", "tags": ["sea"]}], [], 1
    ).cards
    assert (
        card.items()
        >= {
            "front": "What is ebb?",
            "back": "Falling water",
            "question": "What is ebb?",
            "answer": "Falling water",
            "tags": ["sea"],
        }.items()
    )


def test_cards_beyond_requested_count_are_dropped_and_reported():
    accepted = accept_cards([EBB, FLOW, {"front": "neap", "back": "x"}], [], 1)
    assert without_ids(accepted.cards) == [EBB]
    assert accepted.problems == ["2 cards more than asked for were left out."]


def test_card_that_repeats_earlier_card_is_dropped_and_reported():
    accepted = accept_cards([{"front": " EBB", "back": "falling  water."}, FLOW], [EBB], 2)
    assert without_ids(accepted.cards) == [FLOW]
    assert accepted.problems == ["Card 1 repeats an earlier card."]


@pytest.mark.parametrize(
    "raw",
    [
        {"cards": [EBB]},
        EBB,
        (EBB,),
        [["ebb", "Falling water"]],
        [json.dumps(EBB)],
        json.dumps([EBB]),
        "Q: ebb\nA: Falling water",
        [EBB, 7],
    ],
)
def test_card_is_read_from_objects_lists_json_and_plain_text(raw):
    assert [(card["front"], card["back"]) for card in accept_cards(raw, [], 5).cards] == [
        ("ebb", "Falling water")
    ]


@pytest.mark.parametrize("raw", [None, 7, True, 1.5, b"[]", object(), {"cards": 7}])
def test_value_without_list_of_cards_is_rejected_with_message(raw):
    accepted = accept_cards(raw, [], 5)
    assert accepted.cards == []
    assert "list of cards" in accepted.problems[0]


def test_text_without_cards_is_rejected_and_quoted_in_message():
    accepted = accept_cards("I'm sorry, I cannot.", [], 5)
    assert accepted.problems == [
        "There are no cards in the text. It begins: “I'm sorry, I cannot.”"
    ]


def test_invalid_cards_are_dropped_and_reported_by_number():
    accepted = accept_cards(
        [EBB, {"front": "x"}, 7, FLOW, {"front": "y" * 2001, "back": "z"}], [], 5
    )
    assert without_ids(accepted.cards) == [EBB, FLOW]
    assert [message[:7] for message in accepted.problems] == ["Card 2 ", "Card 3 ", "Card 5 "]


def test_extra_fields_are_limited_in_depth_and_size():
    deep = "x"
    for _ in range(900):
        deep = [deep]
    extras = {
        "deep": deep,
        "long": "x" * 2001,
        "wide": list(range(1000)),
        "endless": float("inf"),
        "huge": 10**400,
        "n" * 65: 1,
    }
    (card,) = accept_cards([EBB | extras], [], 1).cards
    assert card["deep"] == [[[]]]
    assert card["wide"] == list(range(50))
    assert {"long", "endless", "huge", "n" * 65}.isdisjoint(card)


def test_total_size_of_extra_fields_is_limited():
    (card,) = accept_cards([EBB | {f"m{number}": "x" * 2000 for number in range(100)}], [], 1).cards
    assert len(json.dumps(card)) < 14_000


@fuzz(1000)
@given(ANYTHING, st.lists(st.just(EBB) | st.just(FLOW), max_size=2), st.integers(-1, 4))
def test_cards_accepted_from_arbitrary_values_are_valid_and_storable(raw, cards_so_far, wanted):
    accepted = accept_cards(raw, cards_so_far, wanted)
    assert len(accepted.cards) <= max(0, wanted)
    for card in accepted.cards:
        uuid.UUID(card["id"])
        assert 0 < len(card["front"]) <= 2000
        assert 0 < len(card["back"]) <= 2000
        stored = json.dumps(card, ensure_ascii=False, allow_nan=False)
        assert "\\u0000" not in stored
        stored.encode("utf-8")
