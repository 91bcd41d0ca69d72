"""Unsaved cards: restored after a reload, edited, discarded and saved as shown, without a model."""

import pytest
from playwright.sync_api import Locator, expect

from tests.helpers.page_objects import Visitor

NOTES = "The left ventricle pumps blood into the aorta. The heart has four chambers."
CARDS = [
    {
        "id": "a",
        "front": "What does the left ventricle pump blood into?",
        "back": "The aorta",
        "kind": "basic",
        "part": 0,
        "found": True,
    },
    {
        "id": "b",
        "front": "The heart has {{c1::four}} chambers.",
        "back": "The heart has four chambers.",
        "kind": "cloze",
        "part": 0,
    },
    {
        "id": "c",
        "front": "Who invented the stethoscope?",
        "back": "René Laennec",
        "kind": "basic",
        "part": 0,
        "found": False,
    },
]
SENTENCES = {
    "a": "The left ventricle pumps blood into the aorta.",
    "b": "The heart has four chambers.",
    "c": "",
}


@pytest.fixture
def student(visitor: Visitor) -> Visitor:
    """Return a visitor who left the page during a generation and then reloaded it."""
    visitor.open_as_new_user()
    cards = [{"found": True, **card, "sentence": SENTENCES[card["id"]]} for card in CARDS]
    parts = [{"at": 0, "count": 4, "taken": 3, "state": "open", "generationIds": []}]
    request = {"topic": "The heart", "count": 4, "source": NOTES}
    visitor.store_batch(request=request, cards=cards, parts=parts, state="writing")
    visitor.page.reload()
    expect(visitor.batch).to_have_attribute("data-state", "stopped")
    return visitor


def card(student: Visitor, front: str) -> Locator:
    return student.batch.locator(".card[data-card]").filter(has_text=front)


def save_and_read_deck(student: Visitor) -> list[tuple[str, str]]:
    """Save the deck and return the front and back of each card as stored on the server."""
    student.page.get_by_role("button", name="Save as deck").click()
    deck = student.page.get_by_role("link", name="The heart")
    expect(deck).to_be_visible()
    address = str(deck.get_attribute("href")).rsplit("/", 1)[-1]
    body = student.page.evaluate(
        "async (id) => (await fetch(`/api/flashcards/decks/${id}`)).json()", address
    )
    return [(saved_card["front"], saved_card["back"]) for saved_card in body["cards"]]


def test_batch_interrupted_by_leaving_page_can_be_continued(student: Visitor) -> None:
    expect(student.batch).to_contain_text("The page was left while these were being written.")
    expect(student.batch.get_by_role("button", name="Write the rest")).to_be_visible()


def test_card_shows_whether_notes_contain_it(student: Visitor) -> None:
    expect(card(student, "left ventricle")).to_contain_text("Found in your notes")
    expect(card(student, "left ventricle").locator("blockquote")).to_have_text(SENTENCES["a"])
    expect(card(student, "stethoscope")).to_contain_text("Not found in your notes")


def test_cloze_card_hides_its_gap_until_flipped(student: Visitor) -> None:
    cloze = card(student, "chambers")
    expect(cloze.locator("[data-slot=front]")).not_to_contain_text("four")
    cloze.get_by_role("button", name="Show answer").click()
    expect(cloze.locator("[data-slot=filled]")).to_have_text("The heart has four chambers.")
    expect(cloze.locator("[data-slot=back]")).to_be_hidden()


def test_edited_card_is_searched_in_notes_again_and_saved(student: Visitor) -> None:
    card(student, "left ventricle").get_by_role("button", name="Edit: What does").click()
    dialog = student.page.get_by_role("dialog", name="Edit card")
    dialog.get_by_label("Answer").fill("The lungs")
    dialog.get_by_role("button", name="Save card").click()
    expect(card(student, "left ventricle")).to_contain_text("Not found in your notes")
    student.page.reload()
    assert (CARDS[0]["front"], "The lungs") in save_and_read_deck(student)


def test_cloze_card_without_gap_is_rejected_with_message(student: Visitor) -> None:
    card(student, "chambers").get_by_role("button", name="Edit: The heart").click()
    dialog = student.page.get_by_role("dialog", name="Edit card")
    dialog.get_by_label("Question").fill("The heart has four chambers.")
    dialog.get_by_role("button", name="Save card").click()
    expect(dialog.get_by_label("Question")).to_have_accessible_description(
        "A cloze hides a word: write {{c1::word}} around it."
    )


def test_discarded_card_is_restored_at_its_position_by_undo(student: Visitor) -> None:
    before = student.fronts()
    card(student, "chambers").get_by_role("button", name="Throw away").click()
    expect(student.batch.locator(".card[data-card]")).to_have_count(2)
    student.page.get_by_role("button", name="Undo").click()
    expect(student.batch.locator(".card[data-card]")).to_have_count(3)
    assert student.fronts() == before


def test_discarded_card_is_not_saved(student: Visitor) -> None:
    card(student, "stethoscope").get_by_role("button", name="Throw away").click()
    expect(student.batch.locator(".card[data-card]")).to_have_count(2)
    assert [front for front, _ in save_and_read_deck(student)] == [
        CARDS[0]["front"],
        CARDS[1]["front"],
    ]


def test_discarded_batch_is_restored_by_undo(student: Visitor) -> None:
    before = student.fronts()
    student.batch.get_by_role("button", name="Discard").click()
    expect(student.page.locator(".batch")).to_have_count(0)
    student.page.keyboard.press("Control+z")
    expect(student.batch.locator(".card[data-card]")).to_have_count(3)
    student.page.reload()
    expect(student.batch.locator(".card[data-card]")).to_have_count(3)
    assert student.fronts() == before


def test_text_of_closed_card_dialog_can_be_edited_further(student: Visitor) -> None:
    card(student, "stethoscope").get_by_role("button", name="Edit: Who").click()
    dialog = student.page.get_by_role("dialog", name="Edit card")
    dialog.get_by_label("Answer").fill("Laennec, in 1816")
    student.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    student.page.get_by_role("button", name="Continue editing").click()
    expect(dialog.get_by_label("Answer")).to_have_value("Laennec, in 1816")
    dialog.get_by_role("button", name="Save card").click()
    expect(card(student, "stethoscope")).to_contain_text("Laennec, in 1816")


def test_closing_unchanged_card_dialog_shows_no_message(student: Visitor) -> None:
    card(student, "stethoscope").get_by_role("button", name="Edit: Who").click()
    student.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(student.page.get_by_role("button", name="Continue editing")).to_have_count(0)


def test_stopped_batch_without_cards_can_be_discarded(visitor: Visitor) -> None:
    visitor.open_as_new_user()
    visitor.page.route("**/js/client/index*.js", lambda route: route.abort())
    visitor.generate("Tides", 3)
    expect(visitor.batch).to_have_attribute("data-state", "failed")
    visitor.batch.get_by_role("button", name="Discard").click()
    expect(visitor.page.locator(".batch")).to_have_count(0)
