"""Rewriting a card on the study page that was forgotten eight times."""

import re
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Locator, expect

from tests.helpers.page_objects import Visitor
from tests.helpers.quick_engine import quick_engine

FRONT = "What raises the tides, when, and how high?"
CARDS = [
    {"front": FRONT, "back": "The Moon, twice a day, by metres"},
    {"front": "What is an ebb?", "back": "Falling water"},
]
SUGGESTED = [
    {"front": "What raises the tides?", "back": "The Moon"},
    {"front": "How often is high tide?", "back": "Twice a day"},
]
# The first card of the deck was forgotten seven times and is due.
FORGET = """
    INSERT INTO flashcards_schedule (card_id, user_id, state, stability, difficulty, due_at,
        last_reviewed_at, review_count, lapse_count)
    SELECT card.id, deck.user_id, 'review', 1, 8, now() - interval '1 day',
        now() - interval '3 days', 30, 7
    FROM flashcards_card card JOIN flashcards_deck deck ON deck.id = card.deck_id
    WHERE deck.id = %s AND card.position = 1
"""


@pytest.fixture
def deck(visitor: Visitor) -> str:
    """Return a deck that is open for study, whose first card was forgotten seven times."""
    visitor.register()
    deck = visitor.create_deck("Tides", CARDS)
    with psycopg.connect(visitor.server.database_url) as connection:
        connection.execute(FORGET, [deck])
    visitor.sign_in_with_cookie()
    visitor.open(f"/decks/{deck}/study")
    return deck


def forget_first_card(visitor: Visitor) -> Locator:
    """Rate the card as forgotten, and return the notice."""
    page = visitor.page
    expect(page.locator('[data-slot="question"]')).to_contain_text("What raises the tides")
    page.get_by_role("button", name="Show answer").click()
    page.get_by_role("button", name=re.compile("^Again")).click()
    return page.locator('[data-part="leech"]')


def saved_cards(visitor: Visitor, deck: str) -> list[Any]:
    cards = visitor.client.get(f"/api/flashcards/decks/{deck}").json()["cards"]
    return [(card["front"], card["back"]) for card in cards]


def test_card_forgotten_eight_times_is_replaced_by_two_suggested_ones(
    visitor: Visitor, deck: str
) -> None:
    page, notice = visitor.page, forget_first_card(visitor)
    expect(notice).to_contain_text("8 times. A simpler card may help.")
    expect(page.locator('[data-slot="question"]')).to_contain_text("ebb")  # studying continues
    notice.get_by_role("button", name="Rewrite").click()
    dialog = page.get_by_role("dialog", name="Rewrite a card")
    expect(dialog.get_by_label("Your card")).to_contain_text("twice a day, by metres")
    with quick_engine(visitor, lambda _: SUGGESTED):
        dialog.get_by_role("button", name="Suggest").click()
        expect(dialog.get_by_label("Question").nth(1)).to_have_value(SUGGESTED[1]["front"])
    dialog.get_by_label("Answer").nth(0).fill("")
    dialog.get_by_role("button", name="Save cards").click()
    expect(dialog.get_by_text("Write the answer.")).to_be_visible()
    dialog.get_by_label("Answer").nth(0).fill("The gravity of the Moon")
    dialog.get_by_label("Delete the old card").check()
    dialog.get_by_role("button", name="Save cards").click()
    expect(page.get_by_text("2 cards added. The old card was deleted.").first).to_be_visible()
    expect(notice).to_be_hidden()
    rewritten = [(SUGGESTED[0]["front"], "The gravity of the Moon"), tuple(SUGGESTED[1].values())]
    ebb = tuple(CARDS[1].values())
    assert saved_cards(visitor, deck) == [ebb, *rewritten]
    page.get_by_role("button", name="Undo", exact=True).first.click()
    expect(page.get_by_text("Taken back.", exact=True).first).to_be_visible()
    assert saved_cards(visitor, deck) == [tuple(CARDS[0].values()), ebb, *rewritten]


def test_notice_disappears_when_rating_is_undone_or_notice_is_dismissed(
    visitor: Visitor, deck: str
) -> None:
    page, notice = visitor.page, forget_first_card(visitor)
    expect(notice).to_be_visible()
    page.keyboard.press("u")
    expect(notice).to_be_hidden()
    forget_first_card(visitor)
    notice.get_by_role("button", name="Not now").click()
    expect(notice).to_be_hidden()
    expect(page.get_by_role("button", name="Show answer")).to_be_focused()
