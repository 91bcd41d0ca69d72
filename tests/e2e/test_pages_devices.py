"""A user with one loaded model and several devices.

A page generates cards for the other devices of its user, and shows the requests that they make in
its session.
"""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.helpers.page_objects import GENERATION_TIMEOUT_MS, Visitor
from tests.helpers.processes import eventually
from tests.helpers.users import PASSWORD

pytestmark = pytest.mark.usefixtures("one_model_at_a_time")


@pytest.fixture
def page(model_page: Page) -> Page:
    """Return a page of a browser in which the model may be stored."""
    return model_page


@pytest.fixture
def rest(visitor: Visitor) -> httpx.Client:
    """Return a client for the visitor's other device, which has no model.

    The visitor's page has a model loaded.
    """
    visitor.open_as_new_user()
    visitor.load_model()
    client = httpx.Client(base_url=f"{visitor.server.url}/api", timeout=40)
    token = (
        client.post("/auth/token", json={"username": visitor.name, "password": PASSWORD})
        .raise_for_status()
        .json()["access"]
    )
    client.headers["Authorization"] = f"Bearer {token}"
    return client


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext]) -> Page:
    """Return a page of a browser that can't run any model."""
    context = new_context()
    context.add_init_script("delete globalThis.WebAssembly")
    return context.new_page()


def session_of_the_page(rest: httpx.Client) -> dict:
    """Wait until the page's engine is ready, and return its session."""
    return eventually(
        lambda: next(
            (
                session
                for session in rest.get("/webllm/session").json()["results"]
                if session["status"] == "ready"
            ),
            None,
        )
    )


def ask(rest: httpx.Client, session_id: str, topic: str) -> str:
    body = {
        "prompt": f"Generate 1 flashcards about {topic}",
        "options": {"topic": topic, "count": 1},
    }
    return (
        rest.post(f"/webllm/session/{session_id}/generations", json=body)
        .raise_for_status()
        .json()["id"]
    )


def result_of(rest: httpx.Client, generation_id: str) -> dict:
    def finished() -> dict | None:
        generation = (
            rest.get(f"/webllm/generations/{generation_id}?wait=25").raise_for_status().json()
        )
        return generation if generation["finishedAt"] else None

    return eventually(finished, seconds=GENERATION_TIMEOUT_MS / 1000)


def test_cards_asked_for_elsewhere_in_its_session_appear_on_the_page(
    visitor: Visitor, rest: httpx.Client
) -> None:
    ask(rest, session_of_the_page(rest)["id"], "Tides")
    visitor.wait_for_first_card()
    visitor.wait_for_batch()
    expect(visitor.batch.get_by_role("heading", name="Tides")).to_be_visible()
    visitor.page.get_by_role("button", name="Save as deck").click()
    expect(visitor.page.get_by_role("link", name="Tides")).to_be_visible()


def test_a_page_with_a_loaded_model_writes_for_another_session_of_its_user(
    visitor: Visitor, rest: httpx.Client
) -> None:
    session_of_the_page(rest)
    other = (
        rest.post("/webllm/session", json={"modelId": "none-of-this-phone"})
        .raise_for_status()
        .json()
    )
    generation = result_of(rest, ask(rest, other["id"], "Winds"))
    assert (generation["status"], len(generation["cards"])) == ("succeeded", 1)
    expect(visitor.page.locator(".batch")).to_have_count(0)


def test_a_browser_in_which_no_model_runs_gets_its_cards_from_another(
    visitor: Visitor, phone: Page
) -> None:
    visitor.open_as_new_user()
    without = Visitor(phone, visitor.server, visitor.name)
    without.sign_in()
    expect(without.model).to_contain_text("No model of this server runs in this browser.")
    without.generate("Dunes", 1)
    expect(without.batch).to_contain_text("Waiting for an engine")
    expect(without.batch).to_contain_text(
        "Open this page on another one of yours and load a model there"
    )
    visitor.load_model()
    without.wait_for_batch()
    assert len(without.fronts()) == 1
