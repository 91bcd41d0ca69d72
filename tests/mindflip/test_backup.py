"""Backups are consistent during concurrent writes, and restoring one reproduces every row."""

import hashlib
import json
import os
import secrets
import stat
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone
from psycopg import sql
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import RefreshToken

from flashcards.services.decks import deck_create
from mindflip.backup import restore
from mindflip.backup.postgres import tool

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


def _url(name: str) -> str:
    return urlunsplit(urlsplit(django_settings.DATABASE_URL)._replace(path=f"/{name}"))


@pytest.fixture
def database_url(transactional_db: None, settings: Any) -> str:
    """Make the commands use the test's database, and return its URL."""
    settings.DATABASE_URL = _url(connection.settings_dict["NAME"])
    return settings.DATABASE_URL


@pytest.fixture
def use_empty_database(database_url: str, settings: Any) -> Iterator[Callable[[], str]]:
    """Create an empty database, and yield a function that makes the commands use it."""
    name = f"elsewhere_{secrets.token_hex(4)}"

    def use() -> str:
        settings.DATABASE_URL = _url(name)
        return settings.DATABASE_URL

    with psycopg.connect(database_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield use
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def alice_with_data(database_url: str, alice: Any) -> Any:
    """Create data of Alice: tokens, a session, a deck with unusual characters, and a review."""
    client = APIClient(HTTP_HOST="localhost")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {RefreshToken.for_user(alice).access_token}")
    client.post("/api/webllm/session", {"modelId": "m"})
    cards = [{"front": 'tide\t"\\N"\\.\n', "back": "ebb é 🌊", "question": None}]
    deck = client.post("/api/flashcards/decks", {"name": "Tides", "cards": cards}).json()
    review = {
        "id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "cardId": deck["cards"][0]["id"],
        "rating": "good",
        "seconds": 2,
    }
    review["reviewedAt"] = timezone.now().isoformat()
    assert (
        client.post("/api/flashcards/reviews", {"reviews": [review]}).json()["results"][0]["status"]
        == "recorded"
    )
    return alice


def _rows(url: str) -> dict[str, list[str]]:
    """Return all rows of each table, and the last value of each sequence."""
    with psycopg.connect(url) as database:
        tables = [name for (name,) in database.execute(TABLES)]
        cursors = {
            name: database.execute(
                sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(name))
            )
            for name in tables
        }
        contents = {name: [row for (row,) in cursor] for name, cursor in cursors.items()}
        contents["sequences"] = [
            str(row)
            for row in database.execute(
                "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1"
            )
        ]
        return contents


def _back_up(target: Path) -> Path:
    before = set(target.iterdir())
    call_command("backup", target)
    (backup,) = set(target.iterdir()) - before
    return backup


def _with_changed_file(backup: Path, name: str, content: bytes | None) -> Path:
    """Return a copy of the backup with one file replaced or removed."""
    copy = backup.with_name(f"changed-{secrets.token_hex(4)}.zip")
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(copy, "w") as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        if content is not None:
            new.writestr(name, content)
    return copy


def test_restore_reproduces_every_row_of_backup(
    alice_with_data, database_url, use_empty_database, tmp_path
):
    backup = _back_up(tmp_path)
    before = _rows(database_url)
    assert sum(map(len, before.values())) > 100
    other_url = use_empty_database()
    call_command("restore", backup)
    assert _rows(other_url) == before
    with psycopg.connect(other_url, autocommit=True) as database:
        database.execute("DELETE FROM flashcards_review")
        database.execute("CREATE TABLE left_by_a_newer_version (id int REFERENCES auth_user)")
    call_command("restore", backup, replace=True)
    assert _rows(other_url) == before


def test_backup_is_consistent_during_concurrent_writes(
    alice_with_data, use_empty_database, tmp_path
):
    is_done = threading.Event()

    def write() -> None:
        while not is_done.is_set():
            deck_create(
                user=alice_with_data,
                name="Written during the backup",
                cards=[{"front": f"f{n}", "back": "b"} for n in range(20)],
            )
        connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        backup = _back_up(tmp_path)
    finally:
        is_done.set()
        writer.join()
    other_url = use_empty_database()
    call_command("restore", backup)
    with psycopg.connect(other_url) as database:
        query = (
            "SELECT count(*) FROM flashcards_deck d JOIN flashcards_card c ON c.deck_id = d.id"
            " WHERE d.name LIKE 'W%%' GROUP BY d.id"
        )
        assert {count for (count,) in database.execute(query)} <= {20}
        manifest = json.loads(zipfile.ZipFile(backup).read("manifest.json"))
        assert {
            name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in manifest["tables"]
        } == manifest["tables"]


