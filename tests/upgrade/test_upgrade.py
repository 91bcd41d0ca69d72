"""Upgrades from the previous version: rows, queues, caches, browsers and backups still work.

`tests.upgrade.record` recorded the state. Tests refer to tables, addresses, visible text and
recorded values, which do not change when code is renamed.
"""

import io
import json
import re
import secrets
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from playwright.sync_api import Page, expect
from websockets.sync.client import connect

from tests.helpers.page_objects import Visitor
from tests.helpers.processes import RunningServer, eventually
from tests.helpers.quick_engine import quick_engine
from tests.helpers.timeouts import TIMEOUT_SECONDS
from tests.helpers.users import PASSWORD
from tests.upgrade import CHOSEN_MODEL, RECORDED, outcome
from tests.upgrade.profile import SHELL_PREFIX, current_shell, service_worker_version
from tests.upgrade.record import ISLANDS, V1
from tests.upgrade.state import UpgradedState
from tests.upgrade.stores import copy_redis_value, row_counts

# A newer version adds rows to these tables.
GROWING_TABLES = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group_permissions",
}
LIST_SHELL_CACHES = (
    f"""async () => (await caches.keys()).filter((name) => name.startsWith("{SHELL_PREFIX}"))"""
)
LIST_CACHES = "caches.keys()"
OUTBOX_KEYS = (
    """() => Object.keys(localStorage).filter((key) => key.startsWith("mindflip:outbox:"))"""
)


# --- The queue of tasks ---


def test_queued_tasks_of_previous_version_are_run(upgraded: UpgradedState) -> None:
    log = upgraded.server.log("worker")
    names = upgraded.known["tasks"]
    assert len(upgraded.task_ids) == len(names) >= 8
    for name, task_id in zip(names, upgraded.task_ids[::-1], strict=True):
        assert f"[{task_id}] succeeded" in log, f"{name} was not run"
    for error in ("unregistered", "Traceback", "raised unexpected"):
        assert error not in log


def test_queued_cleanup_tasks_delete_only_expired_rows(upgraded: UpgradedState) -> None:
    known, value = upgraded.known, upgraded.value
    decks = upgraded.rows("SELECT id::text FROM flashcards_deck WHERE deleted_at IS NOT NULL")
    assert [known["capitals_deck"]] == [each for (each,) in decks], "expired trash is left"
    sessions = [
        each for (each,) in upgraded.rows("SELECT id::text FROM sessions_app_webllmsession")
    ]
    assert known["old_session"] not in sessions, "an old session is left"
    assert known["bob_session"] in sessions
    session_keys = [each for (each,) in upgraded.rows("SELECT session_key FROM django_session")]
    assert known["old_sign_in"] not in session_keys, "an old sign-in is left"
    assert known["operator_cookie"] in session_keys
    assert value("SELECT min(id) FROM token_blacklist_outstandingtoken") == 2, (
        "an old token is left"
    )
    assert value("SELECT array_agg(id ORDER BY id) FROM django_admin_log") == [2, 3], (
        "a log row is left"
    )
    names = upgraded.rows("SELECT username FROM axes_accessattempt WHERE username IN ('carol',"
                          " 'dana')")  # fmt: skip
    assert names == [("dana",)], "an old failed sign-in is left"


def test_queued_sweep_tasks_end_idle_sessions_leases_and_engines(upgraded: UpgradedState) -> None:
    known, value = upgraded.known, upgraded.value
    status = "SELECT status FROM sessions_app_webllmsession WHERE id = %s"
    assert value(status, known["idle_session"]) == "expired"
    first = upgraded.rows(
        "SELECT outcome, ended_at IS NOT NULL, card_count FROM sessions_app_attempt WHERE"
        " generation_id = %s AND number = 1",
        known["leased_generation"],
    )
    assert first == [("engine_lost", True, 1)]
    engines = "SELECT channel FROM sessions_app_engine WHERE channel = ANY(%s)"
    assert len(known["engines"]) == 2
    assert upgraded.rows(engines, known["engines"]) == []
    assert upgraded.readiness is not None
    assert upgraded.readiness.status_code == 200, "no recent signal of beat or worker"


