"""Generating cards with a real model in a real browser: SmolLM2-135M on the CPU, with wllama."""

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.page_objects import EASY_TOPIC, Visitor
from tests.helpers.processes import RunningServer
from tests.helpers.users import PASSWORD

pytestmark = pytest.mark.usefixtures("one_model_at_a_time")

DOWNLOAD_PROGRESS = re.compile(r"Downloading \d+ of 98 MB · \d+ %")
UNSENT_CARDS = re.compile(r"No way to the server\. .*\d+ cards? waits? to be sent\.")
# The two parts are the messages before and after the first card.
DISCONNECTED = re.compile(rf"The connection broke\.|{UNSENT_CARDS.pattern}")
# A model this small sometimes repeats itself until the card reaches its maximum length.
SPEED = re.compile(r"\d+ tokens in [\d.]+ s · [\d.]+ tokens/s")


@pytest.fixture
def page(model_page: Page) -> Page:
    """Return a page of a browser in which the model may be stored."""
    return model_page


@pytest.fixture
def newcomer(fresh_page: Page, server: RunningServer) -> Visitor:
    """Return a visitor whose browser has not downloaded the model."""
    return Visitor(fresh_page, server, f"newcomer-{secrets.token_hex(4)}")


def test_generated_cards_are_saved_as_deck_after_model_download(newcomer: Visitor) -> None:
    page = newcomer.page
    newcomer.sign_up()
    expect(newcomer.model).to_contain_text("Models run on the processor")
    newcomer.generate(EASY_TOPIC, 3)
    expect(newcomer.model).to_contain_text(DOWNLOAD_PROGRESS)
    newcomer.wait_for_model()
    newcomer.wait_for_first_card()
    newcomer.wait_for_batch()
    expect(newcomer.batch).to_contain_text(SPEED)
    fronts = newcomer.fronts()
    assert 1 <= len(fronts) <= 3
    page.get_by_role("button", name="Save as deck").click()
    page.get_by_role("link", name=EASY_TOPIC).click()
    expect(page.get_by_role("heading", name=EASY_TOPIC)).to_be_visible()
    page.reload()
    assert newcomer.fronts() == fronts
    newcomer.open("/decks")
    expect(page.get_by_role("listitem").filter(has_text=EASY_TOPIC)).to_contain_text(
        f"{len(fronts)} card"
    )