def test_backup_contains_secret_key_and_is_readable_only_by_owner(
    alice_with_data, use_empty_database, tmp_path, settings
):
    backup = _back_up(tmp_path)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    key = settings.DATA_DIR / "secret-key"
    old = key.read_text()
    key.write_text("another")
    use_empty_database()
    call_command("restore", backup)
    assert (key.read_text(), stat.S_IMODE(key.stat().st_mode)) == (old, 0o600)


def test_restore_fails_after_lock_timeout_if_database_is_in_use(
    alice_with_data, database_url, tmp_path, monkeypatch
):
    monkeypatch.setattr(restore, "LOCK_SECONDS", 1)
    backup = _back_up(tmp_path)
    with psycopg.connect(database_url) as other_connection:
        other_connection.execute("SELECT 1 FROM auth_user")
        with pytest.raises(
            CommandError, match="Somebody uses the database, which is as it was: stop web"
        ):
            call_command("restore", backup, replace=True)


def test_restore_without_replace_is_rejected_if_database_has_rows(
    alice_with_data, database_url, tmp_path
):
    backup, before = _back_up(tmp_path), _rows(database_url)
    with pytest.raises(
        CommandError, match=r"holds \d+ tables with .* rows already: .* say --replace"
    ):
        call_command("restore", backup)
    assert _rows(database_url) == before


