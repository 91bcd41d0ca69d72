"""Scripts in text from users, models and files don't run on any page that shows the text."""

import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.helpers import page_states
from tests.helpers.page_objects import Visitor
from tests.helpers.quick_engine import Card, quick_engine

CODE = "window.planted=1,alert(1)"
PAYLOADS = [
    f"<script>{CODE}</script>",
    f"<img src=x onerror={CODE}>",
    f"<svg/onload={CODE}>",
    f'"><iframe srcdoc="<script>parent.{CODE}</script>"></iframe>',
    f"<a href='javascript:{CODE}'>here</a> [link](javascript:{CODE}) ![x](javascript:{CODE})",
    f"\\(\\href{{javascript:{CODE}}}{{x}} \\htmlData{{x=1}}{{y}}\\) $$\\url{{javascript:{CODE}}}$$",
    (
        f"[data](data:text/html,<script>{CODE}</script>) <object"
        f" data='data:text/html,<script>{CODE}</script>'></object>"
    ),
    (
        f"{{{{constructor.constructor('{CODE}')()}}}} {{{{c1::<script>{CODE}</script>}}}}"
        f" </textarea></title></style><script>{CODE}</script>"
    ),
]
LISTS = [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]
SHORT_PAYLOAD = PAYLOADS[1]
ACTIVE_MARKUP = (
    "<script",
    "<img",
    "<svg",
    "<iframe",
    "<object",
    '<a href="javascript',
    "<a href='javascript",
)
# Report whether a script ran, and list the elements that could run one, without clicking on them.
FIND_INJECTED = """() => [...(window.planted ? ["a script ran"] : []),
  ...[...document.querySelectorAll("*")].filter((element) =>
  [...element.attributes].some(({ name, value }) =>
    /^on/.test(name) || (/^(?:href|src|action|data)$/.test(name)
    && /^\\s*(?:javascript|data:text)/i.test(value)))
  || element.matches("iframe, object, embed") || element.matches("script")
  && element.textContent.includes("planted")
).map((element) => element.outerHTML.slice(0, 200))]"""
PROMOTE_TO_ADMIN = (
    "from django.contrib.auth.models import User;"
    " User.objects.filter(username={!r}).update(is_staff=True, is_superuser=True)"
)


@pytest.fixture
def author(visitor: Visitor) -> Visitor:
    """Return a visitor who is signed in and has access to the admin."""
    visitor.register()
    visitor.server.manage("shell", "-c", PROMOTE_TO_ADMIN.format(visitor.name))
    visitor.sign_in()
    expect(visitor.page.get_by_role("heading", name="Make flashcards")).to_be_visible()
    return visitor


@pytest.fixture
def rest(author: Visitor) -> Iterator[httpx.Client]:
    with author.api_client() as client:
        yield client


def create_payload_deck(rest: httpx.Client) -> dict[str, Any]:
    cards = [
        {"front": payload, "back": payload, "tags": [f"<b onclick={CODE}>"], "sentence": payload}
        for payload in PAYLOADS
    ]
    response = rest.post(
        "/flashcards/decks",
        json={"name": SHORT_PAYLOAD, "tags": [SHORT_PAYLOAD[:30]], "cards": cards},
    )
    return response.raise_for_status().json()


def generate_payloads(options: dict[str, Any]) -> list[Card]:
    return [{"front": payload, "back": payload} for payload in PAYLOADS]


def check_page(page: Page, address: str, problems: list[str]) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    problems += [f"{address}: {problem}" for problem in page.evaluate(FIND_INJECTED)]


def package_fields(package: bytes) -> str:
    """Return all fields of a package that Anki would render."""
    with tempfile.NamedTemporaryFile() as file, zipfile.ZipFile(io.BytesIO(package)) as archive:
        file.write(archive.read("collection.anki2"))
        file.flush()
        return "\n".join(
            row[0] for row in sqlite3.connect(file.name).execute("SELECT flds FROM notes")
        )


def test_scripts_in_card_text_are_inert_on_pages_and_in_anki_export(
    author: Visitor, rest: httpx.Client
) -> None:
    page, url, problems = author.page, author.server.url, []
    page.on("dialog", lambda dialog: (problems.append(f"{page.url}: a dialog"), dialog.dismiss()))
    with quick_engine(author, generate_payloads):
        author.generate(SHORT_PAYLOAD, len(PAYLOADS))
        author.wait_for_first_card()
        problems += [f"during generation: {problem}" for problem in page.evaluate(FIND_INJECTED)]
    deck, other, deleted = (create_payload_deck(rest) for _ in range(3))
    rest.delete(f"/flashcards/decks/{deleted['id']}").raise_for_status()
    rest.delete(f"/flashcards/cards/{other['cards'][0]['id']}").raise_for_status()
    file = {"file": (f"{SHORT_PAYLOAD}.csv", "front,back\n" + json.dumps(SHORT_PAYLOAD) + ",b\n")}
    imported = rest.post("/flashcards/imports", files=file)
    assert imported.status_code == 201, imported.text
    pages = [address[1:] for address in page_states.addresses(is_signed_in=True, deck=deck["id"])]
    pages += ["decks?q=planted"]
    pages += [
        f"decks/{deck['id']}{view}" for view in ("?view=cards", "?view=table", "/print?layout=quiz")
    ]
    pages += [reverse(f"admin:{name}_changelist")[1:] for name in LISTS]
    pages += [
        f"admin/flashcards/deck/{deck['id']}/change/",
        f"admin/flashcards/card/{deck['cards'][0]['id']}/change/",
    ]
    pages += [
        f"api/flashcards/{path}"
        for path in (
            "decks",
            f"decks/{deck['id']}",
            f"decks/{deck['id']}/cards",
            "trash/cards",
            "duplicates",
            "tags",
        )
    ]
    for address in pages:
        check_page(page, f"{url}/{address}", problems)
    assert problems == []
    rendered = package_fields(
        rest.get(f"/flashcards/decks/{deck['id']}/export?format=apkg").content
    ).lower()
    assert [markup for markup in ACTIVE_MARKUP if markup in rendered] == []
