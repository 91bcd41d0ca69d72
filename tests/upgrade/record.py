"""Record the state of this version for the upgrade test.

The recording consists of the database, Redis, a browser's profile and a backup. Run it by hand
before a release:

    make record

It uses real processes and a real browser, and takes a few minutes, because a model writes cards on
the CPU. Names, dates and addresses of this machine are left out (`tests.upgrade.times`).
"""

import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import django
import httpx
import psycopg
from django.contrib import admin
from django.urls import URLResolver, get_resolver, reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from websockets import Subprotocol
from websockets.sync.client import connect

from mindflip.embedded import local_model, static_files
from tests.helpers.browser import (
    chromium_path,
    launch_browser,
    open_context,
    wait_for_service_worker,
)
from tests.helpers.page_objects import Visitor
from tests.helpers.processes import (
    RATES_FOR_ONE_ADDRESS,
    ROOT,
    RunningServer,
    eventually,
    running_server,
)
from tests.helpers.quick_engine import quick_engine
from tests.helpers.timeouts import TIMEOUT_SECONDS
from tests.helpers.users import PASSWORD
from tests.upgrade import CHOSEN_MODEL, RECORDED, SECRET_KEY, outcome, write_models
from tests.upgrade.profile import HOST, TIME_ZONE, read_profile
from tests.upgrade.stores import dump_database, dump_redis, load_database, row_counts
from tests.upgrade.times import FIXED_DATE, move_times, sign_at_fixed_date

V1 = Subprotocol("mindflip.v1")
CREATE_CACHE = """async (name) =>
  (await caches.open(name)).put("/static/css/old.css", new Response("body {}"))"""
DOWNTIME = timedelta(minutes=4)
"""How long the servers are down during the upgrade.

Leases expire in this time; sessions and tokens do not.
"""
VERSION = "version-before"
OLDER_SHELL_CACHE = "mindflip-shell-version-before-that"
CACHED_ADDRESSES = r"/offline$|/css/(tokens|old)\.|/js/pages/theme-first\.|/study$|/api/"
TIDES = [
    {"front": "What raises the tides?", "back": "The Moon, and the Sun.", "tags": ["sea"]},
    {
        "front": "At {{c1::spring tide}} the Sun and the Moon pull together.",
        "back": "Twice a month.",
        "kind": "cloze",
        "tags": ["sea", "moon"],
    },
    {"front": "neap tide", "back": "The smallest tide.", "kind": "definition", "tags": ["moon"]},
]
RIVERS = [
    {"front": "Which river flows through Cologne?", "back": "The Rhine."},
    {"front": "Which river flows through Prague?", "back": "The Vltava."},
    {"front": "Which river flows through Turin?", "back": "The Po."},
]
ISLANDS = [{"front": "What raises the tides?", "back": "The Moon."}]
SEA_CSV = "Term;Meaning;Chapter\nebb;falling water;tides\nflood;rising water;tides\n"
CAPITALS = [{"front": "What is the capital of Norway?", "back": "Oslo."}]
QUEUE_TASKS = """
from mindflip.celery import app
app.loader.import_default_modules()
for name in sorted(app.tasks):
    if not name.startswith("celery."):
        app.send_task(name)
        print(name)
"""
REFRESH = 'from mindflip.celery import app; app.send_task("sessions_app.tasks.refresh_figures")'
LOCK_CARDS = """
SELECT 1 FROM flashcards_card JOIN flashcards_deck AS deck ON deck.id = deck_id
WHERE deck.name = 'Left behind' FOR UPDATE OF flashcards_card
"""
OLD_ROWS = [
    (
        "UPDATE sessions_app_webllmsession SET created_at = created_at - %(by)s, last_activity_at ="
        " last_activity_at - %(by)s, closed_at = closed_at - %(by)s WHERE id = %(old_session)s",
        {"by": timedelta(days=40)},
    ),
    (
        "UPDATE sessions_app_generation SET created_at = created_at - %(by)s, queued_at = queued_at"
        " - %(by)s, finished_at = finished_at - %(by)s WHERE session_id = %(old_session)s",
        {"by": timedelta(days=40)},
    ),
    (
        "UPDATE sessions_app_webllmsession SET last_activity_at = last_activity_at - %(by)s WHERE"
        " id = %(idle_session)s",
        {"by": timedelta(hours=2)},
    ),
    (
        "UPDATE flashcards_deck SET deleted_at = deleted_at - %(by)s WHERE id = %(old_deck)s",
        {"by": timedelta(days=31)},
    ),
    (
        "UPDATE token_blacklist_outstandingtoken SET expires_at = expires_at - %(by)s WHERE id ="
        " (SELECT min(id) FROM token_blacklist_outstandingtoken)",
        {"by": timedelta(days=31)},
    ),
    (
        "UPDATE django_session SET expire_date = expire_date - %(by)s WHERE session_key ="
        " %(old_sign_in)s",
        {"by": timedelta(days=15)},
    ),
    (
        "UPDATE django_admin_log SET action_time = action_time - %(by)s WHERE id = (SELECT min(id)"
        " FROM django_admin_log)",
        {"by": timedelta(days=366)},
    ),
]
"""Statements that make rows old enough for a queued task to delete or end them."""
OLD_FAILURE = """
UPDATE axes_accessattempt SET attempt_time = attempt_time - interval '8 days'
WHERE username = 'carol'
"""
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
SKIPPED_ADDRESSES = ("/api/account/export", "/api/schema", "/admin/jsi18n/", "/admin/logout/")
"""Addresses that have large responses or are not needed in an upgrade test."""