def test_invalid_backup_is_rejected_and_database_is_unchanged(
    alice_with_data, database_url, use_empty_database, tmp_path, settings
):
    backup = _back_up(tmp_path)
    complete = backup.read_bytes()
    manifest = json.loads(zipfile.ZipFile(backup).read("manifest.json"))
    newer = manifest | {"migrations": [*manifest["migrations"], ["flashcards", "9999_later"]]}
    fewer = manifest | {"tables": manifest["tables"] | {"auth_user": 7}}
    (cut := tmp_path / "cut.zip").write_bytes(complete[: len(complete) // 2])
    (flipped := tmp_path / "flipped.zip").write_bytes(
        complete[:5000] + bytes([complete[5000] ^ 1]) + complete[5001:]
    )
    (text := tmp_path / "text.zip").write_text("no backup")
    invalid_files = [
        (cut, "is cut off or damaged"),
        (flipped, "damaged"),
        (text, "is cut off or damaged"),
        (tmp_path / "missing.zip", "cannot be read"),
        (tmp_path, "cannot be read"),
        (_with_changed_file(backup, "database.dump", b"PGDMP"), "is not what was written"),
        (_with_changed_file(backup, "manifest.json", None), "is no backup of MindFlip"),
        (_with_changed_file(backup, "manifest.json", b"[]"), "is no backup of MindFlip"),
        (
            _with_changed_file(backup, "manifest.json", json.dumps(newer).encode()),
            r"newer database .*flashcards\.9999_later",
        ),
        (
            _with_changed_file(
                backup, "manifest.json", json.dumps(manifest | {"version": 2}).encode()
            ),
            "made by a newer MindFlip",
        ),
        (
            _with_changed_file(backup, "manifest.json", json.dumps(fewer).encode()),
            "is as it was: rows of auth_user are missing",
        ),
    ]
    other_url = use_empty_database()
    for file, message in invalid_files:
        with pytest.raises(CommandError, match=message):
            call_command("restore", file, replace=True)
        assert _rows(other_url) == {"sequences": []}, file
    settings.DATABASE_URL = database_url
    before = _rows(database_url)
    with pytest.raises(CommandError, match="rows of auth_user are missing"):
        call_command("restore", file, replace=True)
    assert _rows(database_url) == before


def test_truncated_dump_is_rejected_and_database_is_unchanged(
    alice_with_data, database_url, tmp_path
):
    """A dump without its last byte has every row, but no index: counting rows is not enough."""
    backup = _back_up(tmp_path)
    with psycopg.connect(database_url) as database:
        database.execute("DELETE FROM flashcards_review")
    before = _rows(database_url)
    dump = zipfile.ZipFile(backup).read("database.dump")
    manifest = json.loads(zipfile.ZipFile(backup).read("manifest.json"))
    for length in (len(dump) - 1, len(dump) // 2):
        manifest["checksums"]["database.dump"] = hashlib.sha256(dump[:length]).hexdigest()
        cut = _with_changed_file(backup, "database.dump", dump[:length])
        cut = _with_changed_file(cut, "manifest.json", json.dumps(manifest).encode())
        with pytest.raises(CommandError, match="dump in the backup cannot be read"):
            call_command("restore", cut, replace=True)
        assert _rows(database_url) == before


@pytest.fixture
def replace_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Return a function that replaces a program of PostgreSQL with a shell script."""

    def replace(name: str, script: str) -> None:
        path = tmp_path / "replaced-program"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)
        monkeypatch.setattr(
            restore,
            "tool",
            lambda requested, version: str(path) if requested == name else tool(requested, version),
        )

    return replace


def test_killed_pg_restore_leaves_database_unchanged(
    alice_with_data, database_url, tmp_path, replace_program
):
    backup = _back_up(tmp_path)
    with psycopg.connect(database_url) as database:
        database.execute("DELETE FROM flashcards_review")
    before = _rows(database_url)
    replace_program("pg_restore", f'{tool("pg_restore", 0)} "$@"; kill -9 $$')
    with pytest.raises(CommandError, match="could not be restored, and is as it was"):
        call_command("restore", backup, replace=True)
    assert _rows(database_url) == before


def test_psql_error_is_reported_if_psql_exits_early(
    alice_with_data, database_url, tmp_path, replace_program, monkeypatch
):
    backup, before = _back_up(tmp_path), _rows(database_url)
    replace_program("psql", "echo 'psql: error: FATAL:  too many clients' >&2; exit 2")
    monkeypatch.setattr(
        restore, "_first_statements", lambda *arguments: time.sleep(0.5) or b"BEGIN;"
    )
    with pytest.raises(CommandError, match=r"is as it was: .*FATAL:  too many clients"):
        call_command("restore", backup, replace=True)
    assert _rows(database_url) == before


def test_backup_to_unwritable_path_is_rejected_and_leaves_no_file(alice_with_data, tmp_path):
    _back_up(tmp_path)
    (backup,) = tmp_path.iterdir()
    for target, message in (
        (backup, "is there already"),
        (tmp_path / "no" / "where.zip", "is not there: make it"),
        (Path("/proc/backup.zip"), "cannot be written"),
    ):
        with pytest.raises(CommandError, match=message):
            call_command("backup", target)
    assert list(tmp_path.iterdir()) == [backup]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full exists only on Linux")
def test_backup_to_full_disk_is_reported_and_leaves_no_file(alice_with_data, tmp_path, monkeypatch):
    original_open = os.open
    monkeypatch.setattr(
        os,
        "open",
        lambda path, *arguments: (
            original_open(path, *arguments),
            original_open("/dev/full", os.O_WRONLY),
        )[1],
    )
    with pytest.raises(CommandError, match=r"cannot be written \(No space left on device\)"):
        call_command("backup", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_missing_temporary_folder_is_reported_and_database_is_unchanged(
    alice_with_data, use_empty_database, tmp_path, monkeypatch
):
    backup = _back_up(tmp_path)
    other_url = use_empty_database()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(CommandError, match="is as it was: No such file or directory"):
        call_command("restore", backup)
    assert _rows(other_url) == {"sequences": []}


def test_backup_of_empty_or_missing_database_is_rejected(use_empty_database, tmp_path, settings):
    use_empty_database()
    with pytest.raises(CommandError, match="nothing to back up"):
        call_command("backup", tmp_path)
    settings.DATABASE_URL = _url("nowhere")
    with pytest.raises(CommandError, match="does not answer"):
        call_command("backup", tmp_path)


def test_restore_of_older_backup_reports_pending_migrations(
    alice_with_data, use_empty_database, tmp_path, capsys
):
    backup = _back_up(tmp_path)
    other_url = use_empty_database()
    call_command("restore", backup)
    with psycopg.connect(other_url, autocommit=True) as database:
        database.execute(
            "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations)"
        )
    (tmp_path / "older").mkdir()
    call_command("restore", _back_up(tmp_path / "older"), replace=True)
    assert "Migrations to come: 1." in capsys.readouterr().out
