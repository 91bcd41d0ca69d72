"""Creation of backups: zip files with a dump of the database, the secret key and a manifest.

database.dump   pg_dump's custom format
secret-key      signing key of cookies, tokens and tickets; absent if MINDFLIP_SECRET_KEY is set
manifest.json   see Manifest
"""

import hashlib
import json
import os
import secrets
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from psycopg import IsolationLevel

from mindflip.backup import BackupError
from mindflip.backup.postgres import address, connect, count_rows, environment, tool
from mindflip.embedded.process import last_line

DUMP, KEY, MANIFEST = "database.dump", "secret-key", "manifest.json"
CHUNK_BYTES = 2**20
PROGRESS_SECONDS = 2.0
WriteLine = Callable[[str], None]


@dataclass
class Manifest:
    """A description of the backup.

    - `server_version` is PostgreSQL's major version, such as 18.
    - `tables` maps tables to their numbers of rows.
    - `migrations` are pairs of app and name.
    - `models` maps the files in the models folder to their sizes in bytes. The backup does not
      contain these files.
    - `checksums` maps the other entries of the zip to their SHA-256.
    """

    created_at: str
    schema: str
    server_version: int
    tables: dict[str, int]
    migrations: list[list[str]]
    models: dict[str, int]
    checksums: dict[str, str] = field(default_factory=dict)
    format: str = "mindflip-backup"
    version: int = 1


def backup_create(
    *, url: str, key: str | None, models: Path, target: Path, now: datetime, write_line: WriteLine
) -> None:
    """Write a backup to the new file `target`, or to a new file in the folder `target`.

    Rows are counted and dumped in one snapshot. Raise BackupError if the backup fails.
    """
    if target.is_dir():
        target = target / f"mindflip-{now:%Y%m%d-%H%M%S}.zip"
    if target.exists():
        raise BackupError(f"{target} is there already: name another file, or a folder.")
    if not target.parent.is_dir():
        raise BackupError(f"The folder {target.parent} is not there: make it, or name another.")
    with connect(url) as connection:
        connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
        ((snapshot,),) = connection.execute("SELECT pg_export_snapshot()")
        schema, tables = count_rows(connection)
        if "django_migrations" not in tables:
            raise BackupError(
                "There is nothing to back up: this database holds no tables of MindFlip."
            )
        migrations = connection.execute("SELECT app, name FROM django_migrations ORDER BY id")
        manifest = Manifest(
            created_at=now.isoformat(),
            schema=schema,
            server_version=connection.info.server_version // 10_000,
            tables=tables,
            migrations=[list(migration) for migration in migrations],
            models={
                str(path.relative_to(models)): path.stat().st_size
                for path in sorted(models.rglob("*"))
                if path.is_file()
            },
        )
        rows = sum(tables.values())
        write_line(f"Backing up {len(tables)} tables with {rows:,} rows ...")
        with _new_zip(target) as file:
            manifest.checksums[DUMP] = _add_dump(file, url, manifest, snapshot, write_line)
            if key is not None:
                file.writestr(KEY, key)
                manifest.checksums[KEY] = hashlib.sha256(key.encode()).hexdigest()
            file.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
    write_line(f"Wrote {target}: {megabytes(target.stat().st_size)}, {rows:,} rows.")


@contextmanager
def _new_zip(target: Path) -> Iterator[zipfile.ZipFile]:
    """Yield a new zip that only its owner can read.

    The file is renamed to `target` when it is complete, and deleted if the `with` block fails.
    Raise BackupError if the file cannot be written.
    """
    partial = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
            with zipfile.ZipFile(raw, "w") as file:
                yield file
            raw.flush()
            os.fsync(raw.fileno())
        partial.replace(target)
    except OSError as error:
        raise BackupError(
            f"{target} cannot be written ({error.strerror}): make room there, or name another"
            " folder."
        ) from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _add_dump(
    file: zipfile.ZipFile, url: str, manifest: Manifest, snapshot: str, write_line: WriteLine
) -> str:
    """Add the output of pg_dump to the zip, and return its SHA-256.

    The dump contains the tables with their indexes, constraints and sequences. It does not contain
    owners, grants or comments, because another server may not know or not allow them.
    """
    schema = manifest.schema.replace('"', '""')
    command = [tool("pg_dump", manifest.server_version), "--dbname", address(url), "--no-password"]
    command += ["--format=custom", f"--snapshot={snapshot}", f'--table="{schema}".*']
    command += ["--no-owner", "--no-privileges", "--no-comments"]
    digest = hashlib.sha256()
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, env=environment(url)
        ) as pg_dump,
        file.open(DUMP, "w", force_zip64=True) as entry,
    ):
        assert pg_dump.stdout is not None
        for chunk in read_chunks(pg_dump.stdout, write_line, "Written"):
            entry.write(chunk)
            digest.update(chunk)
        if pg_dump.wait():
            errors.seek(0)
            reason = last_line(errors.read().decode(errors="replace"), "pg_dump gave no reason.")
            raise BackupError(f"The database could not be dumped: {reason}")
    return digest.hexdigest()


def read_chunks(
    content: IO[bytes], write_line: WriteLine, verb: str, total: int = 0
) -> Iterator[bytes]:
    """Yield `content` in chunks, and write the progress at most every PROGRESS_SECONDS.

    It is a line such as "Written 12 MB", or "Restored 12 MB of 40 MB" if the total is known.
    """
    count, reported_at = 0, time.monotonic()
    while chunk := content.read(CHUNK_BYTES):
        yield chunk
        count += len(chunk)
        if time.monotonic() - reported_at >= PROGRESS_SECONDS:
            reported_at = time.monotonic()
            write_line(f"{verb} {megabytes(count)}{f' of {megabytes(total)}' if total else ''}")


def megabytes(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB"
