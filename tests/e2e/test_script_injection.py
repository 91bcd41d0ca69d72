"""Scripts planted in text from users, models and files don't run on any page that shows it."""

import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.helpers.page_objects import Visitor
from tests.helpers.quick_engine import Card, quick_engine
from tests.helpers.users import PASSWORD

RUNS = "window.planted=1,alert(1)"
PLANTS = [
    f"<script>{RUNS}</script>",
    f"<img src=x onerror={RUNS}>",
    f"<svg/onload={RUNS}>",
    f'"><iframe srcdoc="<script>parent.{RUNS}</script>"></iframe>',
    f"<a href='javascript:{RUNS}'>here</a> [link](javascript:{RUNS}) ![x](javascript:{RUNS})",
    f"\\(\\href{{javascript:{RUNS}}}{{x}} \\htmlData{{x=1}}{{y}}\\) $$\\url{{javascript:{RUNS}}}$$",
    (
        f"[data](data:text/html,<script>{RUNS}</script>) <object"
        f" data='data:text/html,<script>{RUNS}</script>'></object>"
    ),
    (
        f"{{{{constructor.constructor('{RUNS}')()}}}} {{{{c1::<script>{RUNS}</script>}}}}"
        f" </textarea></title></style><script>{RUNS}</script>"
    ),
]
SHORT = PLANTS[1]
ALIVE = (
    "<script",
    "<img",
    "<svg",
    "<iframe",
    "<object",
    '<a href="javascript',
    "<a href='javascript",
)
# Report whether a script ran, and list the elements that could run one, without clicking on them.
FOUND = """() => [...(window.planted ? ["it ran"] : []),
  ...[...document.querySelectorAll("*")].filter((element) =>
  [...element.attributes].some(({ name, value }) =>
    /^on/.test(name) || (/^(?:href|src|action|data)$/.test(name)
    && /^\\s*(?:javascript|data:text)/i.test(value)))
  || element.matches("iframe, object, embed") || element.matches("script")
  && element.textContent.includes("planted")
).map((element) => element.outerHTML.slice(0, 200))]"""
PROMOTE = (
    "from django.contrib.auth.models import User;"
    " User.objects.filter(username={!r}).update(is_staff=True, is_superuser=True)"
)


@pytest.fixture
def author(visitor: Visitor) -> Visitor:
    """Return a visitor who is signed in and is also an operator, with access to the admin."""
    visitor.register()
    visitor.server.manage("shell", "-c", PROMOTE.format(visitor.name))
    visitor.sign_in()
    expect(visitor.page.get_by_role("heading", name="Make flashcards")).to_be_visible()
    return visitor


@pytest.fixture
def rest(author: Visitor) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{author.server.url}/api", timeout=30) as client:
        token = (
            client.post("/auth/token", json={"username": author.name, "password": PASSWORD})
            .raise_for_status()
            .json()["access"]
        )
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def planted_deck(rest: httpx.Client) -> dict[str, Any]:
    cards = [
        {"front": plant, "back": plant, "tags": [f"<b onclick={RUNS}>"], "sentence": plant}
        for plant in PLANTS
    ]
    answer = rest.post(
        "/flashcards/decks", json={"name": SHORT, "tags": [SHORT[:30]], "cards": cards}
    )
    return answer.raise_for_status().json()


def written(options: dict[str, Any]) -> list[Card]:
    return [{"front": plant, "back": plant} for plant in PLANTS]


def look(page: Page, address: str, faults: list[str]) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    faults += [f"{address}: {fault}" for fault in page.evaluate(FOUND)]


def package_fields(package: bytes) -> str:
    """Return all fields of a package that Anki would render."""
    with tempfile.NamedTemporaryFile() as file, zipfile.ZipFile(io.BytesIO(package)) as archive:
        file.write(archive.read("collection.anki2"))
        file.flush()
        return "\n".join(
            row[0] for row in sqlite3.connect(file.name).execute("SELECT flds FROM notes")
        )


def test_what_is_planted_in_cards_runs_nowhere(author: Visitor, rest: httpx.Client) -> None:
    page, url, faults = author.page, author.server.url, []
    page.on("dialog", lambda dialog: (faults.append(f"{page.url}: a dialog"), dialog.dismiss()))
    with quick_engine(author, written):
        author.generate(SHORT, len(PLANTS))
        author.wait_for_first_card()
        faults += [f"while making: {fault}" for fault in page.evaluate(FOUND)]
    deck, second, gone = (planted_deck(rest) for _ in range(3))
    rest.delete(f"/flashcards/decks/{gone['id']}").raise_for_status()
    rest.delete(f"/flashcards/cards/{second['cards'][0]['id']}").raise_for_status()
    file = {"file": (f"{SHORT}.csv", "front,back\n" + json.dumps(SHORT) + ",b\n")}
    imported = rest.post("/flashcards/imports", files=file)
    assert imported.status_code == 201, imported.text
    pages = [
        "",
        "decks",
        "decks?q=planted",
        "decks/trash",
        "decks/duplicates",
        "study",
        "progress",
        "account",
    ]
    pages += [
        f"decks/{deck['id']}{way}"
        for way in ("?view=cards", "?view=table", "/print", "/print?layout=quiz", "/study")
    ]
    pages += [f"admin/flashcards/{kind}/" for kind in ("deck", "card")] + [
        "admin/sessions_app/generation/"
    ]
    pages += [
        f"admin/flashcards/deck/{deck['id']}/change/",
        f"admin/flashcards/card/{deck['cards'][0]['id']}/change/",
    ]
    pages += [
        f"api/flashcards/{what}"
        for what in (
            "decks",
            f"decks/{deck['id']}",
            f"decks/{deck['id']}/cards",
            "trash/cards",
            "duplicates",
            "tags",
        )
    ]
    for address in pages:
        look(page, f"{url}/{address}", faults)
    assert faults == []
    drawn = package_fields(
        rest.get(f"/flashcards/decks/{deck['id']}/export?format=apkg").content
    ).lower()
    assert [
        sign
        for sign in (
            "<script",
            "<img",
            "<svg",
            "<iframe",
            "<object",
            '<a href="javascript',
            "<a href='javascript",
        )
        if sign in drawn
    ] == []
