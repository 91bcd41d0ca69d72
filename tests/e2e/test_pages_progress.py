"""The progress page in a real browser: statistics, charts and settings."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.helpers.page_objects import Visitor


@pytest.fixture
def learner(visitor: Visitor) -> Visitor:
    """Return a visitor who studied two of three cards yesterday and has the progress page open."""
    visitor.register()
    deck = visitor.create_deck(
        "Cells", [{"front": f"What is {name}?", "back": "A part."} for name in ("a", "b", "c")]
    )
    cards = visitor.client.get(f"/api/flashcards/decks/{deck}").json()["cards"]
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    reviews = [
        {"id": str(uuid.uuid4()), "cardId": card["id"], "rating": "good", "reviewedAt": yesterday}
        for card in cards[:2]
    ]
    visitor.post("/api/flashcards/reviews", {"reviews": reviews})
    visitor.sign_in_with_cookie()
    visitor.open("/progress")
    return visitor


def test_progress_page_shows_statistics_and_charts(learner: Visitor) -> None:
    page = learner.page
    expect(page.locator('[data-slot="due-now"]')).to_have_text("2")
    expect(page.locator('[data-slot="streak"]')).to_have_text("1 day")
    expect(page.get_by_role("img", name="Reviews in the last 30 days: 2 in all")).to_be_visible()
    expect(page.get_by_role("img", name="Cards due in the next 30 days: 2 today")).to_be_visible()
    expect(
        page.get_by_text("This begins when cards that you have learned come up again.")
    ).to_be_visible()
    assert page.locator("canvas").count() == 2


def test_chart_data_is_shown_as_table(learner: Visitor) -> None:
    chart = learner.page.locator('[data-chart="reviews"]')
    chart.get_by_text("As a table").click()
    rows = chart.locator(".chart-table").get_by_role("row")
    expect(rows).to_have_count(31)
    learner.page.get_by_label("90 days").check()
    expect(rows).to_have_count(91)


def test_study_settings_are_saved_and_invalid_value_is_marked(learner: Visitor) -> None:
    page = learner.page
    expect(page.get_by_label("New cards a day")).to_have_value("20")
    page.get_by_label("New cards a day").fill("5")
    page.get_by_label("To remember, in %").fill("99")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("To remember, in %")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("To remember, in %").fill("85")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.").first).to_be_visible()
    page.reload()
    expect(page.get_by_label("New cards a day")).to_have_value("5")
    expect(page.get_by_label("To remember, in %")).to_have_value("85")


def test_progress_page_fits_small_phone(learner: Visitor) -> None:
    learner.page.set_viewport_size({"width": 320, "height": 640})
    learner.page.reload()
    expect(learner.page.locator("canvas").first).to_be_visible()
    assert learner.page.evaluate("document.documentElement.scrollWidth") == 320
