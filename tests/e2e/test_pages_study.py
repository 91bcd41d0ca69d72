"""Studying in a real browser: by keyboard, by touch and without the network."""

import json
import re
from urllib.parse import urlsplit

import psycopg
import pytest
from playwright.sync_api import Locator, expect

from tests.helpers.page_objects import Visitor
from tests.helpers.processes import eventually

CARDS = [
    {"front": "What is a vacuole?", "back": "A bubble that stores things."},
    {"front": "What is a <b>ribosome</b>?", "back": "It makes proteins."},
    {"front": "What is a nucleus?", "back": "Where the DNA is."},
]
REVIEWS = """
    SELECT rating, undone_at IS NULL FROM flashcards_review review
        JOIN auth_user learner ON learner.id = review.user_id
    WHERE learner.username = %s ORDER BY reviewed_at
"""


@pytest.fixture
def learner(visitor: Visitor) -> Visitor:
    """Return a visitor who is signed in and has a deck of three new cards open for study."""
    visitor.register()
    open_study(visitor, CARDS)
    return visitor


def open_study(visitor: Visitor, cards: list[dict[str, str]]) -> None:
    deck = visitor.create_deck("Cells", cards)
    if not visitor.page.context.cookies():
        visitor.sign_in_with_cookie()
    visitor.open(f"/decks/{deck}/study")


def question(learner: Visitor) -> Locator:
    return learner.page.locator('[data-slot="question"]')


def wait_for_card(learner: Visitor, text: str = "") -> None:
    expect(question(learner)).to_be_visible()
    expect(question(learner)).to_contain_text(text)


def rate_card(learner: Visitor, rating: str) -> None:
    learner.page.get_by_role("button", name="Show answer").click()
    learner.page.get_by_role("button", name=re.compile(f"^{rating}")).click()


def remaining_count(learner: Visitor, kind: str) -> Locator:
    return learner.page.locator(f'[data-kind="{kind}"] b')


def recorded_reviews(learner: Visitor) -> list[tuple[int, bool]]:
    """Return the rating of each of the learner's reviews in the database and whether it counts."""
    with psycopg.connect(learner.server.database_url) as connection:
        return connection.execute(REVIEWS, [learner.name]).fetchall()


def wait_for_reviews(learner: Visitor, *reviews: tuple[int, bool]) -> None:
    """Wait until exactly these reviews are in the database, in this order."""

    def are_recorded() -> bool:
        # Playwright handles intercepted requests only while a call to its API is running.
        learner.page.title()
        return recorded_reviews(learner) == list(reviews)

    eventually(are_recorded)  # the delay between retries grows
    expect(learner.page.locator('[data-part="outbox"]')).to_be_hidden()
    assert recorded_reviews(learner) == list(reviews)


def test_cards_are_studied_with_keyboard_only(learner: Visitor) -> None:
    keyboard = learner.page.keyboard
    wait_for_card(learner, "vacuole")
    keyboard.press("Space")
    expect(learner.page.locator("#announcer")).to_contain_text("Answer: A bubble")
    expect(learner.page.get_by_role("button", name="Good again in 10 minutes")).to_be_focused()
    keyboard.press("4")
    wait_for_card(learner, "ribosome")
    keyboard.press("Enter")
    keyboard.press("Enter")
    wait_for_card(learner, "nucleus")
    expect(remaining_count(learner, "learning")).to_have_text("1")
    keyboard.press("Space")
    keyboard.press("4")
    wait_for_card(learner, "ribosome")  # its next learning step is due in this session
    keyboard.press("Space")
    keyboard.press("3")
    expect(learner.page.get_by_role("heading", name="Done for now.")).to_be_focused()
    expect(learner.page.locator('[data-slot="summary-next"]')).to_have_text(
        "The next card is due in 2 days."
    )
    wait_for_reviews(learner, (4, True), (3, True), (4, True), (3, True))


