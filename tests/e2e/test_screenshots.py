"""Screenshots of the pages for the docs, taken only on request.

    MINDFLIP_PICTURES=docs/images pytest tests/e2e/test_screenshots.py

The cards in the screenshots are examples. A screenshot with cards must therefore not name a real
model, unless that model generated the cards.
"""

import json
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mindflip.embedded import local_model
from tests.helpers.page_objects import Visitor
from tests.helpers.processes import RATES_FOR_ONE_ADDRESS, RunningServer, running_server
from tests.helpers.quick_engine import quick_engine
from tests.helpers.screenshots import (
    DESKTOP,
    EXAMPLE_MODEL,
    named_models,
    on_request,
    take_screenshot,
    take_screenshots,
)

EXAMPLE_TOPIC = "Example cards: photosynthesis"
TALL = (1200, 1300)  # tall enough to show the Save button
CARDS = [
    ("Where in a plant cell does photosynthesis happen?", "In the chloroplasts."),
    (
        "Which pigment takes up the light?",
        "Chlorophyll. It absorbs red and blue light and reflects green.",
    ),
    ("What goes into photosynthesis?", "Light, water and carbon dioxide."),
    ("What comes out of it?", "Glucose and oxygen."),
    (
        "What is the Calvin cycle?",
        "The light-independent reactions that build sugar out of carbon dioxide.",
    ),
    ("What is split in the light reactions?", "Water, into oxygen, protons and electrons."),
]

MATH = [
    {
        "front": "What is the **quadratic formula**?",
        "back": "$$x = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}$$",
    },
    {"front": "Which sum does $\\sum_{k=1}^n k$ have?", "back": "$\\frac{n(n+1)}{2}$"},
    {
        "front": "How is a list sorted in Python?",
        "back": "In place or as a new one:\n```\nnames.sort()\nsorted(names)\n```",
    },
    {"front": "Name Newton's laws.", "back": "1. Inertia\n2. $F = ma$\n3. *Actio = reactio*"},
]


@pytest.fixture
def student(visitor: Visitor) -> Visitor:
    """Return a visitor who is signed in and has decks."""
    visitor.register()
    for name, count in (("The French Revolution", 6), ("Cell biology", 4), ("Photosynthesis", 6)):
        visitor.create_deck(name, [{"front": front, "back": back} for front, back in CARDS[:count]])
    visitor.sign_in_with_cookie()
    visitor.open()
    expect(visitor.model).to_have_attribute("data-state", "idle")
    return visitor


@pytest.fixture(scope="module")
def example_server(
    tmp_path_factory: pytest.TempPathFactory, small_model: Path
) -> Iterator[RunningServer]:
    """Run a server that offers its default model under the name Example model."""
    folder = tmp_path_factory.mktemp("models")
    shutil.copyfile(small_model / f"{local_model.NAME}.gguf", folder / "example.gguf")
    description = local_model.DESCRIPTION | {
        "modelId": EXAMPLE_MODEL,
        "name": "Example model",
        "file": "example.gguf",
    }
    (folder / "example.json").write_text(json.dumps(description))
    with running_server(
        tmp_path_factory.mktemp("server"), MINDFLIP_MODELS_DIR=str(folder), **RATES_FOR_ONE_ADDRESS
    ) as running:
        yield running
    shutil.rmtree(folder)


@pytest.fixture
def example_visitor(page: Page, example_server: RunningServer) -> Visitor:
    """Return a visitor whose Make page shows CARDS.

    An engine without a model, on another device, generated the cards.
    """
    visitor = Visitor(page, example_server, f"student-{secrets.token_hex(4)}")
    visitor.open_as_new_user()
    page.get_by_role("button", name="Let another device write").click()
    cards = [{"front": front, "back": back} for front, back in CARDS]
    with quick_engine(visitor, lambda _: cards, EXAMPLE_MODEL):
        visitor.generate(EXAMPLE_TOPIC, len(CARDS))
        visitor.wait_for_batch()
    page.get_by_role("button", name="Write on this device").click()
    visitor.batch.get_by_role("button", name="Show answer").first.click()
    return visitor