@dataclass
class Recording:
    """A running server, a browser, and the values that the tests read (`known`)."""

    server: RunningServer
    browser: Browser
    known: dict[str, Any] = field(default_factory=dict)
    session_storage: dict[str, str] = field(default_factory=dict)

    def new_context(self) -> BrowserContext:
        return open_context(self.browser, timezone_id=TIME_ZONE, color_scheme="light")

    def register_user(self, name: str, page: Page | None = None) -> Visitor:
        """Register a user, and return a visitor whose client has a token."""
        visitor = Visitor(page or self.new_context().new_page(), self.server, name)
        if page:
            visitor.sign_up()
        else:
            visitor.register()
        visitor.client = api_client(self.server.url, tokens(self.server.url, name)["access"])
        return visitor

    def execute(self, statement: str, values: dict[str, Any] | None = None) -> list[Any]:
        with psycopg.connect(self.server.database_url) as connection:
            cursor = connection.execute(statement, values)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []


def tokens(url: str, name: str) -> dict[str, str]:
    """Return an access token and a refresh token."""
    response = httpx.post(
        f"{url}/api/auth/token",
        json={"username": name, "password": PASSWORD},
        timeout=TIMEOUT_SECONDS,
    )
    return response.raise_for_status().json()


def api_client(url: str, token: str) -> httpx.Client:
    return httpx.Client(
        base_url=url, timeout=TIMEOUT_SECONDS, headers={"Authorization": f"Bearer {token}"}
    )