def test_held_down_key_does_not_rate_card(learner: Visitor) -> None:
    wait_for_card(learner)
    for _ in range(4):
        learner.page.keyboard.down("Enter")
    learner.page.keyboard.up("Enter")
    expect(learner.page.get_by_role("button", name=re.compile("^Good"))).to_be_visible()
    assert recorded_reviews(learner) == []


def test_undo_restores_card_and_remaining_counts(learner: Visitor) -> None:
    wait_for_card(learner, "vacuole")
    rate_card(learner, "Again")
    wait_for_card(learner, "ribosome")
    learner.page.keyboard.press("u")
    wait_for_card(learner, "vacuole")
    expect(remaining_count(learner, "new")).to_have_text("3")
    rate_card(learner, "Easy")
    wait_for_card(learner, "ribosome")
    wait_for_reviews(learner, (1, False), (4, True))


def test_card_is_edited_during_study(learner: Visitor) -> None:
    wait_for_card(learner, "vacuole")
    learner.page.keyboard.press("e")
    dialog = learner.page.get_by_role("dialog", name="Edit card")
    dialog.get_by_label("Question").fill("What is a vacuole for?")
    dialog.get_by_role("button", name="Save card").click()
    wait_for_card(learner, "What is a vacuole for?")
    learner.page.keyboard.press("4")  # no answer is shown yet, so there is nothing to rate
    wait_for_card(learner, "What is a vacuole for?")
    learner.page.reload()
    wait_for_card(learner, "What is a vacuole for?")


def test_markup_in_studied_card_is_shown_as_text(learner: Visitor) -> None:
    wait_for_card(learner)
    rate_card(learner, "Easy")
    expect(question(learner)).to_have_text("What is a <b>ribosome</b>?")


def test_cloze_has_gap_in_question_and_is_filled_in_answer(visitor: Visitor) -> None:
    visitor.register()
    open_study(
        visitor,
        [
            {
                "front": "The {{c1::nucleus::core}} holds the {{c2::DNA}}.",
                "back": "Cells of animals and plants.",
                "kind": "cloze",
            }
        ],
    )
    expect(question(visitor)).to_have_text("The [core] holds the […].")
    visitor.page.keyboard.press("Space")
    expect(visitor.page.locator('[data-slot="answer"]')).to_contain_text(
        "The nucleus holds the DNA."
    )


def test_offline_ratings_are_sent_once_after_reconnect(
    learner: Visitor,
) -> None:
    wait_for_card(learner, "vacuole")
    learner.page.context.set_offline(True)
    rate_card(learner, "Again")
    wait_for_card(learner, "ribosome")
    expect(learner.page.get_by_text("Offline, 1 rating to send")).to_be_visible()
    rate_card(learner, "Easy")
    rate_card(learner, "Good")
    expect(learner.page.get_by_text("Offline, 3 ratings to send")).to_be_visible()
    wait_for_card(learner, "vacuole")
    learner.page.keyboard.press("Space")
    # The browser computes this interval from the card's current schedule.
    expect(learner.page.get_by_role("button", name="Hard again in 6 minutes")).to_be_visible()
    learner.page.keyboard.press("2")
    assert recorded_reviews(learner) == []
    learner.page.context.set_offline(False)
    expect(learner.page.get_by_text("to send")).not_to_be_visible()
    wait_for_reviews(learner, (1, True), (4, True), (3, True), (2, True))


def test_unsent_rating_is_sent_after_reload(learner: Visitor) -> None:
    wait_for_card(learner, "vacuole")
    learner.page.route("**/api/flashcards/reviews", lambda route: route.abort())
    rate_card(learner, "Easy")
    wait_for_card(learner, "ribosome")
    expect(learner.page.get_by_text("Offline, 1 rating to send")).to_be_visible()
    learner.page.unroute("**/api/flashcards/reviews")
    learner.page.reload()
    wait_for_card(learner, "ribosome")
    expect(remaining_count(learner, "new")).to_have_text("2")
    assert recorded_reviews(learner) == [(4, True)]


