"""Instant cards: made of notes without a model, kept, replaced and saved.

If the model is too small for notes, they are the result of the batch.
"""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.helpers.page_objects import Visitor
from tests.helpers.quick_engine import MODEL, quick_engine

NOTES = (
    "In 1628 William Harvey described the circulation of blood."
    " The left ventricle pumps blood into the aorta."
    " The wall between the two halves is called the septum."
)
SENTENCES = NOTES.replace(". ", ".|").split("|")
MODEL_FILE = re.compile(r"\.gguf\b")
LARGER_MODEL = "SmolLM2-1.7B-Instruct-Q4_1"
WRITTEN = [
    {"front": "What does the left ventricle pump blood into?", "back": "The aorta"},
    {"front": "What is the wall between the two halves called?", "back": "The septum"},
]


@pytest.fixture
def larger_model(page: Page) -> None:
    """Let the page select a model that is large enough to write cards from notes."""

    def rename(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=response.text().replace(MODEL, LARGER_MODEL))

    page.route("**/api/webllm/models", rename)


@pytest.fixture
def student(visitor: Visitor) -> Visitor:
    """Return a visitor with notes in the form."""
    visitor.open_as_new_user()
    visitor.page.get_by_label("My notes").check()
    visitor.page.get_by_label("Notes", exact=True).fill(NOTES)
    visitor.page.get_by_label("Topic (optional)").fill("The heart")
    visitor.page.get_by_label("Cards", exact=True).fill("3")
    visitor.page.wait_for_load_state("networkidle")
    return visitor


def generate(student: Visitor) -> None:
    student.page.get_by_role("button", name="Generate").click()


def generate_offline(student: Visitor) -> None:
    """Request cards without a network, so that no model can be loaded."""
    student.page.context.set_offline(True)
    generate(student)
    student.wait_for_batch("failed")


def store_instant_cards(student: Visitor, state: str = "done", **record: object) -> None:
    """Reload the page with a batch that has a card of the model and two instant cards."""
    written = {"id": "a", "front": "Who described it?", "back": "Harvey", "kind": "basic"}
    instant = [
        {"front": front, "back": back, "kind": "cloze", "sentence": back, "byRule": True, "part": 0}
        for front, back in (
            ("The left ventricle pumps blood into the {{c1::aorta}}.", SENTENCES[1]),
            ("The wall between the two halves is called the {{c1::septum}}.", SENTENCES[2]),
        )
    ]
    student.store_batch(
        request={"topic": "The heart", "count": 3, "source": NOTES},
        cards=[{**written, "part": 0}],
        instant=instant,
        parts=[{"at": 0, "count": 3, "taken": 1, "state": "done", "generationIds": []}],
        state=state,
        **record,
    )
    student.page.reload()


def instant_section(student: Visitor) -> Locator:
    return student.batch.get_by_role("region", name="Instant cards")


def cards_of_batch(student: Visitor) -> Locator:
    return student.batch.locator("[data-slot=cards] .card[data-card]")


def save_and_read_deck(student: Visitor) -> dict:
    student.page.get_by_role("button", name="Save as deck").click()
    deck = student.page.get_by_role("link", name="The heart")
    expect(deck).to_be_visible()
    address = str(deck.get_attribute("href")).rsplit("/", 1)[-1]
    return student.page.evaluate(
        "async (id) => (await fetch(`/api/flashcards/decks/${id}`)).json()", address
    )


def test_notes_with_small_model_become_clozes_without_model_and_network(student: Visitor) -> None:
    addresses: list[str] = []
    student.page.on("request", lambda request: addresses.append(request.url))
    expect(student.page.get_by_text("Makes clozes from your notes without a model")).to_be_visible()
    student.page.context.set_offline(True)
    generate(student)
    expect(cards_of_batch(student)).to_have_count(3)
    expect(student.batch).to_have_attribute("data-state", "done")
    expect(student.batch.get_by_text("Without a model", exact=True)).to_have_count(3)
    expect(instant_section(student)).to_be_hidden()
    student.page.context.set_offline(False)
    student.page.reload()
    expect(cards_of_batch(student)).to_have_count(3)
    expect(student.batch).to_contain_text("The cards are clozes, because other kinds")
    expect(student.batch.get_by_role("button", name="Choose a model")).to_be_visible()
    deck = save_and_read_deck(student)
    assert (deck["provenance"]["source"], deck["provenance"]["modelId"]) == (NOTES, "")
    requests = [url for url in addresses if MODEL_FILE.search(url) or "/session" in url]
    assert requests == []


def test_small_model_that_is_asked_anyway_adds_cards_to_clozes(student: Visitor) -> None:
    student.page.get_by_label("Cards", exact=True).fill("50")
    generate(student)
    expect(student.batch).to_contain_text("of 50 cards: your notes have no more sentences")
    clozes = cards_of_batch(student).count()
    student.page.get_by_role("button", name="Let another device write").click()
    with quick_engine(student, lambda _: WRITTEN):
        student.batch.get_by_role("button", name="Ask the model anyway").click()
        expect(student.batch).to_contain_text("2 of 50 cards")
        student.wait_for_batch()
    expect(cards_of_batch(student)).to_have_count(clozes + 2)


