"""Long notes in parts, regenerated cards and saved decks, with an engine without a model."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.helpers.page_objects import Visitor
from tests.helpers.quick_engine import Card, quick_engine

FACTS = [f"Fact number {number} is about thing {number}." for number in range(100, 260)]
NOTES = " ".join(FACTS)


def fact_card(number: str) -> Card:
    return {"front": f"What is fact number {number} about?", "back": f"Thing {number}"}


def generate_from_facts(request: dict[str, Any]) -> list[Card]:
    """Return cards for the first facts of the part that the prompt doesn't exclude."""
    numbers = re.findall(r"Fact number (\d+)", request["options"]["source"])
    fresh = [number for number in numbers if f"number {number} " not in request["prompt"]]
    return [fact_card(number) for number in fresh[: request["options"]["count"]]]


@pytest.fixture
def student(visitor: Visitor) -> Visitor:
    """Return a visitor who has entered long notes and whose cards another device generates."""
    visitor.open_as_new_user()
    page = visitor.page
    page.get_by_role("button", name="Let another device write").click()
    page.get_by_label("My notes").check()
    page.get_by_label("Notes", exact=True).fill(NOTES)
    page.get_by_label("Topic (optional)").fill("Facts")
    page.get_by_label("Cards", exact=True).fill("6")
    return visitor


def generate_batch(student: Visitor, state: str = "done") -> None:
    student.page.get_by_role("button", name="Generate").click()
    student.wait_for_batch(state)


def save_and_read_deck(student: Visitor) -> dict[str, Any]:
    student.page.get_by_role("button", name="Save as deck").click()
    link = student.page.get_by_role("link", name="Facts")
    expect(link).to_be_visible()
    identifier = str(link.get_attribute("href")).rsplit("/", 1)[-1]
    return student.page.evaluate(
        "async (id) => (await fetch(`/api/flashcards/decks/${id}`)).json()", identifier
    )


def test_long_notes_are_generated_in_parts_and_saved_as_deck_with_provenance(
    student: Visitor,
) -> None:
    with quick_engine(student, generate_from_facts) as requests:
        generate_batch(student)
    parts = [request["options"]["source"] for request in requests]
    assert len(parts) > 2
    assert " ".join(parts) == NOTES
    fronts = student.fronts()
    assert len(fronts) == 6
    expect(student.batch.get_by_text("Found in your notes")).to_have_count(6)
    deck = save_and_read_deck(student)
    assert [card["front"] for card in deck["cards"]] == fronts
    assert all(card["found"] is True and card["sentence"] in FACTS for card in deck["cards"])
    assert len(deck["provenance"]["generationIds"]) == len(parts)
    assert deck["provenance"]["source"] == "\n\n".join(parts)


def test_card_about_another_part_has_same_mark_on_page_and_in_saved_deck(student: Visitor) -> None:
    first, last = (re.findall(r"\d+", fact)[0] for fact in (FACTS[0], FACTS[-1]))

    def generate_about_other_end(request: dict[str, Any]) -> list[Card]:
        is_first = FACTS[0] in request["options"]["source"]
        is_last = FACTS[-1] in request["options"]["source"]
        other = [fact_card(last if is_first else first)] if is_first or is_last else []
        return [*other, *generate_from_facts(request)][: request["options"]["count"]]

    with quick_engine(student, generate_about_other_end):
        generate_batch(student)
    expect(student.batch.get_by_text("Found in your notes", exact=True)).to_have_count(6)
    deck = save_and_read_deck(student)
    sentences = {card["front"]: card["sentence"] for card in deck["cards"] if card["found"]}
    assert len(sentences) == 6
    assert sentences[fact_card(last)["front"]] == FACTS[-1]
    assert sentences[fact_card(first)["front"]] == FACTS[0]


def test_failed_part_is_retried_without_other_parts(student: Visitor) -> None:
    failing = {"is": True}

    def generate_cards(request: dict[str, Any]) -> list[Card]:
        return (
            []
            if failing["is"] and "number 100 " in request["options"]["source"]
            else generate_from_facts(request)
        )

    with quick_engine(student, generate_cards) as requests:
        generate_batch(student)
        expect(student.batch).to_contain_text(
            re.compile("Part 1 gave no cards: .+ The others are here.")
        )
        before = len(student.fronts())
        failing["is"] = False
        requests.clear()
        student.page.get_by_role("button", name="Try part 1 again").click()
        expect(student.batch.locator(".card[data-card]")).to_have_count(6)
    assert before < 6
    assert {"number 100 " in request["options"]["source"] for request in requests} == {True}


