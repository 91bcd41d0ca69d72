"""The profile of a browser: cookies, storages, caches and the service worker of one origin.

The profile is written to JSON and restored in a new browser. Downloaded models are left out.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Route

HOST = "{HOST}"
"""The placeholder for the host and port in recorded texts."""
TIME_ZONE = "Europe/Berlin"
SHELL_PREFIX = "mindflip-shell-"
READ_STORAGES = """async () => ({
  localStorage: { ...localStorage },
  sessionStorage: { ...sessionStorage },
  indexedDB: (await indexedDB.databases()).map(({ name }) => name),
})"""
READ_CACHES = """async (wanted) => {
  const read = async (cache, request) => {
    const response = await cache.match(request);
    const headers = { "Content-Type": response.headers.get("Content-Type") };
    const { pathname, search } = new URL(request.url);
    return { url: pathname + search, headers, body: await response.text() };
  };
  const all = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    const requests = (await cache.keys()).filter(({ url }) => new RegExp(wanted).test(url));
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
REGISTER = """async () => {
  await navigator.serviceWorker.register("/sw.js");
  await navigator.serviceWorker.ready;
}"""
IS_CONTROLLED = "navigator.serviceWorker.controller !== null"
BLANK = "/blank-page-of-the-recording"


def read_profile(page: Page, scripts: dict[str, str], wanted: str) -> dict[str, Any]:
    """Return the profile of the page's browser.

    Cached responses are included if their address matches the regular expression `wanted`.
    `scripts` are the scripts of the service worker, by path.
    """
    cookies = page.context.cookies()
    return {
        "cookies": [{"name": each["name"], "value": each["value"]} for each in cookies],
        **page.evaluate(READ_STORAGES),
        "caches": page.evaluate(READ_CACHES, wanted),
        "serviceWorker": scripts,
    }


def restore_profile(context: BrowserContext, profile: dict[str, Any], url: str) -> Page:
    """Put the profile into a new browser, and return a page of it.

    The page is controlled by the recorded service worker. No request is sent to the server at
    `url`.
    """
    answers = dict(profile["serviceWorker"])
    for cache in profile["caches"]:
        answers |= {entry["url"]: entry["body"] for entry in cache["entries"]}

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == BLANK:
            route.fulfill(body="<!doctype html><title>Blank</title>", content_type="text/html")
        elif path in answers:
            route.fulfill(body=answers[path], content_type=_media_type(path))
        else:
            route.fulfill(status=404)

    assert profile["indexedDB"] == [], "The pages use IndexedDB now: restore it here, too."
    context.route("**/*", answer)
    page = context.new_page()
    page.goto(url + BLANK)
    page.evaluate(
        WRITE_STORAGES, {"local": profile["localStorage"], "session": profile["sessionStorage"]}
    )
    current = current_shell(profile)
    # Create the caches in the recorded order, because the service worker relies on it to find the
    # newest.
    for cache in profile["caches"]:
        if cache["name"] == current:
            page.evaluate(REGISTER)
            page.wait_for_function(IS_CONTROLLED)
        page.evaluate(WRITE_CACHE, cache)
    context.add_cookies([{**each, "url": url} for each in profile["cookies"]])
    context.unroute("**/*", answer)
    return page


def current_shell(profile: dict[str, Any]) -> str:
    """Return the name of the cache that contains the files of the recorded version."""
    return SHELL_PREFIX + version_of(profile["serviceWorker"]["/sw.js"])


def version_of(script: str) -> str:
    """Return the version in the script at /sw.js."""
    (version,) = re.findall(r'"version": "([^"]+)"', script)
    return version


def _media_type(path: str) -> str:
    if path.endswith((".js", ".mjs")):
        return "text/javascript"
    return "text/css" if path.endswith(".css") else "text/html"