def test_interrupted_account_deletion_is_completed(upgraded: UpgradedState) -> None:
    assert upgraded.rows("SELECT 1 FROM auth_user WHERE username = 'frank'") == []
    assert upgraded.rows("SELECT 1 FROM flashcards_deck WHERE name = 'Left behind'") == []
    rows = "SELECT user_id, finished_at IS NOT NULL FROM sessions_app_erasure ORDER BY id LIMIT 1"
    assert upgraded.rows(rows) == [(None, True)]


def test_hourly_statistics_include_cache_hits_stored_in_redis(upgraded: UpgradedState) -> None:
    sums = (
        "SELECT sum(coalesce((figures->'outcomes'->>'succeeded')::int, 0)),"
        " sum((figures->>'hits')::int) FROM sessions_app_hourfigures"
    )
    # The rows of one generation, finished 40 days ago, are deleted. Two were finished today.
    assert upgraded.rows(sums) == [(3, upgraded.known["hits"])]
    operator = upgraded.client_with_cookie("operator")
    points = operator.get("/admin/overview/figures?span=30d").raise_for_status().json()["points"]
    assert sum(point["hits"] for point in points) == upgraded.known["hits"]


# --- The queue of generations, and the cache ---


def test_unfinished_generations_are_completed_and_keep_received_cards(
    upgraded: UpgradedState,
) -> None:
    known, bob = upgraded.known, upgraded.sign_in("bob")
    waiting = [known["queued_generation"], known["leased_generation"]]

    def generate(request: dict[str, Any]) -> list[dict[str, str]]:
        topic = request["options"]["topic"]
        return [{"front": f"{topic}, {number}?", "back": "Yes."} for number in range(2)]

    def is_finished(generation_id: str) -> bool:
        response = bob.get(f"/api/webllm/generations/{generation_id}").raise_for_status()
        return response.json()["status"] == "succeeded"

    with quick_engine(_visitor(upgraded.server, "bob"), generate):
        for generation_id in waiting:
            eventually(lambda each=generation_id: is_finished(each))
    queued, leased = (bob.get(f"/api/webllm/generations/{each}").json() for each in waiting)
    assert [card["front"] for card in queued["cards"]] == ["Stars, 0?", "Stars, 1?"]
    # The card that arrived before the upgrade is kept.
    assert leased["cards"][0]["front"] == known["card_so_far"]["front"]
    assert [attempt["outcome"] for attempt in leased["attempts"]] == ["engine_lost", "succeeded"]


def test_cached_result_of_previous_version_is_returned(upgraded: UpgradedState) -> None:
    """A new prompt version has other keys on purpose. The recorded result is copied to its key."""
    known, bob = upgraded.known, upgraded.sign_in("bob")
    recorded_version, recorded_key = _prompt_version_and_key(upgraded, known["finished_generation"])
    repeated = _repeat_request(upgraded, bob)
    version, key = _prompt_version_and_key(upgraded, repeated["generationId"])
    if version != recorded_version:
        assert repeated["status"] == "queued"
        bob.delete(f"/api/webllm/generations/{repeated['generationId']}").raise_for_status()
        copy_redis_value(upgraded.server.environment["MINDFLIP_REDIS_PREFIX"], recorded_key, key)
        repeated = _repeat_request(upgraded, bob)
    assert repeated["status"] == "succeeded"
    assert [
        {name: card[name] for name in ("front", "back")} for card in repeated["cards"]
    ] == known["comets"]


def _prompt_version_and_key(upgraded: UpgradedState, generation_id: str) -> tuple[str, str]:
    statement = "SELECT prompt_version, result_key FROM sessions_app_generation WHERE id = %s"
    (row,) = upgraded.rows(statement, generation_id)
    return row


