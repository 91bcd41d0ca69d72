"""The steps of a user on the pages, for the browser tests."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.helpers.processes import RunningServer
from tests.helpers.users import PASSWORD

KEPT = """() => Object.keys(sessionStorage).filter((key) => key.endsWith(":batches"))
  .flatMap((key) => JSON.parse(sessionStorage.getItem(key))).flatMap(({ cards }) => cards)"""
# The batches are written on `pagehide`, because the page saves its own whenever one changes.
LEAVE_BATCHES = """(records) => addEventListener("pagehide", () =>
  sessionStorage.setItem(`mindflip:${document.body.dataset.user}:batches`, records), {
  once: true })"""
LOAD_MS = 90_000
WRITE_MS = 120_000


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
        self.client = httpx.Client(base_url=self.server.url)
        form = {
            "username": self.name,
            "password1": PASSWORD,
            "csrfmiddlewaretoken": self._csrf("/sign-up"),
        }
        assert self.client.post("/sign-up", data=form).status_code == 302, (
            "this account was not made"
        )

    def come_in(self) -> None:
        """Sign in without the form, which is slow and has its own tests."""
        cookies = self.client.cookies.jar
        self.page.context.add_cookies(
            [
                {"name": cookie.name, "value": cookie.value or "", "url": self.server.url}
                for cookie in cookies
            ]
        )

    def arrive(self) -> None:
        """Sign in as a new user and open the Make page."""
        self.register()
        self.come_in()
        self.open()
        expect(self.page.get_by_role("heading", name="Make flashcards")).to_be_visible()

    def sign_in(self, password: str = PASSWORD) -> None:
        self.open("/sign-in")
        self.page.get_by_label("Username").fill(self.name)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def has_deck(self, name: str, cards: list[dict[str, str]]) -> str:
        """Save a deck through the API and return its ID."""
        return self.post("/api/flashcards/decks", {"name": name, "cards": cards})["id"]

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Send a POST request to the API as the registered user and return its response."""
        return (
            self.client.post(
                path, json=body, headers={"X-CSRFToken": self.client.cookies["csrftoken"]}
            )
            .raise_for_status()
            .json()
        )

    def _csrf(self, page: str) -> str:
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
        self.wait_until_loaded()

    def wait_until_loaded(self) -> None:
        expect(self.model).to_have_attribute("data-state", "ready", timeout=LOAD_MS)

    def ask(self, topic: str, count: int) -> None:
        self.page.get_by_label("Topic", exact=True).fill(topic)
        self.page.get_by_label("Cards", exact=True).fill(str(count))
        self.page.get_by_role("button", name="Generate").click()

    def wait_until_written(self, state: str = "done") -> None:
        expect(self.batch).to_have_attribute("data-state", state, timeout=WRITE_MS)

    def wait_for_first_tokens(self) -> None:
        """Wait until the engine is writing, long before the first card is complete."""
        expect(self.batch).to_contain_text(re.compile(r"\d+ tokens? in"), timeout=WRITE_MS)

    def wait_for_first_card(self) -> None:
        expect(self.batch.locator(".card[data-card]").first).to_be_visible(timeout=WRITE_MS)

    def has_batch(self, **record: Any) -> None:
        """Leave a batch that this tab seems to be generating; the next reload shows it."""
        self.page.evaluate(LEAVE_BATCHES, json.dumps([{"key": "1", "words": "", **record}]))

    def kept_cards(self) -> list[dict[str, Any]]:
        """Return the unsaved cards that a reload would show again."""
        return self.page.evaluate(KEPT)

    def fronts(self) -> list[str]:
        return self.page.locator(".card[data-card] [data-slot=front]").all_inner_texts()