def test_example_cards_are_labelled_and_name_no_real_model(example_visitor: Visitor) -> None:
    expect(example_visitor.batch.get_by_role("heading", name=EXAMPLE_TOPIC)).to_be_visible()
    assert example_visitor.fronts() == [front for front, _ in CARDS]
    assert named_models(example_visitor.page) == []


@on_request
def test_screenshots_of_public_pages_are_taken(visitor: Visitor) -> None:
    for name, address in (("welcome", "/"), ("sign-up", "/sign-up")):
        visitor.open(address)
        take_screenshots(visitor.page, name)


@on_request
@pytest.mark.usefixtures("one_model_at_a_time")
def test_screenshots_of_make_page_are_taken(student: Visitor) -> None:
    take_screenshots(student.page, "make", may_name_models=True)
    student.page.get_by_role("button", name="Change model").click()
    take_screenshots(student.page, "models", may_name_models=True)
    student.page.keyboard.press("Escape")
    student.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    student.generate("Photosynthesis", 6)
    expect(student.model).to_contain_text("of 98 MB")
    take_screenshot(student.page, "make-loading", DESKTOP, "light", may_name_models=True)
    student.wait_for_first_card()
    # The model that the page names generated these cards.
    take_screenshot(student.page, "make-writing", DESKTOP, "light", may_name_models=True)


@on_request
@pytest.mark.usefixtures("one_model_at_a_time")
def test_screenshots_of_make_page_with_example_cards_are_taken(example_visitor: Visitor) -> None:
    example_visitor.load_model()
    take_screenshots(example_visitor.page, "make-done", desktop=TALL)


@on_request
def test_screenshots_of_decks_are_taken(student: Visitor) -> None:
    student.open("/decks")
    take_screenshots(student.page, "decks")
    student.page.get_by_role("link", name="Photosynthesis", exact=True).click()
    student.page.get_by_role("button", name="Show answer").first.click()
    take_screenshots(student.page, "deck")
    student.page.get_by_role("button", name="Edit card 2").click()
    take_screenshots(student.page, "deck-edit")
    student.page.keyboard.press("Escape")
    student.page.get_by_role("link", name="Table").click()
    student.page.get_by_label("Choose card 2", exact=True).check()
    take_screenshots(student.page, "deck-table")
    student.open("/decks/duplicates")
    take_screenshots(student.page, "duplicates")


@on_request
def test_screenshots_of_study_pages_are_taken(student: Visitor) -> None:
    student.create_deck("Physics", MATH)
    student.open("/study")
    expect(student.page.get_by_role("button", name="Show answer")).to_be_visible()
    take_screenshots(student.page, "study")
    for _ in range(8):
        student.page.keyboard.press("Space")
        expect(student.page.get_by_role("button", name="Good")).to_be_visible()
        student.page.keyboard.press("3")
    student.page.keyboard.press("Space")
    take_screenshots(student.page, "study-answer")
    student.open("/progress")
    expect(student.page.locator("canvas").first).to_be_visible()
    take_screenshots(student.page, "progress")


@on_request
def test_screenshots_of_import_trash_and_print_pages_are_taken(student: Visitor) -> None:
    deck = student.create_deck("Physics", MATH)
    for name, address in (
        ("import", "/decks/import"),
        ("trash", "/decks/trash"),
        ("duplicates", "/decks/duplicates"),
        ("offline", "/offline"),
    ):
        student.open(address)
        take_screenshots(student.page, name)
    for name, address in (("math", f"/decks/{deck}"), ("print", f"/decks/{deck}/print")):
        student.open(address)
        student.page.wait_for_load_state("networkidle")
        take_screenshots(student.page, name)