def _repeat_request(upgraded: UpgradedState, bob: httpx.Client) -> dict[str, Any]:
    """Send the recorded request again and return its generation."""
    address = f"/api/webllm/session/{upgraded.known['bob_session']}/generations"
    created = bob.post(address, json=upgraded.known["request"]).raise_for_status().json()
    return bob.get(f"/api/webllm/generations/{created['generationId']}").json()


def test_requests_with_recorded_idempotency_keys_are_replayed(upgraded: UpgradedState) -> None:
    known = upgraded.known
    repeated = upgraded.sign_in("alice").post(
        "/api/flashcards/decks",
        json=known["rivers_request"],
        headers={"Idempotency-Key": known["rivers_key"]},
    )
    assert repeated.raise_for_status().json()["id"] == known["rivers_deck"]
    assert repeated.headers["Idempotency-Replayed"] == "true"
    generation = upgraded.sign_in("bob").post(
        f"/api/webllm/session/{known['bob_session']}/generations",
        json=known["request"],
        headers={"Idempotency-Key": known["idempotency_key"]},
    )
    assert generation.raise_for_status().json()["generationId"] == known["finished_generation"]


def test_websocket_url_stored_by_tab_opens_its_session(upgraded: UpgradedState) -> None:
    stored = upgraded.profile["sessionStorage"]
    (key,) = [key for key in stored if ":session:" in key]
    session = json.loads(stored[key])
    with connect(session["wsUrl"], subprotocols=[V1], proxy=None) as socket:
        first = json.loads(socket.recv(timeout=TIMEOUT_SECONDS))
    assert first["type"] == "session"
    assert first["session"]["sessionId"] == session["sessionId"]


# --- Data of users ---


def test_decks_and_cards_are_unchanged_after_upgrade(upgraded: UpgradedState) -> None:
    known, alice = upgraded.known, upgraded.sign_in("alice")
    export = f"/api/flashcards/decks/{known['tides_deck']}/export?format=json"
    assert alice.get(export).raise_for_status().json()["cards"] == known["export"]["cards"]
    deck = alice.get(f"/api/flashcards/decks/{known['tides_deck']}").raise_for_status().json()
    assert (deck["name"], deck["tags"]) == ("Tides", ["geography"])
    assert [card["kind"] for card in deck["cards"]] == ["basic", "cloze", "definition"]
    names = {each["name"] for each in alice.get("/api/flashcards/decks").json()["results"]}
    assert {"Tides", "Rivers", "Islands", "Sea"} <= names
    (imported,) = upgraded.rows("SELECT id::text FROM flashcards_deck WHERE name = 'Sea'")
    cards = alice.get(f"/api/flashcards/decks/{imported[0]}").json()["cards"]
    assert [(card["front"], card["tags"]) for card in cards] == [
        ("ebb", ["tides"]),
        ("flood", ["tides"]),
    ]


def test_trash_lists_recent_deck_and_card_and_restores_card(upgraded: UpgradedState) -> None:
    page = upgraded.client_with_cookie("alice").get("/decks/bin").raise_for_status().text
    assert "Capitals" in page
    assert "Which river flows through Rome?" in page
    assert "Very old" not in page
    restored = upgraded.sign_in("alice").post(
        f"/api/flashcards/cards/{upgraded.known['trashed_card']}/restore"
    )
    assert restored.is_success, restored.text


def test_kept_duplicates_are_not_listed_after_upgrade(upgraded: UpgradedState) -> None:
    duplicates = (
        upgraded.sign_in("alice").get("/api/flashcards/duplicates").raise_for_status().json()
    )
    front = ISLANDS[0]["front"]
    assert upgraded.value("SELECT count(*) FROM flashcards_card WHERE front = %s", front) >= 2
    assert front not in [
        card["front"] for group in duplicates["results"] for card in group["cards"]
    ]


