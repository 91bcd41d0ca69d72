"""Backups made while others write are consistent, and restoring one reproduces every row."""

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
def own(transactional_db: None, settings: Any) -> str:
    """Make the commands use the test's database, and return its URL."""
    settings.DATABASE_URL = _url(connection.settings_dict["NAME"])
    return settings.DATABASE_URL


@pytest.fixture
def elsewhere(own: str, settings: Any) -> Iterator[Callable[[], str]]:
    """Create an empty database, and yield a function that makes the commands use it."""
    name = f"elsewhere_{secrets.token_hex(4)}"

    def move() -> str:
        settings.DATABASE_URL = _url(name)
        return settings.DATABASE_URL

    with psycopg.connect(own, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield move
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def used(own: str, alice: Any) -> Any:
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
        rows = {
            name: database.execute(
                sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(name))
            )
            for name in tables
        }
        contents = {name: [row for (row,) in answer] for name, answer in rows.items()}
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
    (made,) = set(target.iterdir()) - before
    return made


def _changed(backup: Path, name: str, content: bytes | None) -> Path:
    """Return a copy of the backup with one file replaced or removed."""
    copy = backup.with_name(f"changed-{secrets.token_hex(4)}.zip")
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(copy, "w") as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        if content is not None:
            new.writestr(name, content)
    return copy


def test_what_is_restored_is_what_was_there_row_by_row(used, own, elsewhere, tmp_path):
    backup = _back_up(tmp_path)
    before = _rows(own)
    assert sum(map(len, before.values())) > 100
    other = elsewhere()
    call_command("restore", backup)
    assert _rows(other) == before
    with psycopg.connect(other, autocommit=True) as database:
        database.execute("DELETE FROM flashcards_review")
        database.execute("CREATE TABLE left_by_a_newer_version (id int REFERENCES auth_user)")
    call_command("restore", backup, replace=True)
    assert _rows(other) == before


