"""Every page has a title, one heading and a link to it, and loads its scripts and styles."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from flashcards.models import Deck
from flashcards.pages.urls import urlpatterns
from flashcards.services.decks import deck_create
from tests.helpers.page_states import NOT_PAGES

ROOT = Path(__file__).parents[2]
TEMPLATES = "\n".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
FILES = sorted(
    str(path.relative_to(ROOT / "static"))
    for pattern in ("css/*.css", "js/pages/*.js")
    for path in (ROOT / "static").glob(pattern)
)
# The script of the import map (sessions_app/templatetags/engine.py).
IMPORTED_BY_NAME = {"js/pages/text.js"}
NAMES = sorted({str(url.name) for url in urlpatterns} - NOT_PAGES)
SHOWN_WITHOUT_LINK = {"offline", "account-deleted"}  # shown by scripts


@pytest.fixture
def deck(alice: User) -> Deck:
    return deck_create(user=alice, name="Cells", cards=[{"front": "a", "back": "b"}])


def address(name: str, deck: Deck) -> str:
    (url,) = [url for url in urlpatterns if url.name == name]
    return reverse(name, kwargs={"deck_id": deck.pk} if "<" in str(url.pattern) else {})


@pytest.mark.parametrize("name", NAMES)
def test_page_has_title_and_one_heading(client: Client, alice: User, deck: Deck, name: str) -> None:
    if client.get(address(name, deck)).status_code == 302:
        client.force_login(alice)
    page = BeautifulSoup(client.get(address(name, deck)).content, "html.parser")
    assert page.title
    assert page.title.text.removesuffix(" · MindFlip").strip(), (
        f"fill {{% block title %}} in the template of {name}"
    )
    assert len(page.select("h1")) == 1


@pytest.mark.parametrize("name", NAMES)
def test_page_for_signed_in_users_is_marked_in_navigation(
    client: Client, alice: User, deck: Deck, name: str
) -> None:
    if name != "home" and client.get(address(name, deck)).status_code != 302:
        pytest.skip("The page is also for users who are not signed in.")
    client.force_login(alice)
    page = BeautifulSoup(client.get(address(name, deck)).content, "html.parser")
    assert len(page.select(".site-header [aria-current]")) == 1, (
        f"set aria-current for {name} in templates/partials/header.html"
    )


@pytest.mark.parametrize("name", sorted(set(NAMES) - SHOWN_WITHOUT_LINK))
def test_page_is_linked_from_template(name: str) -> None:
    assert f"{{% url '{name}'" in TEMPLATES, f"link to {name} from a template"


@pytest.mark.parametrize("name", sorted(set(FILES) - IMPORTED_BY_NAME))
def test_script_or_style_sheet_is_loaded_by_template(name: str) -> None:
    assert f"{{% static '{name}' %}}" in TEMPLATES, f"load static/{name} in a template"
