"""Pictures of the pages for the docs, taken on request only: MINDFLIP_PICTURES=docs/images pytest tests/e2e/test_pages_pictures.py"""

import base64
import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.visitor import Visitor

FOLDER = os.environ.get("MINDFLIP_PICTURES")
pytestmark = pytest.mark.skipif(not FOLDER, reason="MINDFLIP_PICTURES names no folder to put pictures into")

DESKTOP, PHONE, SMALL_PHONE = (1200, 900), (390, 844), (320, 640)
SETTLED = "Promise.allSettled(document.getAnimations().filter((one) => one instanceof CSSTransition).map(({ finished }) => finished))"
TALL = (1200, 1300)  # down to the button that saves
CARDS = [
    ("Where in a plant cell does photosynthesis happen?", "In the chloroplasts."),
    ("Which pigment takes up the light?", "Chlorophyll. It absorbs red and blue light and reflects green."),
    ("What goes into photosynthesis?", "Light, water and carbon dioxide."),
    ("What comes out of it?", "Glucose and oxygen."),
    ("What is the Calvin cycle?", "The light-independent reactions that build sugar out of carbon dioxide."),
    ("What is split in the light reactions?", "Water, into oxygen, protons and electrons."),
]

MATH = [
    {"front": "What is the **quadratic formula**?", "back": "$$x = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}$$"},
    {"front": "Which sum does $\\sum_{k=1}^n k$ have?", "back": "$\\frac{n(n+1)}{2}$"},
    {"front": "How is a list sorted in Python?", "back": "In place or as a new one:\n```\nnames.sort()\nsorted(names)\n```"},
    {"front": "Name Newton's laws.", "back": "1. Inertia\n2. $F = ma$\n3. *Actio = reactio*"},
]


@pytest.fixture
def student(visitor: Visitor) -> Visitor:
    """Somebody with decks, signed in."""
    visitor.register()
    for name, count in (("The French Revolution", 6), ("Cell biology", 4), ("Photosynthesis", 6)):
        visitor.has_deck(name, [{"front": front, "back": back} for front, back in CARDS[:count]])
    visitor.come_in()
    visitor.open()
    expect(visitor.model).to_have_attribute("data-state", "choosing")
    return visitor


def test_pictures_of_the_doors(visitor: Visitor) -> None:
    for name, address in (("welcome", "/"), ("sign-up", "/sign-up")):
        visitor.open(address)
        take_all(visitor.page, name)


@pytest.mark.usefixtures("one_model_at_a_time")
def test_pictures_of_the_maker(student: Visitor) -> None:
    take_all(student.page, "make")
    student.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    student.ask("Photosynthesis", 6)
    expect(student.model).to_contain_text("of 98 MB")
    take(student.page, "make-loading", DESKTOP, "light")
    student.wait_for_first_card()
    take(student.page, "make-writing", DESKTOP, "light")
    student.page.get_by_role("button", name="Stop").click()
    student.wait_until_written("stopped")
    show_done_batch(student)
    take_all(student.page, "make-done", desktop=TALL)
    student.page.get_by_role("button", name="Change model").click()
    take_all(student.page, "models")


def show_done_batch(student: Visitor) -> None:
    """Written well, as a larger model does it."""
    cards = [{"id": str(at), "front": front, "back": back, "kind": "basic", "part": 0} for at, (front, back) in enumerate(CARDS)]
    part = {"at": 0, "count": 6, "taken": 6, "state": "done", "generationIds": []}
    student.has_batch(request={"topic": "Photosynthesis", "count": 6}, cards=cards, parts=[part], state="done", words="6 cards")
    student.page.reload()
    student.load_model()
    student.page.get_by_label("Topic", exact=True).fill("Photosynthesis")
    student.page.get_by_label("Cards", exact=True).fill("6")
    student.batch.get_by_role("button", name="Show answer").first.click()


def test_pictures_of_decks(student: Visitor) -> None:
    student.open("/decks")
    take_all(student.page, "decks")
    student.page.get_by_role("link", name="Photosynthesis", exact=True).click()
    student.page.get_by_role("button", name="Show answer").first.click()
    take_all(student.page, "deck")
    student.page.get_by_role("button", name="Edit card 2").click()
    take_all(student.page, "deck-edit")
    student.page.keyboard.press("Escape")
    student.page.get_by_role("link", name="Table").click()
    student.page.get_by_label("Choose card 2", exact=True).check()
    take_all(student.page, "deck-table")
    student.open("/decks/duplicates")
    take_all(student.page, "duplicates")


def test_pictures_of_studying(student: Visitor) -> None:
    student.has_deck("Physics", MATH)
    student.open("/study")
    expect(student.page.get_by_role("button", name="Show answer")).to_be_visible()
    take_all(student.page, "study")
    for _ in range(8):
        student.page.keyboard.press("Space")
        expect(student.page.get_by_role("button", name="Good")).to_be_visible()
        student.page.keyboard.press("3")
    student.page.keyboard.press("Space")
    take_all(student.page, "study-answer")
    student.open("/progress")
    expect(student.page.locator("canvas").first).to_be_visible()
    take_all(student.page, "progress")


def test_pictures_of_what_comes_in_and_goes_out(student: Visitor) -> None:
    deck = student.has_deck("Physics", MATH)
    for name, address in (("import", "/decks/import"), ("bin", "/decks/bin"), ("duplicates", "/decks/duplicates"), ("offline", "/offline")):
        student.open(address)
        take_all(student.page, name)
    for name, address in (("math", f"/decks/{deck}"), ("print", f"/decks/{deck}/print")):
        student.open(address)
        student.page.wait_for_load_state("networkidle")
        take_all(student.page, name)


def take_all(page: Page, name: str, desktop: tuple[int, int] = DESKTOP) -> None:
    for size, suffix in ((desktop, ""), (PHONE, "-phone"), (SMALL_PHONE, "-small")):
        for theme in ("light", "dark"):
            take(page, f"{name}{suffix}", size, theme)


def take(page: Page, name: str, size: tuple[int, int], theme: str) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.evaluate("scrollTo(0, 0)")
    page.evaluate(SETTLED)
    taken = page.context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "webp", "quality": 86})
    (Path(FOLDER or ".") / f"{name}-{theme}.webp").write_bytes(base64.b64decode(taken["data"]))