def test_a_backup_while_others_write_is_of_one_moment(used, elsewhere, tmp_path):
    is_done = threading.Event()

    def write() -> None:
        while not is_done.is_set():
            deck_create(
                user=used,
                name="Written meanwhile",
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
    other = elsewhere()
    call_command("restore", backup)
    with psycopg.connect(other) as database:
        counts = (
            "SELECT count(*) FROM flashcards_deck d JOIN flashcards_card c ON c.deck_id = d.id"
            " WHERE d.name LIKE 'W%%' GROUP BY d.id"
        )
        assert {count for (count,) in database.execute(counts)} <= {20}
        manifest = json.loads(zipfile.ZipFile(backup).read("manifest.json"))
        assert {
            name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in manifest["tables"]
        } == manifest["tables"]


def test_it_holds_the_secret_key_and_is_read_by_its_owner_only(used, elsewhere, tmp_path, settings):
    backup = _back_up(tmp_path)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    key = settings.DATA_DIR / "secret-key"
    old = key.read_text()
    key.write_text("another")
    elsewhere()
    call_command("restore", backup)
    assert (key.read_text(), stat.S_IMODE(key.stat().st_mode)) == (old, 0o600)


def test_a_database_in_use_is_not_waited_for_without_end(used, own, tmp_path, monkeypatch):
    monkeypatch.setattr(restore, "LOCK_SECONDS", 1)
    backup = _back_up(tmp_path)
    with psycopg.connect(own) as somebody:
        somebody.execute("SELECT 1 FROM auth_user")
        with pytest.raises(
            CommandError, match="Somebody uses the database, which is as it was: stop web"
        ):
            call_command("restore", backup, replace=True)


def test_a_database_that_holds_something_is_not_lost_by_accident(used, own, tmp_path):
    backup, before = _back_up(tmp_path), _rows(own)
    with pytest.raises(
        CommandError, match=r"holds \d+ tables with .* rows already: .* say --replace"
    ):
        call_command("restore", backup)
    assert _rows(own) == before


def test_a_bad_file_is_refused_in_a_sentence_and_nothing_is_changed(
    used, own, elsewhere, tmp_path, settings
):
    backup = _back_up(tmp_path)
    whole = backup.read_bytes()
    manifest = json.loads(zipfile.ZipFile(backup).read("manifest.json"))
    newer = manifest | {"migrations": [*manifest["migrations"], ["flashcards", "9999_later"]]}
    fewer = manifest | {"tables": manifest["tables"] | {"auth_user": 7}}
    (cut := tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    (flipped := tmp_path / "flipped.zip").write_bytes(
        whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:]
    )
    (text := tmp_path / "text.zip").write_text("no backup")
    bad = [
        (cut, "is cut off or damaged"),
        (flipped, "damaged"),
        (text, "is cut off or damaged"),
        (tmp_path / "missing.zip", "cannot be read"),
        (tmp_path, "cannot be read"),
        (_changed(backup, "database.dump", b"PGDMP"), "is not what was written"),
        (_changed(backup, "manifest.json", None), "is no backup of MindFlip"),
        (_changed(backup, "manifest.json", b"[]"), "is no backup of MindFlip"),
        (
            _changed(backup, "manifest.json", json.dumps(newer).encode()),
            r"newer database .*flashcards\.9999_later",
        ),
        (
            _changed(backup, "manifest.json", json.dumps(manifest | {"version": 2}).encode()),
            "made by a newer MindFlip",
        ),
        (
            _changed(backup, "manifest.json", json.dumps(fewer).encode()),
            "is as it was: rows of auth_user are missing",
        ),
    ]
    other = elsewhere()
    for file, message in bad:
        with pytest.raises(CommandError, match=message):
            call_command("restore", file, replace=True)
        assert _rows(other) == {"sequences": []}, file
    settings.DATABASE_URL = own
    before = _rows(own)
    with pytest.raises(CommandError, match="rows of auth_user are missing"):
        call_command("restore", file, replace=True)
    assert _rows(own) == before


def test_a_dump_that_ends_early_is_not_committed(used, own, tmp_path):
    """A dump without its last byte has every row, but no index: counting rows is not enough."""
    backup = _back_up(tmp_path)
    with psycopg.connect(own) as database:
        database.execute("DELETE FROM flashcards_review")
    before = _rows(own)
    dump = zipfile.ZipFile(backup).read("database.dump")
    manifest = json.loads(zipfile.ZipFile(backup).read("manifest.json"))
    for length in (len(dump) - 1, len(dump) // 2):
        manifest["checksums"]["database.dump"] = hashlib.sha256(dump[:length]).hexdigest()
        cut = _changed(backup, "database.dump", dump[:length])
        cut = _changed(cut, "manifest.json", json.dumps(manifest).encode())
        with pytest.raises(CommandError, match="dump in the backup cannot be read"):
            call_command("restore", cut, replace=True)
        assert _rows(own) == before


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
            lambda wanted, version: str(path) if wanted == name else tool(wanted, version),
        )

    return replace


def test_a_killed_pg_restore_leaves_the_database_unchanged(used, own, tmp_path, replace_program):
    backup = _back_up(tmp_path)
    with psycopg.connect(own) as database:
        database.execute("DELETE FROM flashcards_review")
    before = _rows(own)
    replace_program("pg_restore", f'{tool("pg_restore", 0)} "$@"; kill -9 $$')
    with pytest.raises(CommandError, match="could not be restored, and is as it was"):
        call_command("restore", backup, replace=True)
    assert _rows(own) == before


def test_the_reason_of_psql_is_reported_when_it_ends_first(
    used, own, tmp_path, replace_program, monkeypatch
):
    backup, before = _back_up(tmp_path), _rows(own)
    replace_program("psql", "echo 'psql: error: FATAL:  too many clients' >&2; exit 2")
    monkeypatch.setattr(
        restore, "_first_statements", lambda *arguments: time.sleep(0.5) or b"BEGIN;"
    )
    with pytest.raises(CommandError, match=r"is as it was: .*FATAL:  too many clients"):
        call_command("restore", backup, replace=True)
    assert _rows(own) == before


def test_where_it_cannot_be_written_nothing_half_done_is_left(used, tmp_path):
    _back_up(tmp_path)
    (made,) = tmp_path.iterdir()
    for target, message in (
        (made, "is there already"),
        (tmp_path / "no" / "where.zip", "is not there: make it"),
        (Path("/proc/backup.zip"), "cannot be written"),
    ):
        with pytest.raises(CommandError, match=message):
            call_command("backup", target)
    assert list(tmp_path.iterdir()) == [made]


@pytest.mark.skipif(
    not os.path.exists("/dev/full"), reason="only Linux has a disk that is always full"
)
def test_a_full_disk_is_said_and_leaves_no_file(used, tmp_path, monkeypatch):
    really = os.open
    monkeypatch.setattr(
        os, "open", lambda path, *rest: (really(path, *rest), really("/dev/full", os.O_WRONLY))[1]
    )
    with pytest.raises(CommandError, match=r"cannot be written \(No space left on device\)"):
        call_command("backup", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_stops_a_restore_is_not_said_of_the_backup(used, elsewhere, tmp_path, monkeypatch):
    backup = _back_up(tmp_path)
    other = elsewhere()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(CommandError, match="is as it was: No such file or directory"):
        call_command("restore", backup)
    assert _rows(other) == {"sequences": []}


def test_an_empty_database_and_one_that_is_not_there_are_said(elsewhere, tmp_path, settings):
    elsewhere()
    with pytest.raises(CommandError, match="nothing to back up"):
        call_command("backup", tmp_path)
    settings.DATABASE_URL = _url("nowhere")
    with pytest.raises(CommandError, match="does not answer"):
        call_command("backup", tmp_path)


def test_a_backup_of_an_older_version_says_that_a_migration_is_to_come(
    used, elsewhere, tmp_path, capsys
):
    backup = _back_up(tmp_path)
    other = elsewhere()
    call_command("restore", backup)
    with psycopg.connect(other, autocommit=True) as database:
        database.execute(
            "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations)"
        )
    (tmp_path / "older").mkdir()
    call_command("restore", _back_up(tmp_path / "older"), replace=True)
    assert "Migrations to come: 1." in capsys.readouterr().out