def test_regenerated_card_takes_position_of_original(student: Visitor) -> None:
    with quick_engine(student, generate_from_facts) as requests:
        generate_batch(student)
        before = student.fronts()
        requests.clear()
        student.batch.get_by_role("button", name=f"Write another instead of: {before[1]}").click()
        expect(student.batch.get_by_text(before[1], exact=True)).to_have_count(0)
    after = student.fronts()
    assert [after[0], *after[2:]] == [before[0], *before[2:]]
    assert requests[0]["options"]["count"] == 1
    assert f"- {before[1]}" in requests[0]["prompt"]
    assert [card["front"] for card in save_and_read_deck(student)["cards"]] == after


def test_missing_cards_are_reported_and_can_be_requested(student: Visitor) -> None:
    student.page.get_by_label("Notes", exact=True).fill(" ".join(FACTS[:10]))
    repeating = {"is": True}

    def generate_cards(request: dict[str, Any]) -> list[Card]:
        return [fact_card("100")] if repeating["is"] else generate_from_facts(request)

    with quick_engine(student, generate_cards):
        generate_batch(student)
        expect(student.batch).to_contain_text(
            "Some cards were repeated or unusable, so there are fewer than you asked for."
        )
        assert len(student.fronts()) == 1
        repeating["is"] = False
        student.page.get_by_role("button", name="Ask for the rest").click()
        expect(student.batch.locator(".card[data-card]")).to_have_count(6)


def test_cloze_kind_and_language_are_requested_and_cloze_is_saved(student: Visitor) -> None:
    student.page.get_by_label("Kind").select_option("cloze")
    student.page.get_by_label("Language").fill("Deutsch")
    student.page.get_by_label("Cards", exact=True).fill("1")

    def generate_cards(request: dict[str, Any]) -> list[Card]:
        return [{"front": "Fact number 100 is about ____ 100.", "back": "thing"}]

    with quick_engine(student, generate_cards) as requests:
        generate_batch(student)
    assert (requests[0]["options"]["kind"], requests[0]["options"]["language"]) == (
        "cloze",
        "Deutsch",
    )
    (card,) = save_and_read_deck(student)["cards"]
    assert (card["front"], card["kind"]) == ("Fact number 100 is about {{c1::thing}} 100.", "cloze")


def test_generation_of_other_device_continues_in_stored_batch_after_reload(
    student: Visitor,
) -> None:
    with quick_engine(student, generate_from_facts):
        generate_batch(student)
    card = {**fact_card("100"), "id": "a", "kind": "basic", "part": 0}
    part = {
        "at": 0,
        "count": 2,
        "taken": 1,
        "state": "open",
        "generationIds": [create_generation_elsewhere(student, "Tides", 2)],
    }
    student.store_batch(
        request={"topic": "Tides", "count": 2}, cards=[card], parts=[part], state="writing"
    )
    student.page.reload()
    expect(student.batch).to_contain_text("The page was left while these were being written.")
    student.page.get_by_role("button", name="Generate").click()
    # The page is connected when it shows the cached cards, and then follows other generations.
    expect(student.batch).to_contain_text("You asked for these before")
    tides = student.page.locator(".batch").filter(
        has=student.page.get_by_role("heading", name="Tides")
    )
    with quick_engine(student, lambda request: [fact_card("100"), fact_card("101")]):
        expect(tides.locator(".card[data-card]")).to_have_count(2)
    expect(tides).to_have_attribute("data-state", "done")


def create_generation_elsewhere(student: Visitor, topic: str, count: int) -> str:
    """Request a generation in the page's session without using the page, and return its ID."""
    script = """async (body) => {
        const session = Object.keys(sessionStorage).find((key) => key.includes(":session:"));
        const { sessionId } = JSON.parse(sessionStorage[session]);
        const address = `/api/webllm/session/${sessionId}/generations`;
        const token = document.cookie.match(/csrftoken=([^;]+)/)[1];
        const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
        return (await fetch(address, { method: "POST", headers,
            body: JSON.stringify(body) })).json();
    }"""
    options = {"topic": topic, "count": count}
    return str(
        student.page.evaluate(
            script,
            {"prompt": f"Generate {count} flashcards about {topic}", "options": options},
        )["id"]
    )
