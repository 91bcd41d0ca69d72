"""Regenerating a saved card on its deck's page.

An engine on another device proposes a card, and the user accepts or rejects it.
"""

from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.helpers.page_objects import Visitor
from tests.helpers.quick_engine import Card, GenerateCards, quick_engine

FRONT, OTHER_FRONT = "What raises the tides?", "What is an ebb?"
CARDS = [{"front": FRONT, "back": "The Moon."}, {"front": OTHER_FRONT, "back": "Falling water."}]


class Student(Visitor):
    """A visitor who can create a deck and open it."""

    def open_new_deck(self, view: str = "cards") -> None:
        self.register()
        deck = self.create_deck("Tides", CARDS)
        self.sign_in_with_cookie()
        self.open(f"/decks/{deck}?view={view}")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog", name="Write again")

    def press_regenerate(self) -> None:
        self.page.get_by_role("button", name="Write card 1 again").press("Enter")


@pytest.fixture
def student(visitor: Visitor) -> Student:
    student = Student(visitor.page, visitor.server, visitor.name)
    student.open_new_deck()
    return student


@pytest.fixture
def generate_numbered() -> GenerateCards:
    """Return a function that generates a card with a new number each time."""
    numbers = count(1)

    def generate_cards(_: dict[str, Any]) -> list[Card]:
        number = next(numbers)
        return [{"front": f"New question {number}?", "back": f"New answer {number}."}]

    return generate_cards


def test_proposal_replaces_card_after_acceptance_and_undo_restores_card(
    student: Student, generate_numbered: GenerateCards
) -> None:
    with quick_engine(student, generate_numbered) as requests:
        student.press_regenerate()
        expect(student.dialog.get_by_label("Instead")).to_contain_text("New answer 1.")
    expect(student.dialog.get_by_label("Your card")).to_contain_text("The Moon.")
    assert student.fronts() == [FRONT, OTHER_FRONT]
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
    assert f"Do not repeat these:\n- {OTHER_FRONT}\n- {FRONT}" in request["prompt"]
    student.dialog.get_by_role("button", name="Take this one").click()
    expect(student.page.locator(".card").first).to_contain_text("New question 1?")
    student.page.get_by_role("button", name="Undo").click()
    expect(student.page.get_by_text("Taken back.", exact=True).first).to_be_visible()
    expect(student.page.locator(".card").first).to_contain_text(FRONT)
    expect(student.page.get_by_role("button", name="Write card 1 again")).to_be_focused()


def test_second_proposal_excludes_first_and_original_card_can_be_kept(
    student: Student, generate_numbered: GenerateCards
) -> None:
    with quick_engine(student, generate_numbered) as requests:
        student.press_regenerate()
        expect(student.dialog.get_by_label("Instead")).to_contain_text("New question 1?")
        student.dialog.get_by_role("button", name="Write another").click()
        expect(student.dialog.get_by_label("Instead")).to_contain_text("New question 2?")
    assert "- New question 1?" in requests[1]["prompt"]
    student.dialog.get_by_role("button", name="Keep the old one").click()
    expect(student.dialog).not_to_be_visible()
    student.page.reload()
    assert student.fronts() == [FRONT, OTHER_FRONT]


def test_regeneration_without_engine_links_to_make_page_and_waits_for_engine(
    student: Student, generate_numbered: GenerateCards
) -> None:
    student.press_regenerate()
    expect(student.dialog).to_contain_text("Waiting for an engine")
    expect(student.dialog.get_by_role("link", name="Make")).to_have_attribute("href", "/")
    with quick_engine(student, generate_numbered):
        expect(student.dialog.get_by_label("Instead")).to_contain_text("New question 1?")


def test_waiting_regeneration_reports_lost_connection_and_continues(
    student: Student, generate_numbered: GenerateCards
) -> None:
    student.press_regenerate()
    expect(student.dialog).to_contain_text("Waiting for an engine")
    student.server.web.kill()
    try:
        expect(student.dialog).to_contain_text("The connection broke.")
    finally:
        student.server.start(student.server.web)
    with quick_engine(student, generate_numbered):
        expect(student.dialog.get_by_label("Instead")).to_contain_text("New question 1?")


def test_cancelled_regeneration_is_not_sent_to_engine(
    student: Student, generate_numbered: GenerateCards
) -> None:
    student.press_regenerate()
    expect(student.dialog).to_contain_text("Waiting for an engine")
    student.dialog.get_by_role("button", name="Cancel").click()
    with quick_engine(student, generate_numbered) as requests:
        student.press_regenerate()
        expect(student.dialog.get_by_label("Instead")).to_contain_text("New question 1?")
    assert len(requests) == 1


def test_proposal_that_duplicates_card_of_deck_is_rejected(student: Student) -> None:
    with quick_engine(student, lambda _: [CARDS[1]]):
        student.press_regenerate()
        expect(student.dialog.get_by_role("alert")).to_contain_text("a card that is here already")
    expect(student.dialog.get_by_role("button", name="Take this one")).not_to_be_visible()
    expect(student.dialog.get_by_role("button", name="Write another")).to_be_visible()


def test_card_is_regenerated_from_table_row(
    visitor: Visitor, generate_numbered: GenerateCards
) -> None:
    student = Student(visitor.page, visitor.server, visitor.name)
    student.open_new_deck("table")
    with quick_engine(student, generate_numbered):
        student.press_regenerate()
        student.dialog.get_by_role("button", name="Take this one").click()
    expect(student.page.get_by_label("Question of card 1")).to_have_value("New question 1?")
