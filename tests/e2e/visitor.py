"""What a person does on the pages, as steps for the browser tests."""

import json
from dataclasses import dataclass
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.processes import RunningServer

PASSWORD = "correct horse battery"
KEPT = """() => Object.keys(sessionStorage).filter((key) => key.endsWith(":batches"))
  .flatMap((key) => JSON.parse(sessionStorage.getItem(key))).flatMap(({ cards }) => cards)"""
LOAD_MS = 90_000
WRITE_MS = 120_000


@dataclass
class Visitor:
    """Somebody at a browser; `name` is made up anew for each test, so that tests share a server."""

    page: Page
    server: RunningServer
    name: str

    def open(self, address: str = "/") -> None:
        self.page.goto(self.server.url + address)

    def sign_up(self) -> None:
        self.open("/sign-up")
        self.page.get_by_label("Username").fill(self.name)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Make account").click()
        expect(self.page.get_by_role("heading", name="Make flashcards")).to_be_visible()

    def register(self) -> None:
        """Have an account, made over the API."""
        self._call("register", {"username": self.name, "password": PASSWORD})

    def sign_in(self, password: str = PASSWORD) -> None:
        self.open("/sign-in")
        self.page.get_by_label("Username").fill(self.name)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def has_deck(self, name: str, cards: list[dict[str, str]]) -> str:
        """Save a deck over the API; its id."""
        token = self._call("token", {"username": self.name, "password": PASSWORD})["access"]
        answer = httpx.post(
            f"{self.server.url}/api/flashcards/decks", json={"name": name, "cards": cards}, headers={"Authorization": f"Bearer {token}"}
        )
        return answer.raise_for_status().json()["id"]

    def _call(self, what: str, body: dict[str, str]) -> Any:
        return httpx.post(f"{self.server.url}/api/auth/{what}", json=body).raise_for_status().json()

    # --- the maker ---
    @property
    def model(self) -> Locator:
        return self.page.locator("#model")

    @property
    def batch(self) -> Locator:
        """The newest cards."""
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

    def wait_for_first_card(self) -> None:
        expect(self.batch.locator(".card[data-card]").first).to_be_visible(timeout=WRITE_MS)

    def has_batch(self, **record: Any) -> None:
        """A batch that this tab was writing when it was left; shown after the next reload."""
        key = "`mindflip:${document.body.dataset.user}:batches`"
        self.page.evaluate(f"(records) => sessionStorage.setItem({key}, records)", json.dumps([{"key": "1", **record, "words": ""}]))

    def kept_cards(self) -> list[dict[str, Any]]:
        """The unsaved cards that a reload would show again."""
        return self.page.evaluate(KEPT)

    def fronts(self) -> list[str]:
        return self.page.locator(".card[data-card] [data-slot=front]").all_inner_texts()