def test_schedules_study_settings_and_reviews_are_preserved(upgraded: UpgradedState) -> None:
    known, alice = upgraded.known, upgraded.sign_in("alice")
    recorded = {row[0]: row[1:] for row in known["schedules"]}
    rows = upgraded.rows("SELECT card_id::text, state, stability, review_count FROM"
                         " flashcards_schedule")  # fmt: skip
    current = {row[0]: list(row[1:]) for row in rows}
    for card in known["tides_cards"]:
        assert current[card] == recorded[card]
    settings = alice.get("/api/flashcards/study/settings").raise_for_status().json()
    assert (settings["newPerDay"], settings["desiredRetention"]) == (12, 0.85)
    assert (settings["dayBeginsHour"], settings["timeZone"]) == (3, "Europe/Berlin")
    progress = alice.get("/api/flashcards/study/progress").raise_for_status().json()
    assert sum(day["good"] + day["easy"] + day["again"] for day in progress["days"]) >= 3
    reviews = {str(row[0]) for row in upgraded.rows("SELECT id FROM flashcards_review")}
    assert {review for review, _ in known["reviews"]} <= reviews


def test_deck_export_of_previous_version_is_imported(upgraded: UpgradedState) -> None:
    bob = upgraded.sign_in("bob")
    file = {"file": ("Tides.json", json.dumps(upgraded.known["export"]), "application/json")}
    imported = bob.post("/api/flashcards/imports", files=file)
    assert imported.is_success, imported.text
    fronts = upgraded.rows(
        "SELECT front FROM flashcards_card JOIN flashcards_deck deck ON deck.id = deck_id WHERE"
        " deck.user_id = %s ORDER BY position",
        upgraded.known["users"]["bob"],
    )
    assert [front for (front,) in fronts] == [
        card["front"] for card in upgraded.known["export"]["cards"]
    ]


def test_account_export_contains_recorded_decks_reviews_and_generations(
    upgraded: UpgradedState,
) -> None:
    response = upgraded.client_with_cookie("alice").get("/api/account/export").raise_for_status()
    with zipfile.ZipFile(io.BytesIO(response.content)) as export:
        names = export.namelist()
        reviews = json.loads(export.read("reviews.json"))
        generations = json.loads(export.read("generations.json"))
    for name in ("Tides", "Rivers", "Islands", "Sea"):
        assert any(each.startswith(f"decks/{name} ") for each in names), name
    assert any("Capitals" in each for each in names)
    ids = {review["id"] for review in reviews}
    assert {review for review, _ in upgraded.known["reviews"]} <= ids
    assert {"Oceans", "Lakes"} <= {each["options"]["topic"] for each in generations}


def test_account_deletion_removes_user_and_deck_after_upgrade(upgraded: UpgradedState) -> None:
    erin = upgraded.sign_in("erin")
    response = erin.request("DELETE", "/api/account", json={"password": PASSWORD})
    assert response.raise_for_status().json() == {"success": True, "isComplete": True}
    assert upgraded.rows("SELECT 1 FROM auth_user WHERE username = 'erin'") == []
    assert upgraded.rows("SELECT 1 FROM flashcards_deck WHERE name = 'Trees'") == []


# --- Sign-ins, tokens and permissions ---


def test_recorded_access_token_is_valid_and_refresh_token_works_once(
    upgraded: UpgradedState,
) -> None:
    known, server = upgraded.known, upgraded.server
    account = upgraded.client_with_token(known["access_token"]).get("/api/account")
    assert account.raise_for_status().json()["username"] == "bob"
    refresh = "/api/auth/token/refresh"
    assert server.post(refresh, json={"refresh": known["used_refresh_token"]}).status_code == 401
    fresh = server.post(refresh, json={"refresh": known["refresh_token"]}).raise_for_status().json()
    assert upgraded.client_with_token(fresh["access"]).get("/api/account").is_success
    assert server.post(refresh, json={"refresh": known["refresh_token"]}).status_code == 401


@pytest.mark.parametrize("name", ["alice", "operator", "helper"])
def test_bookmarked_addresses_return_recorded_statuses(upgraded: UpgradedState, name: str) -> None:
    client = upgraded.client_with_cookie(name)
    recorded = upgraded.known["bookmarks"][name]
    assert len(recorded) > 20
    statuses = {path: client.get(path).status_code for path in recorded}
    assert statuses == recorded


