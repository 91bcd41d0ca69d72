"""The admin in a real browser.

The Content Security Policy doesn't block its charts, and its pages fit small windows.
"""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.processes import ROOT, RunningServer
from tests.helpers.screenshots import on_request, take_screenshots
from tests.helpers.users import PASSWORD

ADMIN_DATA_SCRIPT = ROOT / "tests/helpers/admin_data.py"


@pytest.fixture(scope="module")
def admin_data(server: RunningServer) -> dict[str, Any]:
    """Add rows of one month to those of other tests.

    Return the ID of a generation that two engines `tried`, and the numbers of `queued` generations
    and cache `hits`.
    """
    return json.loads(server.manage("shell", "-c", ADMIN_DATA_SCRIPT.read_text()).splitlines()[-1])


def sign_in(page: Page, server: RunningServer, name: str) -> None:
    page.goto(f"{server.url}/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_overview_shows_charts_and_admin_pages_fit_small_phone(
    page: Page, server: RunningServer, admin_data: dict[str, Any]
) -> None:
    sign_in(page, server, "operator")
    expect(page.locator('[data-slot="queued"]')).to_have_text(str(admin_data["queued"]))
    expect(
        page.get_by_role("img", name="Generations asked for in the last 24 hours")
    ).to_be_visible()
    hits_label = (
        f"Requests answered from the cache in the last 24 hours: {admin_data['hits']} hits of"
    )
    expect(page.get_by_role("img", name=hits_label)).to_be_visible()
    page.get_by_label("30 days").check()
    expect(
        page.get_by_role(
            "img", name="Tokens a second by model, as measured last in the last 30 days: "
        )
    ).to_be_visible()
    expect(page.locator("#overview canvas")).to_have_count(5)
    page.set_viewport_size({"width": 320, "height": 640})
    for address in (
        "/admin/",
        "/admin/sessions_app/generation/",
        f"/admin/sessions_app/generation/{admin_data['tried']}/change/",
    ):
        page.goto(server.url + address)
        assert page.evaluate("document.documentElement.scrollWidth") == 320, address


@on_request
def test_screenshots_of_admin_pages_are_taken(
    page: Page, server: RunningServer, admin_data: dict[str, Any]
) -> None:
    page.goto(f"{server.url}/admin/")
    take_screenshots(page, "operators-sign-in")
    sign_in(page, server, "operator")
    for name, address in (
        ("overview", "/admin/"),
        ("sessions", "/admin/sessions_app/webllmsession/"),
        ("generations", "/admin/sessions_app/generation/"),
        ("generation", f"/admin/sessions_app/generation/{admin_data['tried']}/change/"),
        ("engines", "/admin/sessions_app/engine/"),
        ("user", "/admin/auth/user/3/change/"),
    ):
        page.goto(server.url + address)
        page.wait_for_load_state("networkidle")
        # The rows of other tests name the real models that served them.
        take_screenshots(page, f"operators-{name}", may_name_models=True)
