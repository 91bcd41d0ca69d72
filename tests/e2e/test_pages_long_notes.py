"""Long notes in parts, regenerated cards and saved decks, with an engine without a model."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.helpers.page_objects import Visitor
from tests.helpers.quick_engine import Card, quick_engine

FACTS = [f"Fact number {number} is about thing {number}." for number in range(100, 260)]
NOTES = " ".join(FACTS)


def card_of(number: str) -> Card:
    return {"front": f"What is fact number {number} about?", "back": f"Thing {number}"}


def faithful(request: dict[str, Any]) -> list[Card]:
    """Return cards for the first facts of the part that the prompt doesn't exclude."""
    numbers = re.findall(r"Fact number (\d+)", request["options"]["source"])
    fresh = [number for number in numbers if f"number {number} " not in request["prompt"]]
    return [card_of(number) for number in fresh[: request["options"]["count"]]]


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


def generate(student: Visitor, state: str = "done") -> None:
    student.page.get_by_role("button", name="Generate").click()
    student.wait_for_batch(state)


def deck_of(student: Visitor) -> dict[str, Any]:
    student.page.get_by_role("button", name="Save as deck").click()
    link = student.page.get_by_role("link", name="Facts")
    expect(link).to_be_visible()
    identifier = str(link.get_attribute("href")).rsplit("/", 1)[-1]
    return student.page.evaluate(
        "async (id) => (await fetch(`/api/flashcards/decks/${id}`)).json()", identifier
    )


def test_long_notes_are_written_in_parts_and_saved_as_one_deck_that_knows_where_it_comes_from(
    student: Visitor,
) -> None:
    with quick_engine(student, faithful) as requests:
        generate(student)
    parts = [request["options"]["source"] for request in requests]
    assert len(parts) > 2
    assert " ".join(parts) == NOTES
    fronts = student.fronts()
    assert len(fronts) == 6
    expect(student.batch.get_by_text("Found in your notes")).to_have_count(6)
    deck = deck_of(student)
    assert [card["front"] for card in deck["cards"]] == fronts
    assert all(card["found"] is True and card["sentence"] in FACTS for card in deck["cards"])
    assert len(deck["provenance"]["generationIds"]) == len(parts)
    assert deck["provenance"]["source"] == "\n\n".join(parts)


def test_a_part_that_fails_can_be_tried_again_alone(student: Visitor) -> None:
    failing = {"is": True}

    def write(request: dict[str, Any]) -> list[Card]:
        return (
            []
            if failing["is"] and "number 100 " in request["options"]["source"]
            else faithful(request)
        )

    with quick_engine(student, write) as requests:
        generate(student)
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


def test_another_card_is_written_in_the_place_of_one(student: Visitor) -> None:
    with quick_engine(student, faithful) as requests:
        generate(student)
        before = student.fronts()
        requests.clear()
        student.batch.get_by_role("button", name=f"Write another instead of: {before[1]}").click()
        expect(student.batch.get_by_text(before[1], exact=True)).to_have_count(0)
    after = student.fronts()
    assert [after[0], *after[2:]] == [before[0], *before[2:]]
    assert requests[0]["options"]["count"] == 1
    assert f"- {before[1]}" in requests[0]["prompt"]
    assert [card["front"] for card in deck_of(student)["cards"]] == after


def test_fewer_than_asked_for_is_said_and_the_rest_can_be_asked_for(student: Visitor) -> None:
    student.page.get_by_label("Notes", exact=True).fill(" ".join(FACTS[:10]))
    lazy = {"is": True}

    def write(request: dict[str, Any]) -> list[Card]:
        return [card_of("100")] if lazy["is"] else faithful(request)

    with quick_engine(student, write):
        generate(student)
        expect(student.batch).to_contain_text(
            "The model repeated itself, so there are fewer cards than you asked for."
        )
        assert len(student.fronts()) == 1
        lazy["is"] = False
        student.page.get_by_role("button", name="Ask for the rest").click()
        expect(student.batch.locator(".card[data-card]")).to_have_count(6)


def test_a_cloze_in_another_language_is_asked_for_and_saved_as_one(student: Visitor) -> None:
    student.page.get_by_label("Kind").select_option("cloze")
    student.page.get_by_label("Language").fill("Deutsch")
    student.page.get_by_label("Cards", exact=True).fill("1")

    def write(request: dict[str, Any]) -> list[Card]:
        return [{"front": "Fact number 100 is about ____ 100.", "back": "thing"}]

    with quick_engine(student, write) as requests:
        generate(student)
    assert (requests[0]["options"]["kind"], requests[0]["options"]["language"]) == (
        "cloze",
        "Deutsch",
    )
    (card,) = deck_of(student)["cards"]
    assert (card["front"], card["kind"]) == ("Fact number 100 is about {{c1::thing}} 100.", "cloze")


def test_what_another_device_asked_for_goes_on_in_its_own_batch_after_a_reload(
    student: Visitor,
) -> None:
    with quick_engine(student, faithful):
        generate(student)
    card = {**card_of("100"), "id": "a", "kind": "basic", "part": 0}
    part = {
        "at": 0,
        "count": 2,
        "taken": 1,
        "state": "open",
        "generationIds": [asked_elsewhere(student, "Tides", 2)],
    }
    student.store_batch(
        request={"topic": "Tides", "count": 2}, cards=[card], parts=[part], state="writing"
    )
    student.page.reload()
    expect(student.batch).to_contain_text("The page was left while these were being written.")
    student.page.get_by_role("button", name="Generate").click()
    tides = student.page.locator(".batch").filter(
        has=student.page.get_by_role("heading", name="Tides")
    )
    with quick_engine(student, lambda request: [card_of("100"), card_of("101")]):
        expect(tides.locator(".card[data-card]")).to_have_count(2)
    expect(tides).to_have_attribute("data-state", "done")


def asked_elsewhere(student: Visitor, topic: str, count: int) -> str:
    """Request a generation in the page's session without using the page, and return its ID."""
    ask = """async (body) => {
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
            ask, {"prompt": f"Generate {count} flashcards about {topic}", "options": options}
        )["id"]
    )