def test_card_rated_in_one_tab_is_skipped_in_other_tab(learner: Visitor) -> None:
    other = Visitor(learner.page.context.new_page(), learner.server, learner.name)
    other.open(urlsplit(learner.page.url).path)
    for tab in (learner, other):
        wait_for_card(tab, "vacuole")
    rate_card(learner, "Easy")
    wait_for_card(other, "ribosome")
    expect(remaining_count(other, "new")).to_have_text("2")


def test_rating_with_lost_response_is_recorded_once(learner: Visitor) -> None:
    """Abort the response after the server has saved the rating, so that it is sent again."""
    wait_for_card(learner)
    aborted = []

    def abort_response(route) -> None:
        route.fetch()
        aborted.append(json.loads(route.request.post_data or "")["reviews"][0]["id"])
        route.abort()

    learner.page.route("**/api/flashcards/reviews", abort_response, times=1)
    rate_card(learner, "Easy")
    wait_for_reviews(learner, (4, True))
    assert len(aborted) == 1


def test_empty_deck_links_to_its_page(visitor: Visitor) -> None:
    visitor.register()
    open_study(visitor, [])
    expect(visitor.page.get_by_role("heading", name="There are no cards here yet.")).to_be_visible()
    visitor.page.get_by_role("link", name="Open the deck").click()
    expect(visitor.page.get_by_role("heading", name="Cells")).to_be_visible()


def test_daily_limit_is_reported_with_link_to_settings(learner: Visitor) -> None:
    wait_for_card(learner)
    learner.page.evaluate("""async () => {
        const token = document.cookie.match(/csrftoken=([^;]+)/)[1];
        const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
        await fetch("/api/flashcards/study/settings", { method: "PATCH", headers,
            body: JSON.stringify({ newPerDay: 0 }) });
    }""")
    learner.page.reload()
    expect(learner.page.locator('[data-slot="summary-next"]')).to_contain_text(
        "Today's limits hold back 3 cards."
    )
    expect(learner.page.get_by_role("link", name="Change the daily limits")).to_be_visible()


def test_card_is_flipped_and_rated_by_touch(visitor: Visitor, new_context) -> None:
    phone = Visitor(
        new_context(has_touch=True, viewport={"width": 390, "height": 844}).new_page(),
        visitor.server,
        visitor.name,
    )
    phone.register()
    open_study(phone, CARDS)
    wait_for_card(phone, "vacuole")
    phone.page.locator(".study-card").tap()
    good_button = phone.page.get_by_role("button", name=re.compile("^Good"))
    box = good_button.bounding_box()
    assert box is not None
    assert box["height"] >= 56
    assert box["y"] > 500
    good_button.tap()
    wait_for_card(phone, "ribosome")


def test_deck_list_and_navigation_link_to_study(learner: Visitor) -> None:
    wait_for_card(learner)
    learner.open("/decks")
    learner.page.get_by_role("link", name="Study Cells").click()
    wait_for_card(learner, "vacuole")
    learner.page.get_by_role("navigation", name="Main").get_by_role("link", name="Study").click()
    wait_for_card(learner, "vacuole")
    expect(learner.page.get_by_role("heading", name="All that is due")).to_be_visible()


def test_browser_time_zone_is_stored_in_study_settings(visitor: Visitor, new_context) -> None:
    learner_abroad = Visitor(
        new_context(timezone_id="Pacific/Auckland").new_page(), visitor.server, visitor.name
    )
    learner_abroad.register()
    open_study(learner_abroad, CARDS)
    wait_for_card(learner_abroad)
    settings = learner_abroad.page.evaluate(
        "fetch('/api/flashcards/study/settings').then((answer) => answer.json())"
    )
    assert settings["timeZone"] == "Pacific/Auckland"


@pytest.mark.parametrize("width", [320, 390])
def test_study_page_fits_small_phone(learner: Visitor, width: int) -> None:
    learner.page.set_viewport_size({"width": width, "height": 640})
    wait_for_card(learner)
    learner.page.keyboard.press("Space")
    expect(learner.page.get_by_role("button", name=re.compile("^Good"))).to_be_in_viewport()
    assert learner.page.evaluate("document.documentElement.scrollWidth") == width
