"""The profile of a browser: cookies, storages, caches and the service worker of one origin.

The profile is written to JSON and restored in a new browser. Downloaded models are left out.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Route

from tests.helpers.browser import wait_for_service_worker

HOST = "{HOST}"
"""The placeholder for the host and port in recorded texts."""
TIME_ZONE = "Europe/Berlin"
SHELL_PREFIX = "mindflip-shell-"
READ_STORAGES = """async () => ({
  localStorage: { ...localStorage },
  sessionStorage: { ...sessionStorage },
  indexedDB: (await indexedDB.databases()).map(({ name }) => name),
})"""
READ_CACHES = """async (urlPattern) => {
  const read = async (cache, request) => {
    const response = await cache.match(request);
    const headers = { "Content-Type": response.headers.get("Content-Type") };
    const { pathname, search } = new URL(request.url);
    return { url: pathname + search, headers, body: await response.text() };
  };
  const all = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    const requests = (await cache.keys()).filter(({ url }) => new RegExp(urlPattern).test(url));
    all.push({ name, entries: await Promise.all(requests.map((each) => read(cache, each))) });
  }
  return all;
}"""
WRITE_STORAGES = """({ local, session }) => {
  for (const [key, value] of Object.entries(local)) localStorage.setItem(key, value);
  for (const [key, value] of Object.entries(session)) sessionStorage.setItem(key, value);
}"""
WRITE_CACHE = """async ({ name, entries }) => {
  const cache = await caches.open(name);
  for (const { url, headers, body } of entries)
    await cache.put(url, new Response(body, { headers }));
}"""
REGISTER_SERVICE_WORKER = """async () => {
  await navigator.serviceWorker.register("/sw.js");
  await navigator.serviceWorker.ready;
}"""
BLANK_PAGE = "/blank-page-of-the-recording"


def read_profile(page: Page, scripts: dict[str, str], url_pattern: str) -> dict[str, Any]:
    """Return the profile of the page's browser.

    Cached responses are included if their address matches the regular expression `url_pattern`.
    `scripts` are the scripts of the service worker, by path.
    """
    cookies = page.context.cookies()
    return {
        "cookies": [{"name": cookie["name"], "value": cookie["value"]} for cookie in cookies],
        **page.evaluate(READ_STORAGES),
        "caches": page.evaluate(READ_CACHES, url_pattern),
        "serviceWorker": scripts,
    }


def restore_profile(context: BrowserContext, profile: dict[str, Any], url: str) -> Page:
    """Restore the profile in a new browser context, and return a page of it.

    The page is controlled by the recorded service worker. No request is sent to the server at
    `url`.
    """
    bodies = dict(profile["serviceWorker"])
    for cache in profile["caches"]:
        bodies |= {entry["url"]: entry["body"] for entry in cache["entries"]}

    def fulfill(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == BLANK_PAGE:
            route.fulfill(body="<!doctype html><title>Blank</title>", content_type="text/html")
        elif path in bodies:
            route.fulfill(body=bodies[path], content_type=_media_type(path))
        else:
            route.fulfill(status=404)

    assert profile["indexedDB"] == [], "the profile has IndexedDB databases, which are not restored"
    context.route("**/*", fulfill)
    page = context.new_page()
    page.goto(url + BLANK_PAGE)
    page.evaluate(
        WRITE_STORAGES, {"local": profile["localStorage"], "session": profile["sessionStorage"]}
    )
    current = current_shell(profile)
    # Create the caches in the recorded order, because the service worker relies on it to find the
    # newest.
    for cache in profile["caches"]:
        if cache["name"] == current:
            page.evaluate(REGISTER_SERVICE_WORKER)
            wait_for_service_worker(page)
        page.evaluate(WRITE_CACHE, cache)
    context.add_cookies([{**cookie, "url": url} for cookie in profile["cookies"]])
    context.unroute("**/*", fulfill)
    return page


def current_shell(profile: dict[str, Any]) -> str:
    """Return the name of the cache that contains the files of the recorded version."""
    return SHELL_PREFIX + service_worker_version(profile["serviceWorker"]["/sw.js"])


def service_worker_version(script: str) -> str:
    """Return the version in the script at /sw.js."""
    (version,) = re.findall(r'"version": "([^"]+)"', script)
    return version


def _media_type(path: str) -> str:
    if path.endswith((".js", ".mjs")):
        return "text/javascript"
    return "text/css" if path.endswith(".css") else "text/html"