def post(client: httpx.Client, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(path, json=body or {}, headers=headers).raise_for_status().json()


# --- User activity while everything runs ---


def create_operators(recording: Recording) -> None:
    """Create an operator who adds a support user in the admin and then changes that account."""
    os.environ["DJANGO_SUPERUSER_PASSWORD"] = PASSWORD
    recording.server.manage(
        "createsuperuser", "--noinput", "--username=operator", "--email=operator@example.org"
    )
    operator = Visitor(recording.new_context().new_page(), recording.server, "operator")
    operator.sign_in()
    operator.page.wait_for_url("**/")
    operator.open("/admin/auth/user/add/")
    operator.page.locator("#id_username").fill("helper")
    operator.page.locator("#id_password1").fill(PASSWORD)
    operator.page.locator("#id_password2").fill(PASSWORD)
    operator.page.locator("[name=_continue]").click()
    operator.page.locator("#id_is_staff").check()
    operator.page.locator("#id_groups").select_option(label="Support")
    # These permissions exceed those of the group. Permissions are rows that contain the names of
    # models.
    options = operator.page.locator("#id_user_permissions option").all_inner_texts()
    operator.page.locator("#id_user_permissions").select_option(
        label=[each for each in options if each.startswith("Flashcards |") and "Can view" in each]
    )
    operator.page.locator("[name=_continue]").click()
    operator.page.locator("#id_last_name").fill("Helper")
    operator.page.locator("[name=_save]").click()
    operator.page.wait_for_url("**/admin/auth/user/*")
    helper = Visitor(recording.new_context().new_page(), recording.server, "helper")
    helper.sign_in()
    helper.page.wait_for_url("**/")
    for name, visitor in (("operator", operator), ("helper", helper)):
        recording.known[f"{name}_cookie"] = cookie_value(visitor.page, "sessionid")


def cookie_value(page: Page, name: str) -> str:
    (value,) = [each["value"] for each in page.context.cookies() if each["name"] == name]
    return value


def fill_decks(recording: Recording, alice: Visitor) -> None:
    """Create decks with cards of each kind, import a file, keep duplicates, and fill the trash."""
    known, client, page = recording.known, alice.client, alice.page
    decks = {"tides": TIDES, "rivers": RIVERS, "islands": ISLANDS, "capitals": CAPITALS}
    for name, cards in decks.items():
        body = known[f"{name}_request"] = {"name": name.title(), "cards": cards}
        key = known[f"{name}_key"] = str(uuid4())
        deck = post(client, "/api/flashcards/decks", body, **{"Idempotency-Key": key})
        known[f"{name}_deck"] = deck["id"]
        known[f"{name}_cards"] = [card["id"] for card in deck["cards"]]
    client.patch(
        f"/api/flashcards/decks/{known['tides_deck']}", json={"tags": ["geography"]}
    ).raise_for_status()
    import_table(alice)
    alice.open("/decks/duplicates")
    page.get_by_role("button", name="Keep all").click()
    expect(page.get_by_role("button", name="Keep all")).to_have_count(0)
    fill_trash(recording, alice)
    response = client.get(f"/api/flashcards/decks/{known['tides_deck']}/export?format=json")
    known["export"] = response.raise_for_status().json()


def import_table(alice: Visitor) -> None:
    alice.open("/decks/import")
    file = {"name": "Sea.csv", "mimeType": "text/csv", "buffer": SEA_CSV.encode()}
    alice.page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    alice.page.get_by_label("Chapter").select_option("Tags")
    alice.page.get_by_role("button", name="Import 2 rows").click()
    expect(alice.page.get_by_role("heading", name="2 cards added")).to_be_visible()


def fill_trash(recording: Recording, alice: Visitor) -> None:
    """Move two decks and a card to the trash. `OLD_ROWS` makes one deck too old to restore."""
    known, client = recording.known, alice.client
    for name in ("capitals", "old"):
        if name == "old":
            body = {"name": "Very old", "cards": CAPITALS}
            known["old_deck"] = post(client, "/api/flashcards/decks", body)["id"]
        client.delete(f"/api/flashcards/decks/{known[f'{name}_deck']}").raise_for_status()
    card = {"front": "Which river flows through Rome?", "back": "The Tiber."}
    added = post(client, f"/api/flashcards/decks/{known['rivers_deck']}/cards", card)
    known["trashed_card"] = added["id"]
    client.delete(f"/api/flashcards/cards/{added['id']}").raise_for_status()


def study(recording: Recording, alice: Visitor) -> None:
    """Study one deck to its end, and change the study settings."""
    page = alice.page
    alice.open("/progress")
    expect(page.locator("[name=newPerDay]")).to_have_value("20")
    page.locator("[name=newPerDay]").fill("12")
    page.locator("[name=desiredRetention]").fill("85")
    page.locator("[name=dayBeginsHour]").select_option("3")
    with page.expect_response(lambda response: response.request.method == "PATCH"):
        page.get_by_role("button", name="Save").click()
    alice.open(f"/decks/{recording.known['tides_deck']}/study")
    for number, rating in enumerate("431"):
        rate(page, rating)
        eventually(lambda number=number: len(reviews(recording)) == number + 1)


def rate(page: Page, rating: str) -> None:
    """Show the answer of the card, and press the key of the rating."""
    expect(page.get_by_role("button", name="Show answer")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Again", exact=False).first).to_be_visible()
    page.keyboard.press(rating)


def reviews(recording: Recording) -> list[Any]:
    return recording.execute("SELECT id::text, rating FROM flashcards_review ORDER BY reviewed_at")


def finish_generations(recording: Recording, bob: Visitor) -> None:
    """Finish a generation with an idempotency key, and repeat it from the cache.

    Also leave one session that is closed, and one that `OLD_ROWS` makes idle.
    """
    known, client = recording.known, bob.client
    session = post(client, "/api/webllm/session", {"modelId": "a-model"})
    known["bob_session"] = session["sessionId"]
    known["request"] = {
        "prompt": "Generate 1 flashcard",
        "options": {"topic": "Comets", "count": 1},
    }
    known["idempotency_key"] = str(uuid4())
    address = f"/api/webllm/session/{session['sessionId']}/generations"
    known["comets"] = [{"front": "What is a comet?", "back": "Ice and dust."}]
    with quick_engine(bob, lambda _: known["comets"]):
        created = post(
            client, address, known["request"], **{"Idempotency-Key": known["idempotency_key"]}
        )
        known["finished_generation"] = created["generationId"]
        eventually(lambda: generation(bob, created)["status"] == "succeeded")
        for _ in range(2):
            repeat_cached_request(recording, bob)
        for name in ("old_session", "idle_session"):
            other_session = post(client, "/api/webllm/session", {"modelId": "a-model"})
            known[name] = other_session["sessionId"]
        old = post(
            client,
            f"/api/webllm/session/{known['old_session']}/generations",
            {"prompt": "Generate 1 flashcard", "options": {"topic": "Meteors", "count": 1}},
        )
        eventually(lambda: generation(bob, old)["status"] == "succeeded")
    client.delete(f"/api/webllm/session/{known['old_session']}").raise_for_status()


def repeat_cached_request(recording: Recording, bob: Visitor) -> None:
    address = f"/api/webllm/session/{recording.known['bob_session']}/generations"
    repeated = post(bob.client, address, recording.known["request"])
    assert generation(bob, repeated)["status"] == "succeeded"


def generation(visitor: Visitor, created: dict[str, Any]) -> Any:
    response = visitor.client.get(f"/api/webllm/generations/{created['generationId']}")
    return response.raise_for_status().json()


def use_tokens(recording: Recording) -> None:
    """Use up one refresh token, keep another, and sign in with wrong passwords."""
    url, known = recording.server.url, recording.known
    used, unused = tokens(url, "bob"), tokens(url, "bob")
    body = {"refresh": used["refresh"]}
    recording.server.post("/api/auth/token/refresh", json=body).raise_for_status()
    known["used_refresh_token"] = used["refresh"]
    known["refresh_token"], known["access_token"] = unused["refresh"], unused["access"]
    for name in ("carol", "dana", "dana"):
        recording.server.post("/api/auth/token", json={"username": name, "password": "wrong"})


def interrupt_account_deletion(recording: Recording) -> None:
    """Delete an account, and kill the server while it deletes the rows."""
    frank = recording.register_user("frank")
    post(frank.client, "/api/flashcards/decks", {"name": "Left behind", "cards": CAPITALS})
    with psycopg.connect(recording.server.database_url) as connection:
        connection.execute(LOCK_CARDS)
        try:
            frank.client.request("DELETE", "/api/account", json={"password": PASSWORD}, timeout=3)
        except httpx.TimeoutException:
            recording.server.web.kill()
        else:
            sys.exit("The account was deleted immediately: its deletion was not interrupted.")
    recording.server.start(recording.server.web)


@contextmanager
def unfinished_generations(recording: Recording, bob: Visitor) -> Iterator[None]:
    """Leave a generation whose engine stops after it sent a card, and another in the queue."""
    client, known = bob.client, recording.known
    session = post(client, "/api/webllm/session", {"modelId": "a-model"})
    with connect(session["wsUrl"], subprotocols=[V1], proxy=None) as socket:
        socket.send(json.dumps({"type": "ready", "modelId": "a-model", "engine": "webllm"}))
        eventually(
            lambda: recording.execute("SELECT 1 FROM sessions_app_engine WHERE name = 'webllm'")
        )
        address = f"/api/webllm/session/{known['bob_session']}/generations"
        for name, topic in (("leased", "Planets"), ("queued", "Stars")):
            body = {"prompt": f"Generate 2 flashcards about {topic}"}
            created = post(client, address, body | {"options": {"topic": topic, "count": 2}})
            known[f"{name}_generation"] = created["generationId"]
        while (message := json.loads(socket.recv(timeout=TIMEOUT_SECONDS)))["type"] != "generate":
            pass
        lease_fields = {"generationId": message["generationId"], "lease": message["lease"]}
        known["card_so_far"] = {"front": "Which planet is the largest?", "back": "Jupiter."}
        socket.send(
            json.dumps({"type": "card", "index": 0, "card": known["card_so_far"], **lease_fields})
        )
        leased = {"generationId": known["leased_generation"]}
        eventually(lambda: len(generation(bob, leased)["cards"]) == 1)
        yield


# --- Data that the browser stores ---


def change_browser_settings(recording: Recording, alice: Visitor) -> None:
    """Choose a theme and a model, and fill in the form."""
    page = alice.page
    alice.open("/")
    page.evaluate("navigator.serviceWorker.ready")
    wait_for_service_worker(page)
    page.get_by_role("button", name="Dark theme").click()
    page.get_by_role("button", name="Change model").click()
    page.get_by_role("dialog").get_by_text(CHOSEN_MODEL["name"]).click()
    page.get_by_role("dialog").get_by_role("button", name="Use this model").click()
    expect(alice.model).to_contain_text(CHOSEN_MODEL["name"])
    page.locator("[name=language]").fill("English")
    page.locator("[name=difficulty]").select_option("hard")


def generate_unsaved_cards(alice: Visitor) -> None:
    """Finish one batch without saving it, and start another.

    The second batch is unfinished when the server stops.
    """
    alice.generate("Oceans", 1)
    alice.wait_for_model()
    expect(alice.batch).to_have_attribute("data-state", "done")
    alice.generate("Lakes", 30)
    alice.wait_for_first_tokens()


def continue_without_server(recording: Recording, alice: Visitor, study_page: Page) -> None:
    """Generate and rate cards while the server is down.

    The tab's session storage is recorded while cards are not saved, which is the state after a
    crash.
    """
    recording.server.web.kill()
    eventually(lambda: any(card.get("unsent") for card in alice.stored_cards()))
    recording.session_storage = alice.page.evaluate("({ ...sessionStorage })")
    recording.known["cards_waiting"] = [
        [card["front"], card["back"]] for card in alice.stored_cards() if card.get("unsent")
    ]
    alice.page.get_by_role("button", name="Stop").click()
    study_page.keyboard.press("u")
    rate(study_page, "2")
    rate(study_page, "3")
    alice.page.get_by_role("button", name="Let another device write").click()
    expect(alice.page.get_by_role("button", name="Write on this device")).to_be_visible()


def service_worker_scripts(server: RunningServer) -> dict[str, str]:
    """Return the scripts of the service worker, by path."""
    script = server.get("/sw.js").text
    (path,) = re.findall(r'importScripts\("([^"]+)"\)', script)
    return {"/sw.js": script, path: server.get(path).text}


# --- Recorded addresses and API calls ---


def record_bookmarks(recording: Recording, alice: Visitor, bob: Visitor) -> None:
    """Record the status of each address for each user, and the outcomes of API calls."""
    known = recording.known
    ids = {
        "deck_id": known["tides_deck"],
        "card_id": known["tides_cards"][0],
        "session_id": known["bob_session"],
        "generation_id": known["finished_generation"],
    }
    session_cookies = {"alice": cookie_value(alice.page, "sessionid")}
    session_cookies |= {name: known[f"{name}_cookie"] for name in ("operator", "helper")}
    pages, lists = addresses(ids), admin_addresses()
    known["bookmarks"] = {
        name: statuses(
            recording.server.client(cookies={"sessionid": value}),
            pages if name == "alice" else lists,
        )
        for name, value in session_cookies.items()
    }
    known["bookmarks"]["bob"] = statuses(
        bob.client, [address for address in pages if "/webllm/" in address]
    )
    known["calls"] = call_outcomes(recording.register_user("grace").client)


def statuses(client: httpx.Client, paths: list[str]) -> dict[str, int]:
    """Return the status of each address that can be opened or is forbidden."""
    all_statuses = {path: client.get(path).status_code for path in paths}
    return {path: status for path, status in all_statuses.items() if status in (200, 403)}


def call_outcomes(client: httpx.Client) -> dict[str, list[Any]]:
    """Return the outcome of API calls with an empty body by a user without data.

    The keys are the method and the address. Each outcome has the status and the code of the
    problem.
    """
    ids = dict.fromkeys(
        ("deck_id", "card_id", "session_id", "generation_id", "review_id"), UNKNOWN_ID
    )
    calls = [
        (method, path)
        for path in addresses(ids)
        for method in ("POST", "PATCH", "DELETE")
        if path.startswith("/api/") and not path.startswith("/api/browse/")
    ]
    outcomes = {" ".join(call): outcome(client.request(*call, json={})) for call in calls}
    # Redirects are only for addresses that are older than this version.
    ignored_statuses = (308, 403, 405)
    return {
        call: response for call, response in outcomes.items() if response[0] not in ignored_statuses
    }


def addresses(ids: dict[str, str]) -> list[str]:
    """Return the addresses of pages and of the API that have no variables other than `ids`."""
    routes = (re.sub(r"<\w+:(\w+)>", r"{\1}", route) for route in list_routes(get_resolver()))
    fillable = (route for route in routes if set(re.findall(r"{(\w+)}", route)) <= set(ids))
    filled = {f"/{route.format(**ids)}" for route in fillable}
    return sorted(path for path in filled if not path.startswith(("/admin/", *SKIPPED_ADDRESSES)))


def list_routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from list_routes(pattern, route)
        elif not re.search(r"[\\^$]", route):
            yield route


def admin_addresses() -> list[str]:
    """Return the addresses of the admin's overview and lists."""
    names = (f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry)
    lists = [reverse(f"admin:{name}_changelist") for name in names]
    return ["/admin/", "/admin/overview/now", "/admin/overview/figures?span=30d", *sorted(lists)]


# --- The whole recording ---


def record(folder: Path) -> None:
    weights = ROOT / "var" / "test-models" / str(local_model.DESCRIPTION["file"])
    if not local_model.is_fetched(weights.parent):
        local_model.fetch(weights.parent)
    settings = {
        "MINDFLIP_SECRET_KEY": SECRET_KEY,
        "MINDFLIP_MODELS_DIR": str(write_models(folder / "models", weights)),
        **RATES_FOR_ONE_ADDRESS,
    }
    (folder / "server").mkdir()
    with ExitStack() as stack:
        # This must run before Playwright, because the search for a Chromium may start its own
        # Playwright.
        chromium_path()
        browser = stack.enter_context(launch_browser(stack.enter_context(sync_playwright())))
        server = stack.enter_context(running_server(folder / "server", worker=True, **settings))
        recording = Recording(server, browser)
        alice, scripts = run_scenario(recording)
        texts = {
            "database.sql": dump_database(server.database_url),
            "redis.jsonl": dump_redis(server.environment["MINDFLIP_REDIS_PREFIX"], DOWNTIME),
            "browser.json": as_json(
                read_profile(alice.page, scripts, CACHED_ADDRESSES)
                | {"sessionStorage": recording.session_storage}
            ),
            "known.json": as_json(recording.known),
        }
        write_recording(texts, server)


def run_scenario(recording: Recording) -> tuple[Visitor, dict[str, str]]:
    """Run all steps until the web process is stopped permanently."""
    create_operators(recording)
    alice = recording.register_user("alice", open_page_with_older_cache(recording))
    bob = recording.register_user("bob")
    erin = recording.register_user("erin")
    post(erin.client, "/api/flashcards/decks", {"name": "Trees", "cards": CAPITALS})
    fill_decks(recording, alice)
    study(recording, alice)
    finish_generations(recording, bob)
    use_tokens(recording)
    record_old_sign_in(recording)
    for statement, values in OLD_ROWS:
        recording.execute(statement, values | recording.known)
    recording.server.manage("shell", "-c", REFRESH)
    eventually(lambda: recording.execute("SELECT 1 FROM sessions_app_hourfigures"))
    recording.server.worker.stop()
    repeat_cached_request(recording, bob)  # at first, only Redis counts this hit
    interrupt_account_deletion(recording)
    scripts = service_worker_scripts(recording.server)
    change_browser_settings(recording, alice)
    study_page = alice.page.context.new_page()
    study_page.goto(f"{recording.server.url}/decks/{recording.known['rivers_deck']}/study")
    rate(study_page, "3")
    eventually(lambda: len(reviews(recording)) == 4)
    alice.page.bring_to_front()
    generate_unsaved_cards(alice)
    with unfinished_generations(recording, bob):
        record_bookmarks(recording, alice, bob)
        recording.known["tasks"] = recording.server.manage(
            "shell", "-v0", "-c", QUEUE_TASKS
        ).split()
        continue_without_server(recording, alice, study_page)
    record_rows(recording)
    return alice, scripts


def open_page_with_older_cache(recording: Recording) -> Page:
    """Return a page of a browser that also has the cache of an older version."""
    page = recording.new_context().new_page()
    page.goto(f"{recording.server.url}/manifest.webmanifest")
    page.evaluate(CREATE_CACHE, OLDER_SHELL_CACHE)
    return page


def record_old_sign_in(recording: Recording) -> None:
    page = recording.new_context().new_page()
    Visitor(page, recording.server, "bob").sign_in()
    page.wait_for_url("**/")
    recording.known["old_sign_in"] = cookie_value(page, "sessionid")


def record_rows(recording: Recording) -> None:
    """Store the values that the tests compare with the upgraded state."""
    known = recording.known
    recording.execute(OLD_FAILURE)  # the next sign-in would delete it
    known["users"] = dict(recording.execute("SELECT username, id FROM auth_user"))
    known["reviews"] = [list(row) for row in reviews(recording)]
    known["hits"] = 3
    known["engines"] = [
        row[0] for row in recording.execute("SELECT channel FROM sessions_app_engine")
    ]
    known["schedules"] = [
        list(row)
        for row in recording.execute(
            "SELECT card_id::text, state, stability, review_count FROM flashcards_schedule ORDER BY"
            " 1"
        )
    ]
    known["tables"] = row_counts(recording.server.database_url)
    known["recorded_at"] = str(datetime.now(UTC).replace(microsecond=0) + DOWNTIME)


def write_recording(texts: dict[str, str], server: RunningServer) -> None:
    """Write the files with neutral dates, and a backup of the same rows."""
    known = json.loads(texts["known.json"])
    recorded_at = datetime.fromisoformat(known["recorded_at"])
    # Shift by whole hours, so that the statistics of an hour stay in that hour.
    minutes = recorded_at - recorded_at.replace(minute=0, second=0)
    offset = FIXED_DATE + minutes - recorded_at
    RECORDED.mkdir(exist_ok=True)
    (version,) = re.findall(r'\\"version\\": \\"([^"\\]+)', texts["browser.json"])
    for name, text in texts.items():
        neutral = move_times(sign_at_fixed_date(text, SECRET_KEY), offset, SECRET_KEY)
        neutral = neutral.replace(urlsplit(server.url).netloc, HOST).replace(version, VERSION)
        neutral = re.sub(r'(\\"origin\\": \\")[^"\\]+', r"\1a-process@a-host", neutral)
        (RECORDED / name).write_text(neutral)
    back_up(server)


def back_up(server: RunningServer) -> None:
    """Make a backup of the recorded rows with this version's command."""
    url = urlsplit(server.database_url)
    scratch = url._replace(path="/mindflip_recorded").geturl()
    with psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS mindflip_recorded")
        connection.execute("CREATE DATABASE mindflip_recorded")
        load_database(scratch, (RECORDED / "database.sql").read_text())
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "backup.zip"
            server.environment |= {"DATABASE_URL": scratch, "MINDFLIP_MODELS_DIR": folder}
            server.manage("backup", str(file))
            write_neutral_backup(file, RECORDED / "backup.zip")
        connection.execute("DROP DATABASE mindflip_recorded WITH (FORCE)")


def write_neutral_backup(source: Path, target: Path) -> None:
    """Copy a backup, with FIXED_DATE as the time when it was made."""
    with zipfile.ZipFile(source) as old:
        members = {name: old.read(name) for name in old.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    members["database.dump"] = at_fixed_date(members["database.dump"])
    manifest["created_at"] = FIXED_DATE.isoformat()
    manifest["checksums"] = {name: sha256(data).hexdigest() for name, data in members.items()}
    members["manifest.json"] = json.dumps(manifest, indent=1).encode()
    with zipfile.ZipFile(target, "w") as new:
        for name, data in members.items():
            new.writestr(zipfile.ZipInfo(name), data)


def at_fixed_date(dump: bytes) -> bytes:
    """Return a dump in pg_dump's custom format with FIXED_DATE in its header.

    The date consists of seven numbers. Each has a sign byte and four bytes, the lowest first.
    """
    assert dump.startswith(b"PGDMP")
    date = FIXED_DATE.timetuple()
    numbers = (date.tm_sec, date.tm_min, date.tm_hour, date.tm_mday, date.tm_mon - 1)
    numbers = (*numbers, date.tm_year - 1900, 0)
    start = 12
    fixed = b"".join(struct.pack("<Bi", 0, number) for number in numbers)
    return dump[:start] + fixed + dump[start + len(fixed) :]


def as_json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


@contextmanager
def temporary_data_folder() -> Iterator[Path]:
    """Yield a folder for this run that contains the collected static files."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("MINDFLIP_TEST_FOLDER")) as name:
        folder = Path(name)
        (folder / "static").symlink_to(static_files.shared_copy(ROOT / "var" / "test-static"))
        os.environ["MINDFLIP_DATA_DIR"] = name
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        yield folder


def main() -> None:
    if "DATABASE_URL" not in os.environ:
        servers = [sys.executable, "-m", "mindflip.embedded.servers"]
        sys.exit(subprocess.call([*servers, sys.executable, "-m", "tests.upgrade.record"]))
    with temporary_data_folder() as folder:
        django.setup()
        record(folder)
    sizes = {file.name: file.stat().st_size for file in sorted(RECORDED.iterdir())}
    sys.stdout.write(f"Recorded in {RECORDED}: {sizes}\n")


if __name__ == "__main__":
    main()