def test_webllm_addresses_return_recorded_statuses_to_token_client(upgraded: UpgradedState) -> None:
    bob, recorded = upgraded.sign_in("bob"), upgraded.known["bookmarks"]["bob"]
    assert len(recorded) > 4
    statuses = {path: bob.get(path, follow_redirects=True).status_code for path in recorded}
    assert statuses == recorded


def test_api_calls_of_open_pages_return_recorded_outcomes(upgraded: UpgradedState) -> None:
    grace, recorded = upgraded.sign_in("grace"), upgraded.known["calls"]
    assert len(recorded) > 30
    outcomes = {
        call: outcome(grace.request(*call.split(), json={}, follow_redirects=True))
        for call in recorded
    }
    assert outcomes == recorded


@pytest.mark.parametrize("name", ["operator", "helper"])
def test_first_rows_of_admin_lists_open_without_redirect(
    upgraded: UpgradedState, name: str
) -> None:
    client = upgraded.client_with_cookie(name)
    lists = [path for path, status in upgraded.known["bookmarks"][name].items() if status == 200]
    rows = {row for path in lists if (row := _first_row(client, path))}
    assert len(rows) >= (12 if name == "operator" else 4)
    for row in sorted(rows):
        response = client.get(row)
        assert (response.status_code, len(response.history)) == (200, 0), row


def _first_row(client: httpx.Client, path: str) -> str | None:
    """Return the address of the first row of a list, even if the list has moved."""
    response = client.get(path)
    rows = re.findall(rf'href="({re.escape(response.url.path)}[^"?]+/change/[^"]*)"', response.text)
    return rows[0] if rows else None


# --- The browser ---


def test_browser_settings_form_and_unsaved_cards_are_restored(
    upgraded: UpgradedState, open_browser: Callable[[], Page]
) -> None:
    page = open_browser()
    page.goto(f"{upgraded.server.url}/")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    expect(page.get_by_text(CHOSEN_MODEL["name"]).first).to_be_visible()
    # The user had selected that another device generates cards.
    expect(page.get_by_role("button", name="Write on this device")).to_be_visible()
    expect(page.locator("[name=topic]")).to_have_value("Lakes")
    expect(page.locator("[name=count]")).to_have_value("30")
    for front, _ in upgraded.known["cards_waiting"]:
        expect(page.get_by_text(front).first).to_be_visible()
    second_page = page.context.new_page()
    second_page.goto(f"{upgraded.server.url}/")
    expect(second_page.locator("[name=language]")).to_have_value("English")
    expect(second_page.locator("[name=difficulty]")).to_have_value("hard")
    expect(second_page.locator("[name=topic]")).to_have_value("")
    assert page.evaluate("JSON.parse(localStorage.getItem('mindflip:speeds'))") == json.loads(
        upgraded.profile["localStorage"]["mindflip:speeds"]
    )


def test_unsaved_card_is_saved_after_upgrade(
    upgraded: UpgradedState, open_browser: Callable[[], Page]
) -> None:
    page = open_browser()
    page.goto(f"{upgraded.server.url}/")
    (front, back), *_ = upgraded.known["cards_waiting"]
    expect(page.get_by_text(front).first).to_be_visible()
    form = page.locator("form").filter(has=page.locator("[name=name]")).first
    form.locator("[name=name]").fill("Lakes of the world")
    form.get_by_role("button").first.click()
    expect(page.get_by_role("link", name="Lakes of the world")).to_be_visible()
    saved = upgraded.rows(
        "SELECT card.back FROM flashcards_card card JOIN flashcards_deck deck ON deck.id = deck_id"
        " WHERE deck.name = 'Lakes of the world' AND front = %s",
        front,
    )
    assert saved == [(back,)]


