"""MindFlip as an installed app: what browsers require, and what works without a network."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.helpers.browser import wait_for_service_worker
from tests.helpers.page_objects import Visitor
from tests.helpers.processes import RunningServer, eventually

CACHED_FILES = """async () => {
  const files = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys())
      files.push([new URL(request.url).pathname, await (await caches.match(request)).text()]);
  return files;
}"""
CACHED_STUDY = """async () => {
  const name = (await caches.keys()).find((key) => key.startsWith("mindflip-study-"));
  const cache = await caches.open(name);
  const keys = (await cache.keys()).filter(({ url }) => url.includes("/api/"));
  return (await Promise.all(keys.map(async (key) => (await cache.match(key)).text()))).join();
}"""
IS_PAGE_CACHED = "() => caches.match(location.pathname).then(Boolean)"
CREATE_OLD_CACHES = """async () => {
  for (const name of ["mindflip-shell-oldest", "mindflip-shell-old"])
    await (await caches.open(name)).put(`/static/css/${name}.css`, new Response(name));
}"""


@pytest.fixture
def installed(new_context: Callable[..., BrowserContext], server: RunningServer) -> Visitor:
    """Return a visitor whose service worker is active and has cached the app shell."""
    visitor = Visitor(new_context().new_page(), server, "nobody")
    visitor.open()
    wait_for_service_worker(visitor.page)
    return visitor


def test_browser_reports_no_installability_errors(installed: Visitor) -> None:
    devtools = installed.page.context.new_cdp_session(installed.page)
    assert devtools.send("Page.getAppManifest")["errors"] == []
    # Playwright's contexts are incognito profiles, which report this for every site.
    errors = {
        error["errorId"]
        for error in devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    }
    assert errors - {"in-incognito"} == set()


def test_icons_and_shortcuts_of_manifest_are_served(server: RunningServer) -> None:
    manifest = server.get("/manifest.webmanifest").json()
    addresses = [icon["src"] for icon in manifest["icons"]] + [
        shortcut["url"] for shortcut in manifest["shortcuts"]
    ]
    assert {server.get(address, follow_redirects=True).status_code for address in addresses} == {
        200
    }


def test_offline_page_is_shown_without_network_and_reloads_after_reconnect(
    installed: Visitor,
) -> None:
    context = installed.page.context
    context.set_offline(True)
    installed.open("/sign-in")
    expect(installed.page.get_by_role("heading", name="No way to the server")).to_be_visible()
    # The page's styles were cached, too.
    assert (
        installed.page.evaluate(
            "getComputedStyle(document.querySelector('.button-primary')).cursor"
        )
        == "pointer"
    )
    context.set_offline(False)
    expect(installed.page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_cache_contains_no_user_data(installed: Visitor) -> None:
    installed.name = "somebody-with-a-name"
    installed.register()
    deck = installed.create_deck("A secret deck", [{"front": "a secret question", "back": "b"}])
    installed.sign_in()
    for address in ("/decks", f"/decks/{deck}", "/offline"):
        installed.open(address)
    installed.page.evaluate("fetch('/api/flashcards/decks').then((answer) => answer.text())")
    cached = installed.page.evaluate(CACHED_FILES)
    assert {path for path, _ in cached if not path.startswith("/static/")} == {"/offline"}
    assert [path for path, text in cached if "secret" in text or installed.name in text] == []


def test_study_continues_offline_after_reload_until_user_signs_out(
    installed: Visitor,
) -> None:
    installed.name = "somebody-who-studies"
    installed.register()
    deck = installed.create_deck(
        "Cells", [{"front": front, "back": "b"} for front in ("vacuole", "ribosome", "nucleus")]
    )
    installed.sign_in()
    expect(installed.page.get_by_role("heading", name="Make flashcards")).to_be_visible()
    installed.open(f"/decks/{deck}/study")
    rate(installed, "vacuole")
    eventually(lambda: installed.page.evaluate(IS_PAGE_CACHED))
    installed.page.context.set_offline(True)
    rate(installed, "ribosome")
    eventually(lambda: "ribosome" not in installed.page.evaluate(CACHED_STUDY))
    installed.page.reload()
    expect(installed.page.get_by_text("to send. Go on")).to_be_visible()
    rate(installed, "nucleus")
    installed.page.context.set_offline(False)
    expect(installed.page.get_by_text("to send")).not_to_be_visible()
    installed.page.get_by_role("button", name="Account").click()
    installed.page.get_by_role("button", name="Sign out").click()
    expect(installed.page.get_by_role("link", name="Sign in").first).to_be_visible()
    installed.page.context.set_offline(True)
    installed.open(f"/decks/{deck}/study")
    expect(installed.page.get_by_role("heading", name="No way to the server")).to_be_visible()


def rate(learner: Visitor, question: str) -> None:
    """Wait for this question, then show the answer and rate it Easy."""
    expect(learner.page.locator('[data-slot="question"]')).to_have_text(question)
    learner.page.keyboard.press("Space")
    learner.page.keyboard.press("4")


def test_user_data_is_not_shown_offline_after_sign_out(installed: Visitor) -> None:
    installed.name = "somebody-who-leaves"
    installed.sign_up()
    installed.page.get_by_role("button", name="Account").click()
    installed.page.get_by_role("button", name="Sign out").click()
    installed.page.context.set_offline(True)
    installed.open("/decks")
    expect(installed.page.get_by_role("heading", name="No way to the server")).to_be_visible()
    expect(installed.page.get_by_text(installed.name)).to_have_count(0)


def test_service_worker_keeps_cache_of_only_one_previous_version(
    new_context: Callable[..., BrowserContext], server: RunningServer
) -> None:
    page = new_context().new_page()
    page.goto(f"{server.url}/manifest.webmanifest")
    page.evaluate(CREATE_OLD_CACHES)
    page.goto(server.url)
    wait_for_service_worker(page)
    assert page.evaluate("caches.keys()") == [
        "mindflip-shell-old",
        page.evaluate("caches.keys()")[-1],
    ]
    assert (
        page.evaluate("fetch('/static/css/mindflip-shell-old.css').then((answer) => answer.text())")
        == "mindflip-shell-old"
    )


def test_service_worker_script_is_revalidated_and_has_security_policy(
    server: RunningServer,
) -> None:
    response = server.get("/sw.js")
    assert response.headers["Cache-Control"] == "no-cache"
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert response.headers["Content-Type"].startswith("text/javascript")
