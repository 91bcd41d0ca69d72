"""MindFlip as an installed app: what browsers require, and what works without a network."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.helpers.page_objects import Visitor
from tests.helpers.processes import RunningServer, eventually

KEPT = """async () => {
  const caught = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys())
      caught.push([new URL(request.url).pathname, await (await caches.match(request)).text()]);
  return caught;
}"""
SITTING = """async () => {
  const name = (await caches.keys()).find((each) => each.startsWith("mindflip-study-"));
  const cache = await caches.open(name);
  const sittings = (await cache.keys()).filter(({ url }) => url.includes("/api/"));
  return (await Promise.all(sittings.map(async (one) => (await cache.match(one)).text()))).join();
}"""
IS_PAGE_KEPT = "() => caches.match(location.pathname).then(Boolean)"
OLD_VERSIONS = """async () => {
  for (const name of ["mindflip-shell-oldest", "mindflip-shell-old"])
    await (await caches.open(name)).put(`/static/css/${name}.css`, new Response(name));
}"""


@pytest.fixture
def installed(new_context: Callable[..., BrowserContext], server: RunningServer) -> Visitor:
    """Return a visitor whose service worker is active and has cached the app shell."""
    visitor = Visitor(new_context().new_page(), server, "nobody")
    visitor.open()
    wait_until_kept(visitor.page)
    return visitor


def wait_until_kept(page: Page) -> None:
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def test_browsers_find_nothing_that_keeps_it_from_being_installed(installed: Visitor) -> None:
    devtools = installed.page.context.new_cdp_session(installed.page)
    assert devtools.send("Page.getAppManifest")["errors"] == []
    # Playwright's contexts are incognito profiles, which report this for every site.
    hindrances = {
        error["errorId"]
        for error in devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    }
    assert hindrances - {"in-incognito"} == set()


def test_every_icon_and_shortcut_of_the_manifest_is_there(server: RunningServer) -> None:
    manifest = httpx.get(f"{server.url}/manifest.webmanifest").json()
    addresses = [icon["src"] for icon in manifest["icons"]] + [
        shortcut["url"] for shortcut in manifest["shortcuts"]
    ]
    assert {
        httpx.get(server.url + address, follow_redirects=True).status_code for address in addresses
    } == {200}


def test_without_a_network_a_page_says_what_still_works_and_comes_back_by_itself(
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
    expect(installed.page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=20_000)


def test_what_is_kept_is_nobodys(installed: Visitor) -> None:
    installed.name = "somebody-with-a-name"
    installed.register()
    secret = installed.create_deck("A secret deck", [{"front": "a secret question", "back": "b"}])
    installed.sign_in()
    for address in ("/decks", f"/decks/{secret}", "/offline"):
        installed.open(address)
    installed.page.evaluate("fetch('/api/flashcards/decks').then((answer) => answer.text())")
    kept = installed.page.evaluate(KEPT)
    assert {path for path, _ in kept if not path.startswith("/static/")} == {"/offline"}
    assert [path for path, text in kept if "secret" in text or installed.name in text] == []


def test_studying_goes_on_after_a_reload_without_a_network_until_its_user_signs_out(
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
    # `wait_for_function` treats a promise as true, whatever its value is.
    eventually(lambda: installed.page.evaluate(IS_PAGE_KEPT))
    installed.page.context.set_offline(True)
    rate(installed, "ribosome")
    eventually(lambda: "ribosome" not in installed.page.evaluate(SITTING))
    installed.page.reload()
    expect(installed.page.get_by_text("to send. Go on")).to_be_visible()
    rate(installed, "nucleus")
    installed.page.context.set_offline(False)
    expect(installed.page.get_by_text("to send")).not_to_be_visible(timeout=20_000)
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


def test_after_signing_out_nothing_of_a_user_is_shown_without_a_network(installed: Visitor) -> None:
    installed.name = "somebody-who-leaves"
    installed.sign_up()
    installed.page.get_by_role("button", name="Account").click()
    installed.page.get_by_role("button", name="Sign out").click()
    installed.page.context.set_offline(True)
    installed.open("/decks")
    expect(installed.page.get_by_role("heading", name="No way to the server")).to_be_visible()
    expect(installed.page.get_by_text(installed.name)).to_have_count(0)


def test_a_new_version_keeps_the_files_of_the_one_before_for_tabs_that_are_open(
    new_context: Callable[..., BrowserContext], server: RunningServer
) -> None:
    page = new_context().new_page()
    page.goto(f"{server.url}/manifest.webmanifest")
    page.evaluate(OLD_VERSIONS)
    page.goto(server.url)
    wait_until_kept(page)
    assert page.evaluate("caches.keys()") == [
        "mindflip-shell-old",
        page.evaluate("caches.keys()")[-1],
    ]
    assert (
        page.evaluate("fetch('/static/css/mindflip-shell-old.css').then((answer) => answer.text())")
        == "mindflip-shell-old"
    )


def test_the_service_worker_is_asked_for_anew_and_carries_the_policy(server: RunningServer) -> None:
    answer = httpx.get(f"{server.url}/sw.js")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Type"].startswith("text/javascript")
