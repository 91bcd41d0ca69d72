"""The steps of a user on the pages, for the browser tests."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.helpers.processes import RunningServer
from tests.helpers.users import PASSWORD

# The built-in model writes short cards about it that are accepted. Others take up to ten times
# as long, because cards are rejected.
EASY_TOPIC = "Paris"
STORED_CARDS = """() => Object.keys(sessionStorage).filter((key) => key.endsWith(":batches"))
  .flatMap((key) => JSON.parse(sessionStorage.getItem(key))).flatMap(({ cards }) => cards)"""
# Write the batches on `pagehide`, because the page overwrites them whenever a batch changes.
STORE_BATCHES_ON_LEAVE = """(records) => addEventListener("pagehide", () =>
  sessionStorage.setItem(`mindflip:${document.body.dataset.user}:batches`, records), {
  once: true })"""


@dataclass
class Visitor:
    """A user at a browser, with a new `name` for each test so that tests can share a server."""

    page: Page
    server: RunningServer
    name: str
    client: httpx.Client = field(default_factory=httpx.Client)

    def open(self, address: str = "/") -> None:
        self.page.goto(self.server.url + address)

    def sign_up(self) -> None:
        self.open("/sign-up")
        self.page.get_by_label("Username").fill(self.name)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Make account").click()
        expect(self.page.get_by_role("heading", name="Make flashcards")).to_be_visible()

    def register(self) -> None:
        """Create an account without the browser."""
        self.client = self.server.client()
        form = {
            "username": self.name,
            "password1": PASSWORD,
            "csrfmiddlewaretoken": self._csrf_token("/sign-up"),
        }
        assert self.client.post("/sign-up", data=form).status_code == 302, (
            "the account was not created"
        )

    def sign_in_with_cookie(self) -> None:
        """Sign in with the session cookie of `register`; the form is slow and has its own tests."""
        cookies = self.client.cookies.jar
        self.page.context.add_cookies(
            [
                {"name": cookie.name, "value": cookie.value or "", "url": self.server.url}
                for cookie in cookies
            ]
        )

    def open_as_new_user(self) -> None:
        """Sign in as a new user and open the Make page."""
        self.register()
        self.sign_in_with_cookie()
        self.open()
        expect(self.page.get_by_role("heading", name="Make flashcards")).to_be_visible()

    def sign_in(self, password: str = PASSWORD) -> None:
        self.open("/sign-in")
        self.page.get_by_label("Username").fill(self.name)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def create_deck(self, name: str, cards: list[dict[str, str]]) -> str:
        """Save a deck through the API and return its ID."""
        return self.post("/api/flashcards/decks", {"name": name, "cards": cards})["id"]

    def create_draft(self, topic: str, cards: list[dict[str, str]]) -> None:
        """Store unsaved cards through the API."""
        body = {"version": 0, "topic": topic, "cards": cards}
        with self.api_client() as client:
            client.put(f"/flashcards/drafts/{uuid4()}", json=body).raise_for_status()

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Send a POST request to the API as the registered user and return its response."""
        return (
            self.client.post(
                path, json=body, headers={"X-CSRFToken": self.client.cookies["csrftoken"]}
            )
            .raise_for_status()
            .json()
        )

    def api_client(self) -> httpx.Client:
        """Return a client of the API with a new token of the registered user."""
        credentials = {"username": self.name, "password": PASSWORD}
        response = self.server.post("/api/auth/token", json=credentials).raise_for_status()
        client = self.server.client(
            headers={"Authorization": f"Bearer {response.json()['access']}"}
        )
        client.base_url = httpx.URL(f"{self.server.url}/api")
        return client

    def _csrf_token(self, page: str) -> str:
        self.client.get(page)
        return self.client.cookies["csrftoken"]

    # --- The Make page ---
    @property
    def model(self) -> Locator:
        return self.page.locator("#model")

    @property
    def batch(self) -> Locator:
        """The newest batch of cards."""
        return self.page.locator(".batch").first

    def load_model(self) -> None:
        self.model.get_by_role("button", name="Load model").click()
        self.wait_for_model()

    def wait_for_model(self) -> None:
        expect(self.model).to_have_attribute("data-state", "ready")

    def generate(self, topic: str, count: int) -> None:
        self.page.get_by_label("Topic", exact=True).fill(topic)
        self.page.get_by_label("Cards", exact=True).fill(str(count))
        self.page.get_by_role("button", name="Generate").click()

    def wait_for_batch(self, state: str = "done") -> None:
        expect(self.batch).to_have_attribute("data-state", state)

    def wait_for_first_tokens(self) -> None:
        """Wait until the engine generates tokens, long before the first card is complete."""
        expect(self.batch).to_contain_text(re.compile(r"\d+ tokens? in"))

    def wait_for_first_card(self) -> None:
        expect(self.batch.locator(".card[data-card]").first).to_be_visible()

    def store_batch(self, **record: Any) -> None:
        """Store a batch when the page is left, so that the next reload shows it."""
        self.page.evaluate(
            STORE_BATCHES_ON_LEAVE, json.dumps([{"key": "1", "words": "", **record}])
        )

    def stored_cards(self) -> list[dict[str, Any]]:
        """Return the unsaved cards that the page shows again after a reload."""
        return self.page.evaluate(STORED_CARDS)

    def fronts(self) -> list[str]:
        return self.page.locator(".card[data-card] [data-slot=front]").all_inner_texts()
