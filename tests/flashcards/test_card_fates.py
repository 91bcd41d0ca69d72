"""Whether a generated card was kept, edited, regenerated or discarded."""

import pytest

from flashcards.fates import DISCARDED, EDITED, KEPT, REGENERATED, card_fates

EBB = {"id": "1", "front": "What is ebb?", "back": "Falling water"}
FLOW = {"id": "2", "front": "What is flow?", "back": "Rising water"}
CASES = {
    "unchanged": ([EBB], KEPT),
    "unchanged, without an ID": ([EBB | {"id": None}], KEPT),
    "spaces at the end": ([EBB | {"back": "Falling water "}], KEPT),
    "another back": ([EBB | {"back": "Water that falls"}], EDITED),
    "both sides": ([EBB | {"front": "Ebb?", "back": "Water that falls"}], EDITED),
    "another back, without an ID": ([{"front": EBB["front"], "back": "Out it goes"}], EDITED),
    "another front, without an ID": ([{"front": "Ebb?", "back": EBB["back"]}], EDITED),
    "another card with the same front": ([FLOW | {"front": EBB["front"]}], DISCARDED),
    "another card": ([FLOW], DISCARDED),
    "nothing": ([], DISCARDED),
}


@pytest.mark.parametrize(("saved", "fate"), CASES.values(), ids=CASES)
def test_fate_follows_from_saved_cards(saved, fate):
    assert list(card_fates([EBB], saved)) == [fate]


def test_card_that_another_one_replaced_is_regenerated():
    assert list(card_fates([EBB, FLOW], [FLOW], {"1"})) == [REGENERATED, KEPT]


def test_replaced_card_that_was_saved_nevertheless_is_kept():
    assert list(card_fates([EBB], [EBB], {"1"})) == [KEPT]


def test_card_that_two_generations_contain_has_one_fate():
    again = EBB | {"id": "3", "front": "what is ebb"}
    assert list(card_fates([EBB, again, FLOW], [EBB])) == [KEPT, "", DISCARDED]
