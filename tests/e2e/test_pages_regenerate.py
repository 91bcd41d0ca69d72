"""Regenerating a saved card on its deck's page.

An engine on another device proposes a card, and the user accepts or rejects it.
"""

from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.helpers.page_objects import Visitor
from tests.helpers.quick_engine import Card, GenerateCards, quick_engine

FRONT, OTHER = "What raises the tides?", "What is an ebb?"
CARDS = [{"front": FRONT, "back": "The Moon."}, {"front": OTHER, "back": "Falling water."}]


class Student(Visitor):
    """A signed-in visitor who can open a deck."""

    def open_deck(self, view: str = "cards") -> None:
        self.register()
        deck = self.create_deck("Tides", CARDS)
        self.sign_in_with_cookie()
        self.open(f"/decks/{deck}?view={view}")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog", name="Write again")

    def press_again(self) -> None:
        self.page.get_by_role("button", name="Write card 1 again").press("Enter")


@pytest.fixture
def student(visitor: Visitor) -> Student:
    student = Student(visitor.page, visitor.server, visitor.name)
    student.open_deck()
    return student


@pytest.fixture
def numbered() -> GenerateCards:
    """Return a function that writes a new card each time."""
    numbers = count(1)

    def write(_: dict[str, Any]) -> list[Card]:
        number = next(numbers)
        return [{"front": f"New question {number}?", "back": f"New answer {number}."}]

    return write


def test_a_proposal_is_shown_before_it_replaces_the_card_and_undo_brings_the_old_one_back(
    student: Student, numbered: GenerateCards
) -> None:
    with quick_engine(student, numbered) as requests:
        student.press_again()
        expect(student.dialog.get_by_label("Instead")).to_contain_text("New answer 1.")
    expect(student.dialog.get_by_label("Your card")).to_contain_text("The Moon.")
    assert student.fronts() == [FRONT, OTHER]
    request = requests[0]
    assert (
        request["options"]["topic"],
        request["options"]["count"],
        request["options"]["kind"],
    ) == (
        "Tides",
        1,
        "basic",
    )
    assert f"Do not repeat these:\n- {OTHER}\n- {FRONT}" in request["prompt"]
    student.dialog.get_by_role("button", name="Take this one").click()
    expect(student.page.locator(".card").first).to_contain_text("New question 1?")
    student.page.get_by_role("button", name="Undo").click()
    expect(student.page.get_by_text("Taken back.", exact=True).first).to_be_visible()
    expect(student.page.locator(".card").first).to_contain_text(FRONT)
    expect(student.page.get_by_role("button", name="Write card 1 again")).to_be_focused()


def test_another_proposal_is_asked_for_beside_the_first_and_the_old_card_can_be_kept(
    student: Student, numbered: GenerateCards
) -> None:
    with quick_engine(student, numbered) as requests:
        student.press_again()
        expect(student.dialog.get_by_label("Instead")).to_contain_text("New question 1?")
        student.dialog.get_by_role("button", name="Write another").click()
        expect(student.dialog.get_by_label("Instead")).to_contain_text("New question 2?")
    assert "- New question 1?" in requests[1]["prompt"]
    student.dialog.get_by_role("button", name="Keep the old one").click()
    expect(student.dialog).not_to_be_visible()
    student.page.reload()
    assert student.fronts() == [FRONT, OTHER]


def test_without_an_engine_it_says_where_to_load_one_and_goes_on_by_itself_once_there_is(
    student: Student, numbered: GenerateCards
) -> None:
    student.press_again()
    expect(student.dialog).to_contain_text("Waiting for an engine")
    expect(student.dialog.get_by_role("link", name="Make")).to_have_attribute("href", "/")
    with quick_engine(student, numbered):
        expect(student.dialog.get_by_label("Instead")).to_contain_text(
            "New question 1?", timeout=20_000
        )


def test_a_connection_that_breaks_while_it_waits_is_said_and_costs_nothing(
    student: Student, numbered: GenerateCards
) -> None:
    student.press_again()
    expect(student.dialog).to_contain_text("Waiting for an engine")
    student.server.web.kill()
    try:
        expect(student.dialog).to_contain_text("The connection broke.")
    finally:
        student.server.start(student.server.web)
    with quick_engine(student, numbered):
        expect(student.dialog.get_by_label("Instead")).to_contain_text(
            "New question 1?", timeout=40_000
        )


def test_what_was_cancelled_is_written_by_nobody(student: Student, numbered: GenerateCards) -> None:
    student.press_again()
    expect(student.dialog).to_contain_text("Waiting for an engine")
    student.dialog.get_by_role("button", name="Cancel").click()
    with quick_engine(student, numbered) as requests:
        student.press_again()
        expect(student.dialog.get_by_label("Instead")).to_contain_text(
            "New question 1?", timeout=20_000
        )
    assert len(requests) == 1


def test_a_card_that_the_deck_has_already_is_not_proposed(student: Student) -> None:
    with quick_engine(student, lambda _: [CARDS[1]]):
        student.press_again()
        expect(student.dialog.get_by_role("alert")).to_contain_text("a card that is here already")
    expect(student.dialog.get_by_role("button", name="Take this one")).not_to_be_visible()
    expect(student.dialog.get_by_role("button", name="Write another")).to_be_visible()


def test_a_row_of_the_table_is_written_again_too(visitor: Visitor, numbered: GenerateCards) -> None:
    student = Student(visitor.page, visitor.server, visitor.name)
    student.open_deck("table")
    with quick_engine(student, numbered):
        student.press_again()
        student.dialog.get_by_role("button", name="Take this one").click()
    expect(student.page.get_by_label("Question of card 1")).to_have_value("New question 1?")