def test_stopped_batch_keeps_its_cards_after_reload_until_saved(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open_as_new_user()
    visitor.generate(EASY_TOPIC, 30)
    visitor.wait_for_first_card()
    page.get_by_role("button", name="Stop").click()
    visitor.wait_for_batch("stopped")
    expect(visitor.batch).to_contain_text(re.compile(r"Stopped with \d+ of 30 cards finished"))
    fronts = visitor.fronts()
    page.reload()
    expect(page.locator(".card[data-card] [data-slot=front]")).to_have_text(fronts)
    page.get_by_label("Deck name").fill("Rivers")
    page.get_by_role("button", name="Save as deck").click()
    expect(page.get_by_role("link", name="Rivers")).to_be_focused()
    page.reload()
    expect(page.locator(".batch")).to_have_count(0)


RECORD_REQUESTS = """
    globalThis.engineRequests = [];
    const postMessage = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...rest) {
        if (message.type === "generate") engineRequests.push(message);
        return postMessage.call(this, message, ...rest);
    };
"""


def test_loaded_model_is_prepared_for_cards_of_selected_kind(visitor: Visitor) -> None:
    page = visitor.page
    page.add_init_script(RECORD_REQUESTS)
    visitor.open_as_new_user()
    page.get_by_label("Kind").select_option("cloze")
    visitor.model.get_by_role("button", name="Load").click()
    visitor.wait_for_model()
    [request] = page.evaluate("engineRequests")
    assert request["options"]["maxTokens"] == 1
    assert "{{c1::" in request["options"]["grammar"]
    assert "{{c1::word}}" in request["messages"][0]["content"]


def test_stop_during_model_download_leaves_model_unloaded(newcomer: Visitor) -> None:
    newcomer.open_as_new_user()
    newcomer.generate("Rivers", 3)
    expect(newcomer.model).to_contain_text(DOWNLOAD_PROGRESS)
    newcomer.page.get_by_role("button", name="Stop").click()
    newcomer.wait_for_batch("stopped")
    expect(newcomer.batch).to_contain_text("Stopped before the first card was finished.")
    expect(newcomer.model).to_contain_text("Not loaded")
    expect(newcomer.page.get_by_label("Topic", exact=True)).to_have_value("Rivers")


def test_repeated_request_is_cached_and_can_be_regenerated_by_keyboard(
    visitor: Visitor,
) -> None:
    page = visitor.page
    visitor.open_as_new_user()
    expect(page.get_by_role("button", name="Generate")).to_be_enabled()
    page.get_by_label("Topic", exact=True).focus()
    page.keyboard.type(EASY_TOPIC)
    for _ in ("kind", "difficulty", "language", "cards"):
        page.keyboard.press("Tab")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    visitor.wait_for_batch()
    page.get_by_label("Cards", exact=True).press("Enter")
    expect(visitor.batch).to_contain_text("You asked for these before")
    regenerate = page.get_by_role("button", name="Make new ones")
    regenerate.press("Enter")
    visitor.wait_for_batch()
    expect(page.locator(".batch")).to_have_count(3)
    visitor.batch.get_by_role("button", name="Show answer").press("Space")
    expect(visitor.batch.get_by_text("Answer", exact=True)).to_be_visible()
    visitor.batch.get_by_label("Deck name").press("Enter")
    expect(page.locator("#announcer")).to_contain_text("Saved as")


def test_deck_is_saved_after_signing_in_again_in_new_tab(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open_as_new_user()
    visitor.generate(EASY_TOPIC, 1)
    visitor.wait_for_batch()
    page.context.clear_cookies()
    page.get_by_role("button", name="Save as deck").click()
    expect(visitor.batch).to_contain_text("Sign in in a new tab, then come back and try again")
    with page.context.new_page() as other:
        Visitor(other, visitor.server, visitor.name).sign_in(PASSWORD)
        expect(other.get_by_role("heading", name="Make flashcards")).to_be_visible()
    page.get_by_role("button", name="Save as deck").click()
    expect(page.get_by_role("link", name=EASY_TOPIC)).to_be_visible()


def test_generation_without_server_fails_and_succeeds_on_retry(visitor: Visitor) -> None:
    visitor.open_as_new_user()
    visitor.load_model()
    visitor.server.web.kill()
    try:
        visitor.generate(EASY_TOPIC, 1)
        visitor.wait_for_batch("failed")
        expect(visitor.batch).to_contain_text(
            "The server does not answer. Check the connection and try again."
        )
    finally:
        visitor.server.start(visitor.server.web)
    visitor.page.get_by_role("button", name="Try again").click()
    visitor.wait_for_batch()
    assert len(visitor.fronts()) == 1


def test_generation_continues_after_server_restart(visitor: Visitor) -> None:
    visitor.open_as_new_user()
    visitor.generate(EASY_TOPIC, 2)
    visitor.wait_for_first_tokens()
    visitor.server.web.kill()
    try:
        expect(visitor.batch).to_contain_text(DISCONNECTED)
    finally:
        visitor.server.start(visitor.server.web)
    visitor.wait_for_batch()
    assert visitor.fronts()


def test_cards_generated_while_server_is_down_are_merged_after_reconnect(
    visitor: Visitor,
) -> None:
    visitor.open_as_new_user()
    visitor.generate(EASY_TOPIC, 3)
    visitor.wait_for_first_tokens()
    visitor.server.web.kill()
    try:
        expect(visitor.batch).to_contain_text(UNSENT_CARDS)
        fronts_before = visitor.fronts()
    finally:
        visitor.server.start(visitor.server.web)
    visitor.wait_for_batch()
    assert visitor.fronts()[: len(fronts_before)] == fronts_before
    stored = visitor.stored_cards()
    assert len({(card["front"], card["back"]) for card in stored}) == len(stored)
    assert all(card["id"] for card in stored)
    expect(visitor.batch).not_to_contain_text("No way to the server")


def test_cards_generated_while_server_is_down_are_kept_after_reload(visitor: Visitor) -> None:
    visitor.open_as_new_user()
    visitor.generate(EASY_TOPIC, 30)
    visitor.wait_for_first_tokens()
    visitor.server.web.kill()
    try:
        expect(visitor.batch).to_contain_text(UNSENT_CARDS)
    finally:
        # Keep this page from ever reconnecting.
        visitor.page.evaluate("() => { window.WebSocket = class { close() {} } }")
        visitor.server.start(visitor.server.web)
    assert any("id" not in card for card in visitor.stored_cards())
    fronts_before = visitor.fronts()
    visitor.page.reload()
    expect(visitor.batch).to_contain_text("Nothing that was written is lost.")
    assert visitor.fronts()[: len(fronts_before)] == fronts_before


@pytest.mark.parametrize(
    ("source", "values", "message"),
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
def test_invalid_request_is_reported_at_its_field(
    visitor: Visitor, source: str, values: dict[str, str], message: str
) -> None:
    visitor.open_as_new_user()
    visitor.page.get_by_label(source).check()
    for label, value in values.items():
        visitor.page.get_by_label(label, exact=True).fill(value)
    visitor.page.get_by_role("button", name="Generate").click()
    field = visitor.page.get_by_label(list(values)[-1], exact=True)
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile(re.escape(message)))
    expect(visitor.page.locator(".batch")).to_have_count(0)


def test_notes_are_kept_after_reload(visitor: Visitor) -> None:
    visitor.open_as_new_user()
    visitor.page.get_by_label("My notes").check()
    visitor.page.get_by_label("Notes", exact=True).fill("Chlorophyll is green.\n" * 200)
    expect(visitor.page.get_by_text("read in 4 parts")).to_be_visible()
    visitor.page.reload()
    expect(visitor.page.get_by_label("Notes", exact=True)).to_have_value(
        "Chlorophyll is green.\n" * 200
    )


def test_model_list_disables_unsupported_models_and_filters_by_name(visitor: Visitor) -> None:
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