def test_queued_ratings_are_sent_and_recorded_once(
    upgraded: UpgradedState, open_browser: Callable[[], Page]
) -> None:
    waiting = [
        json.loads(value)
        for key, value in sorted(upgraded.profile["localStorage"].items())
        if key.startswith("mindflip:outbox:")
    ]
    undone, *reviews = [each.get("undo") or each["review"] for each in waiting]
    page = open_browser()
    page.goto(f"{upgraded.server.url}/decks")
    eventually(lambda: page.evaluate(OUTBOX_KEYS) == [])
    ratings = {"hard": 2, "good": 3}
    recorded = (
        "SELECT card_id::text, rating, undone_at IS NULL FROM flashcards_review WHERE id = %s"
    )
    assert len(reviews) == 2
    for review in reviews:
        assert upgraded.rows(recorded, review["id"]) == [
            (review["cardId"], ratings[review["rating"]], True)
        ]
    ((card, _, is_counted),) = upgraded.rows(recorded, undone)
    assert not is_counted
    # The first rating was undone, so it does not count.
    schedule = "SELECT review_count FROM flashcards_schedule WHERE card_id = %s"
    assert upgraded.value(schedule, card) == 1
    owner = upgraded.known["users"]["alice"]
    assert upgraded.value("SELECT count(*) FROM flashcards_review WHERE user_id = %s", owner) == (
        len(upgraded.known["reviews"]) + len(reviews)
    )
    page.goto(f"{upgraded.server.url}/study")
    page.get_by_role("button", name="Show answer").click()
    expect(page.get_by_role("button", name="Easy").first).to_be_visible()


def test_new_service_worker_deletes_older_caches_and_works_offline(
    upgraded: UpgradedState, open_browser: Callable[[], Page]
) -> None:
    before = [cache["name"] for cache in upgraded.profile["caches"]]
    current = current_shell(upgraded.profile)
    new = SHELL_PREFIX + service_worker_version(upgraded.server.get("/sw.js").text)
    page = open_browser()
    assert page.evaluate(LIST_CACHES) == before
    assert len(before) == 3
    page.goto(f"{upgraded.server.url}/decks")
    expect(page.get_by_role("link", name="Tides").first).to_be_visible()
    # The cache of the previous version is kept for tabs that were opened with that version.
    eventually(lambda: page.evaluate(LIST_SHELL_CACHES) == [current, new])
    eventually(lambda: set(page.evaluate(LIST_CACHES)) == {current, new})
    eventually(
        lambda: page.evaluate(f"caches.match('/offline', {{cacheName: '{new}'}})") is not None
    )
    page.context.set_offline(True)
    response = page.goto(f"{upgraded.server.url}/decks")
    assert response is not None
    assert response.from_service_worker
    expect(page.get_by_role("heading", level=1)).to_be_visible()


# --- Backups ---


@pytest.fixture
def empty_database(upgraded: UpgradedState) -> Iterator[RunningServer]:
    """Yield the upgraded server, whose commands use an empty database."""
    name = f"restored_{secrets.token_hex(4)}"
    url = urlsplit(upgraded.server.database_url)
    environment = upgraded.server.environment | {
        "DATABASE_URL": url._replace(path=f"/{name}").geturl()
    }
    with psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        yield replace(upgraded.server, environment=environment)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


def test_backup_of_previous_version_is_restored(
    upgraded: UpgradedState, empty_database: RunningServer
) -> None:
    empty_database.manage("restore", str(RECORDED / "backup.zip"))
    empty_database.manage("migrate", "--verbosity=0")
    counts = row_counts(empty_database.database_url)
    for table, count in upgraded.known["tables"].items():
        assert counts[table] == count or (table in GROWING_TABLES and counts[table] > count), table


def test_backup_made_after_upgrade_restores_all_rows(
    upgraded: UpgradedState, empty_database: RunningServer, tmp_path: Path
) -> None:
    file = tmp_path / "backup.zip"
    upgraded.server.manage("backup", str(file))
    empty_database.manage("restore", str(file))
    assert row_counts(empty_database.database_url) == row_counts(upgraded.server.database_url)


def _visitor(server: RunningServer, name: str) -> Visitor:
    """Return a visitor without a page."""
    return Visitor(None, server, name)  # type: ignore[arg-type]
