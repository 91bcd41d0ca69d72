"""A backup of one moment, while others go on writing: rows are counted and dumped in one snapshot
of the database.
"""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import psycopg
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from mindflip.backup import BackupError, archive
from mindflip.backup.archive import Progress, WriteLine, megabytes
from mindflip.backup.postgres import address, connect, environment, tool
from mindflip.embedded.process import last_line

TABLES = (
    """SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"""
)
Migration = tuple[str, str]


@dataclass(frozen=True)
class DatabaseContents:
    """`schema` is the one that unqualified names are looked up in; `server_version` as 18."""

    schema: str
    server_version: int
    tables: dict[str, int]
    migrations: list[Migration]

    @property
    def rows(self) -> int:
        return sum(self.tables.values())


def contents(connection: psycopg.Connection[Any]) -> DatabaseContents:
    """As the connection's transaction sees it."""
    names = [name for (name,) in connection.execute(TABLES).fetchall()]
    (schema,) = connection.execute("SELECT current_schema()").fetchone() or ("public",)
    counts = {name: _count(connection, name) for name in names}
    return DatabaseContents(
        schema, connection.info.server_version // 10_000, counts, _migrations(connection, names)
    )


def known_migrations() -> set[Migration]:
    """Those of this version of MindFlip and of the libraries that it runs with."""
    return set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    (count,) = connection.execute(
        sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
    ).fetchone() or (0,)
    return int(count)


def _migrations(connection: psycopg.Connection[Any], tables: list[str]) -> list[Migration]:
    if "django_migrations" not in tables:
        return []
    return [
        (app, name)
        for app, name in connection.execute(
            "SELECT app, name FROM django_migrations ORDER BY id"
        ).fetchall()
    ]


@dataclass(frozen=True)
class Source:
    """What is backed up: the database at `url`, the secret key when it is a file, the names of the
    models in a folder.
    """

    url: str
    key: str | None
    models: Path


def backup_create(*, source: Source, target: Path, now: datetime, write_line: WriteLine) -> Path:
    """Write a backup to `target`, a new file or a folder in which it gets a name; where it is.

    Raises BackupError.
    """
    target = _file_name(target, now)
    with connect(source.url) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        current = contents(connection)
        if not current.migrations:
            raise BackupError(
                "There is nothing to back up: this database holds no tables of MindFlip."
            )
        write_line(f"Backing up {len(current.tables)} tables with {current.rows:,} rows ...")
        with archive.open_writer(target) as writer:
            _write(writer, source, current, snapshot, now, write_line)
    write_line(f"Wrote {target}: {megabytes(target.stat().st_size)}, {current.rows:,} rows.")
    return target


def _file_name(target: Path, now: datetime) -> Path:
    if target.is_dir():
        target = target / f"mindflip-{now:%Y%m%d-%H%M%S}.zip"
    if target.exists():
        raise BackupError(f"{target} is there already: name another file, or a folder.")
    if not target.parent.is_dir():
        raise BackupError(f"The folder {target.parent} is not there: make it, or name another.")
    return target


def _write(
    writer: archive.Writer,
    source: Source,
    current: DatabaseContents,
    snapshot: str,
    now: datetime,
    write_line: WriteLine,
) -> None:
    with _dump(source.url, current, snapshot) as dumped:
        writer.add(archive.DUMP, dumped, Progress(write_line, "Written"))
    if source.key is not None:
        writer.add(archive.KEY, BytesIO(source.key.encode()), lambda done: None)
    writer.finish(_manifest(source, current, now))


@contextmanager
def _dump(url: str, current: DatabaseContents, snapshot: str) -> Iterator[IO[bytes]]:
    """What pg_dump writes. Raises BackupError at the end when it failed."""
    with tempfile.TemporaryFile() as stderr:
        dump = subprocess.Popen(
            _command(url, current, snapshot),
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=environment(url),
        )
        try:
            assert dump.stdout is not None
            yield dump.stdout
            if dump.wait():
                raise BackupError(f"The database could not be dumped: {_last_error_line(stderr)}")
        finally:
            dump.kill()
            dump.wait()


def _command(url: str, current: DatabaseContents, snapshot: str) -> list[str]:
    """Tables with what belongs to them; no owners, grants and comments, which another server may
    not know or not allow.
    """
    dump = [
        tool("pg_dump", current.server_version),
        "--dbname",
        address(url),
        "--no-password",
        "--format=custom",
    ]
    schema = current.schema.replace('"', '""')
    return [
        *dump,
        f"--snapshot={snapshot}",
        "--no-owner",
        "--no-privileges",
        "--no-comments",
        f'--table="{schema}".*',
    ]


def _manifest(source: Source, current: DatabaseContents, now: datetime) -> archive.Manifest:
    files = (
        sorted(path for path in source.models.rglob("*") if path.is_file())
        if source.models.is_dir()
        else []
    )
    return archive.Manifest(
        created_at=now.isoformat(),
        schema=current.schema,
        server_version=current.server_version,
        tables=current.tables,
        migrations=[list(migration) for migration in current.migrations],
        models={str(path.relative_to(source.models)): path.stat().st_size for path in files},
    )


def _last_error_line(stderr: IO[bytes]) -> str:
    stderr.seek(0)
    return last_line(stderr.read().decode(errors="replace"), "pg_dump gave no reason.")