@pytest.mark.usefixtures("larger_model")
def test_instant_cards_appear_while_model_files_do_not_arrive(student: Visitor) -> None:
    student.page.route(MODEL_FILE, lambda route: None)  # never answered
    generate(student)
    section = instant_section(student)
    expect(section.locator(".card")).to_have_count(3)
    expect(section.get_by_text("Without a model", exact=True)).to_have_count(3)
    expect(student.batch).to_have_attribute("data-state", "writing")
    expect(cards_of_batch(student)).to_have_count(0)
    student.page.get_by_role("button", name="Stop").click()
    expect(cards_of_batch(student)).to_have_count(3)


def test_card_of_model_replaces_instant_card_of_its_sentence_unless_kept(
    student: Visitor,
) -> None:
    student.page.get_by_role("button", name="Let another device write").click()
    generate(student)
    section = instant_section(student)
    kept = section.locator(".card").filter(has_text="ventricle pumps")
    kept.get_by_role("button", name="Keep").click()
    expect(section.locator(".card")).to_have_count(2)
    with quick_engine(student, lambda _: WRITTEN):
        student.wait_for_batch()
    expect(student.batch).to_contain_text("2 of 3 cards")
    expect(section.locator(".card")).to_have_count(1)
    expect(section).to_contain_text("described the circulation")
    expect(cards_of_batch(student)).to_have_count(3)
    deck = save_and_read_deck(student)
    assert [card.get("byRule") for card in deck["cards"]] == [True, None, None]
    assert deck["provenance"]["modelId"]


@pytest.mark.usefixtures("larger_model")
def test_instant_cards_remain_when_no_model_can_be_loaded_and_are_saved(student: Visitor) -> None:
    generate_offline(student)
    expect(cards_of_batch(student)).to_have_count(3)
    expect(instant_section(student)).to_be_hidden()
    expect(student.batch).to_contain_text(
        "3 cards were made from your notes without a model. You can save them."
    )
    student.page.context.set_offline(False)
    deck = save_and_read_deck(student)
    assert deck["provenance"]["source"] == NOTES
    assert deck["provenance"]["modelId"] == ""
    assert [(card["byRule"], card["sentence"]) for card in deck["cards"]] == [
        (True, sentence) for sentence in SENTENCES
    ]
    student.page.get_by_role("link", name="The heart").click()
    expect(student.page.get_by_text("from notes, without a model")).to_be_visible()


@pytest.mark.usefixtures("larger_model")
def test_instant_cards_survive_reload_when_model_is_not_loaded(student: Visitor) -> None:
    generate_offline(student)
    student.page.context.set_offline(False)
    student.page.reload()
    expect(cards_of_batch(student)).to_have_count(3)
    expect(student.batch.get_by_role("button", name="Write the rest")).to_be_visible()


def test_kept_instant_card_is_saved_and_others_are_not(student: Visitor) -> None:
    store_instant_cards(student)
    section = instant_section(student)
    expect(section.locator(".card")).to_have_count(2)
    section.get_by_role("button", name="Keep: The wall").press("Enter")
    expect(cards_of_batch(student)).to_have_count(2)
    expect(section.get_by_role("button", name="Keep: The left")).to_be_focused()
    student.page.reload()
    expect(section.locator(".card")).to_have_count(1)
    fronts = [card["front"] for card in save_and_read_deck(student)["cards"]]
    assert fronts == [
        "Who described it?",
        "The wall between the two halves is called the {{c1::septum}}.",
    ]
    expect(section).to_be_hidden()


def test_all_instant_cards_are_kept_or_discarded(student: Visitor) -> None:
    store_instant_cards(student)
    section = instant_section(student)
    section.get_by_role("button", name="Discard all").click()
    expect(section).to_be_hidden()
    student.page.get_by_role("button", name="Undo").click()
    section.get_by_role("button", name="Keep all").click()
    expect(section).to_be_hidden()
    expect(cards_of_batch(student)).to_have_count(3)
    expect(student.batch.get_by_text("Without a model").filter(visible=True)).to_have_count(2)


def test_edited_instant_card_is_kept(student: Visitor) -> None:
    store_instant_cards(student)
    section = instant_section(student)
    section.get_by_role("button", name="Edit: The wall").click()
    dialog = student.page.get_by_role("dialog", name="Edit card")
    dialog.get_by_label("Question").fill("The {{c1::septum}} divides the heart.")
    dialog.get_by_role("button", name="Save card").click()
    expect(cards_of_batch(student).filter(has_text="divides the heart")).to_be_visible()
    expect(section.locator(".card")).to_have_count(1)


def test_discarded_instant_card_is_restored_by_undo(student: Visitor) -> None:
    store_instant_cards(student)
    section = instant_section(student)
    section.get_by_role("button", name="Throw away: The left").click()
    expect(section.locator(".card")).to_have_count(1)
    student.page.get_by_role("button", name="Undo").click()
    expect(section.locator(".card").first).to_contain_text("left ventricle")


def test_request_about_topic_has_no_instant_cards(student: Visitor) -> None:
    student.page.get_by_label("A topic").check()
    student.page.get_by_label("Topic", exact=True).fill("The heart")
    generate_offline(student)
    expect(student.batch.locator(".card[data-card]")).to_have_count(0)
    expect(instant_section(student)).to_be_hidden()
