"""A user with one loaded model and several devices.

A page generates cards for the other devices of its user, and shows the generations that they
request in its session.
"""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.helpers.page_objects import EASY_TOPIC, Visitor
from tests.helpers.processes import eventually

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
    return visitor.api_client()


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext]) -> Page:
    """Return a page of a browser that can't run any model."""
    context = new_context()
    context.add_init_script("delete globalThis.WebAssembly")
    return context.new_page()


def wait_for_page_session(rest: httpx.Client) -> dict:
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


def create_generation(rest: httpx.Client, session_id: str, topic: str) -> str:
    body = {
        "prompt": f"Generate 1 flashcards about {topic}",
        "options": {"topic": topic, "count": 1},
    }
    return (
        rest.post(f"/webllm/session/{session_id}/generations", json=body)
        .raise_for_status()
        .json()["id"]
    )


def wait_for_generation(rest: httpx.Client, generation_id: str) -> dict:
    def finished_generation() -> dict | None:
        generation = (
            rest.get(f"/webllm/generations/{generation_id}?wait=25").raise_for_status().json()
        )
        return generation if generation["finishedAt"] else None

    return eventually(finished_generation)


def test_generation_of_other_device_in_session_appears_on_page(
    visitor: Visitor, rest: httpx.Client
) -> None:
    create_generation(rest, wait_for_page_session(rest)["id"], EASY_TOPIC)
    visitor.wait_for_first_card()
    visitor.wait_for_batch()
    expect(visitor.batch.get_by_role("heading", name=EASY_TOPIC)).to_be_visible()
    visitor.page.get_by_role("button", name="Save as deck").click()
    expect(visitor.page.get_by_role("link", name=EASY_TOPIC)).to_be_visible()


def test_page_with_loaded_model_serves_other_session_of_its_user(
    visitor: Visitor, rest: httpx.Client
) -> None:
    wait_for_page_session(rest)
    phone_session = (
        rest.post("/webllm/session", json={"modelId": "none-of-this-phone"})
        .raise_for_status()
        .json()
    )
    generation = wait_for_generation(rest, create_generation(rest, phone_session["id"], EASY_TOPIC))
    assert (generation["status"], len(generation["cards"])) == ("succeeded", 1)
    expect(visitor.page.locator(".batch")).to_have_count(0)


def test_browser_without_model_gets_cards_from_other_browser_of_user(
    visitor: Visitor, phone: Page
) -> None:
    visitor.open_as_new_user()
    phone_visitor = Visitor(phone, visitor.server, visitor.name)
    phone_visitor.sign_in()
    expect(phone_visitor.model).to_contain_text("No model of this server runs in this browser.")
    phone_visitor.generate(EASY_TOPIC, 1)
    expect(phone_visitor.batch).to_contain_text("Waiting for an engine")
    expect(phone_visitor.batch).to_contain_text(
        "Open this page on another one of yours and load a model there"
    )
    visitor.load_model()
    phone_visitor.wait_for_batch()
    assert len(phone_visitor.fronts()) == 1
