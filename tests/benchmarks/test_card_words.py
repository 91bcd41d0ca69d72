"""Words, lengths and loops in scripts with and without spaces."""

import pytest

from benchmarks.cards.words import f1, has_loop, split_runs, word_count, words


def test_words_of_spaced_text_keep_order_and_repetitions() -> None:
    assert words("The heart, THE heart!") == ["the", "heart", "the", "heart"]


def test_vowel_signs_do_not_split_hindi_words() -> None:
    assert words("हृदय में चार कक्ष") == ["हृदय", "में", "चार", "कक्ष"]


def test_words_of_chinese_are_pairs_of_characters() -> None:
    assert words("左心室2016年") == ["左心", "心室", "2016", "年"]


def test_runs_are_split_between_scripts() -> None:
    assert split_runs("DNA是分子") == ["dna", "是分子"]


@pytest.mark.parametrize(
    ("text", "count"),
    [("the left ventricle", 3), ("心脏有四个腔", 3), ("腔", 1), ("", 0), ("बायाँ निलय", 2)],
)
def test_two_characters_of_unspaced_script_count_as_word(text: str, count: int) -> None:
    assert word_count(text) == count


@pytest.mark.parametrize(
    ("text", "is_loop"),
    [
        ("the the the heart", True),
        ("the the heart", False),
        ("New York, New York", False),
        ("New York New York New York", True),
        ("the process of the process of the heart", True),
        ("water is water", False),
        ("血液血液血液", True),
        ("血液和心脏", False),
        ("1000 000 000", False),
        ("", False),
    ],
)
def test_loop_is_word_or_phrase_that_repeats_in_a_run(text: str, is_loop: bool) -> None:
    assert has_loop(text) == is_loop


def test_f1_is_share_of_common_words() -> None:
    assert f1("the left ventricle", "left ventricle") == pytest.approx(0.8)
    assert f1("aorta", "ventricle") == 0
    assert f1("", "") == 0
