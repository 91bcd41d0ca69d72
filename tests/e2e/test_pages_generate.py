"""Generating cards with a real model in a real browser: SmolLM2-135M on the CPU, with wllama."""

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.page_objects import GENERATION_TIMEOUT_MS, Visitor
from tests.helpers.processes import RunningServer
from tests.helpers.users import PASSWORD

pytestmark = pytest.mark.usefixtures("one_model_at_a_time")

MEGABYTES = re.compile(r"Downloading \d+ of 98 MB · \d+ %")
UNSENT = re.compile(r"No way to the server\. .*\d+ cards? waits? to be sent\.")
# The two parts are the messages before and after the first card.
DISCONNECTED = re.compile(rf"The connection broke\.|{UNSENT.pattern}")
# A model this small sometimes repeats itself until the card reaches its maximum length.
LONG_CARD_MS = 2 * GENERATION_TIMEOUT_MS
SPEED = re.compile(r"\d+ tokens in [\d.]+ s · [\d.]+ tokens/s")


@pytest.fixture
def page(model_page: Page) -> Page:
    """Return a page of a browser in which the model may be stored."""
    return model_page


@pytest.fixture
def newcomer(fresh_page: Page, server: RunningServer) -> Visitor:
    """Return a visitor who still has to download the model."""
    return Visitor(fresh_page, server, f"newcomer-{secrets.token_hex(4)}")


def test_a_student_makes_cards_about_photosynthesis_and_finds_them_again(newcomer: Visitor) -> None:
    page = newcomer.page
    newcomer.sign_up()
    expect(newcomer.model).to_contain_text("Models run on the processor")
    newcomer.generate("Photosynthesis", 3)
    expect(newcomer.model).to_contain_text(MEGABYTES)
    newcomer.wait_for_model()
    newcomer.wait_for_first_card()
    newcomer.wait_for_batch()
    expect(newcomer.batch).to_contain_text(SPEED)
    fronts = newcomer.fronts()
    assert 1 <= len(fronts) <= 3
    page.get_by_role("button", name="Save as deck").click()
    page.get_by_role("link", name="Photosynthesis").click()
    expect(page.get_by_role("heading", name="Photosynthesis")).to_be_visible()
    page.reload()
    assert newcomer.fronts() == fronts
    newcomer.open("/decks")
    expect(page.get_by_role("listitem").filter(has_text="Photosynthesis")).to_contain_text(
        f"{len(fronts)} card"
    )


def test_stop_keeps_what_is_there_even_over_a_reload(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open_as_new_user()
    visitor.generate("Rivers of Europe", 30)
    visitor.wait_for_first_card()
    page.get_by_role("button", name="Stop").click()
    visitor.wait_for_batch("stopped")
    expect(visitor.batch).to_contain_text(re.compile(r"Stopped with \d+ of 30 cards finished"))
    kept = visitor.fronts()
    page.reload()
    expect(page.locator(".card[data-card] [data-slot=front]")).to_have_text(kept)
    page.get_by_label("Deck name").fill("Rivers")
    page.get_by_role("button", name="Save as deck").click()
    expect(page.get_by_role("link", name="Rivers")).to_be_focused()
    page.reload()
    expect(page.locator(".batch")).to_have_count(0)


def test_stop_while_loading_leaves_the_model_unloaded(newcomer: Visitor) -> None:
    newcomer.open_as_new_user()
    newcomer.generate("Rivers", 3)
    expect(newcomer.model).to_contain_text(MEGABYTES)
    newcomer.page.get_by_role("button", name="Stop").click()
    newcomer.wait_for_batch("stopped")
    expect(newcomer.batch).to_contain_text("Stopped before the first card was finished.")
    expect(newcomer.model).to_contain_text("Not loaded")
    expect(newcomer.page.get_by_label("Topic", exact=True)).to_have_value("Rivers")


def test_the_same_request_comes_back_at_once_and_can_be_made_anew_all_by_keyboard(
    visitor: Visitor,
) -> None:
    page = visitor.page
    visitor.open_as_new_user()
    expect(page.get_by_role("button", name="Generate")).to_be_enabled()
    page.get_by_label("Topic", exact=True).focus()
    page.keyboard.type("Volcanoes")
    for _ in ("kind", "difficulty", "language", "cards"):
        page.keyboard.press("Tab")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    visitor.wait_for_batch()
    page.get_by_label("Cards", exact=True).press("Enter")
    expect(visitor.batch).to_contain_text("You asked for these before")
    again = page.get_by_role("button", name="Make new ones")
    again.press("Enter")
    visitor.wait_for_batch()
    expect(page.locator(".batch")).to_have_count(3)
    visitor.batch.get_by_role("button", name="Show answer").press("Space")
    expect(visitor.batch.get_by_text("Answer", exact=True)).to_be_visible()
    visitor.batch.get_by_label("Deck name").press("Enter")
    expect(page.locator("#announcer")).to_contain_text("Saved as")


def test_what_goes_wrong_is_said_with_the_next_step_and_nothing_is_lost(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open_as_new_user()
    visitor.generate("Glaciers", 1)
    visitor.wait_for_batch()
    page.context.clear_cookies()
    page.get_by_role("button", name="Save as deck").click()
    expect(visitor.batch).to_contain_text("Sign in in a new tab, then come back and try again")
    with page.context.new_page() as other:
        Visitor(other, visitor.server, visitor.name).sign_in(PASSWORD)
        expect(other.get_by_role("heading", name="Make flashcards")).to_be_visible()
    page.get_by_role("button", name="Save as deck").click()
    expect(page.get_by_role("link", name="Glaciers")).to_be_visible()


def test_a_server_that_is_gone_is_waited_for(visitor: Visitor) -> None:
    visitor.open_as_new_user()
    visitor.load_model()
    visitor.server.web.kill()
    try:
        visitor.generate("Deserts", 1)
        visitor.wait_for_batch("failed")
        expect(visitor.batch).to_contain_text(
            "The server does not answer. Check the connection and try again."
        )
    finally:
        visitor.server.start(visitor.server.web)
    visitor.page.get_by_role("button", name="Try again").click()
    visitor.wait_for_batch()
    assert len(visitor.fronts()) == 1


def test_a_server_that_drops_out_while_cards_are_written_costs_nothing(visitor: Visitor) -> None:
    visitor.open_as_new_user()
    visitor.generate("Oceans", 2)
    visitor.wait_for_first_tokens()
    visitor.server.web.kill()
    try:
        expect(visitor.batch).to_contain_text(DISCONNECTED)
    finally:
        visitor.server.start(visitor.server.web)
    visitor.wait_for_batch()
    assert visitor.fronts()


def test_cards_written_without_a_server_are_there_at_once_and_are_merged_with_its_own(
    visitor: Visitor,
) -> None:
    visitor.open_as_new_user()
    visitor.generate("Islands", 3)
    visitor.wait_for_first_tokens()
    visitor.server.web.kill()
    try:
        expect(visitor.batch).to_contain_text(UNSENT, timeout=LONG_CARD_MS)
        written = visitor.fronts()
    finally:
        visitor.server.start(visitor.server.web)
    visitor.wait_for_batch()
    assert visitor.fronts()[: len(written)] == written
    kept = visitor.stored_cards()
    assert len({(card["front"], card["back"]) for card in kept}) == len(kept)
    assert all(card["id"] for card in kept)
    expect(visitor.batch).not_to_contain_text("No way to the server")


def test_cards_written_without_a_server_survive_a_reload(visitor: Visitor) -> None:
    visitor.open_as_new_user()
    visitor.generate("Lakes", 30)
    visitor.wait_for_first_tokens()
    visitor.server.web.kill()
    try:
        expect(visitor.batch).to_contain_text(UNSENT, timeout=LONG_CARD_MS)
    finally:
        # Keep this page from ever reconnecting.
        visitor.page.evaluate("() => { window.WebSocket = class { close() {} } }")
        visitor.server.start(visitor.server.web)
    assert any("id" not in card for card in visitor.stored_cards())
    written = visitor.fronts()
    visitor.page.reload()
    expect(visitor.batch).to_contain_text("Nothing that was written is lost.")
    assert visitor.fronts()[: len(written)] == written


@pytest.mark.parametrize(
    ("source", "values", "sentence"),
    [
        ("A topic", {"Topic": " "}, "Write what the cards shall be about."),
        (
            "My notes",
            {"Notes": ""},
            "Paste the notes that the cards shall be made from, or open a file.",
        ),
        ("A topic", {"Topic": "Rivers", "Cards": "51"}, "Choose 1 to 50 cards."),
        ("A topic", {"Topic": "Rivers", "Cards": "0"}, "Choose 1 to 50 cards."),
    ],
)
def test_a_wrong_wish_is_said_beside_its_field(
    visitor: Visitor, source: str, values: dict[str, str], sentence: str
) -> None:
    visitor.open_as_new_user()
    visitor.page.get_by_label(source).check()
    for label, value in values.items():
        visitor.page.get_by_label(label, exact=True).fill(value)
    visitor.page.get_by_role("button", name="Generate").click()
    wrong = visitor.page.get_by_label(list(values)[-1], exact=True)
    expect(wrong).to_be_focused()
    expect(wrong).to_have_accessible_description(re.compile(re.escape(sentence)))
    expect(visitor.page.locator(".batch")).to_have_count(0)


def test_notes_are_still_there_after_a_reload(visitor: Visitor) -> None:
    visitor.open_as_new_user()
    visitor.page.get_by_label("My notes").check()
    visitor.page.get_by_label("Notes", exact=True).fill("Chlorophyll is green.\n" * 200)
    expect(visitor.page.get_by_text("read in 4 parts")).to_be_visible()
    visitor.page.reload()
    expect(visitor.page.get_by_label("Notes", exact=True)).to_have_value(
        "Chlorophyll is green.\n" * 200
    )


def test_the_list_of_models_says_what_runs_here_and_finds_by_words(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open_as_new_user()
    change = page.get_by_role("button", name="Change model")
    change.click()
    models = page.get_by_role("dialog", name="Choose a model")
    expect(models.get_by_role("radio", name="SmolLM2 135M Instruct On this server")).to_be_checked()
    models.get_by_label("Find").fill("llama 3.2 1b")
    expect(models.get_by_role("radio", name="Llama-3.2-1B-Instruct-q4f32_1")).to_be_disabled()
    expect(models.get_by_text("needs WebGPU").filter(visible=True).first).to_be_visible()
    models.get_by_label("Find").fill("no such model")
    expect(models.get_by_text("No model has these words.")).to_be_visible()
    page.keyboard.press("Escape")  # the first press clears the search
    page.keyboard.press("Escape")
    expect(change).to_be_focused()
