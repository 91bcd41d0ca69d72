"""A backup back into a database: whole, in one transaction that also counts what came in, or not at
all.

pg_restore makes SQL of the dump and psql runs that, between our own first and last words.
"""

import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from psycopg import sql

from mindflip.backup import BackupError, archive
from mindflip.backup.archive import Progress, WriteLine
from mindflip.backup.create import DatabaseContents, contents, known_migrations
from mindflip.backup.postgres import address, connect, environment, tool

LOCK_SECONDS = 30
HEAD = 2**14
# servers before 17 do not know it, newer ones have it by default
NOT_FOR_OLD_SERVERS = b"SET transaction_timeout = 0;"


def backup_restore(
    *, url: str, source: Path, is_replacing: bool, write_line: WriteLine
) -> archive.Backup:
    """Make the database what it was when `source` was made; what else was in the file.

    Raises BackupError, and nothing is changed then: for a file that is damaged or none of ours, for
    one of a newer version, for a database that holds something unless `is_replacing`, and for
    whatever PostgreSQL refuses.
    """
    with archive.open_reader(source) as backup:
        _check_version(backup.manifest)
        backup.verify(Progress(write_line, "Checked"))
        with connect(url) as connection:
            current = contents(connection)
        _check_empty(current, is_replacing)
        write_line(
            f"Restoring {sum(backup.manifest.tables.values()):,} rows in"
            f" {len(backup.manifest.tables)} tables ..."
        )
        load(backup, url, current, Progress(write_line, "Restored", backup.size(archive.DUMP)))
        return archive.Backup(backup.manifest, backup.key())


def pending_migrations(manifest: archive.Manifest) -> int:
    """How many migrations this version has that the backup was made before."""
    return len(known_migrations() - {(app, name) for app, name in manifest.migrations})


def _check_version(manifest: archive.Manifest) -> None:
    known = known_migrations()
    unknown = [f"{app}.{name}" for app, name in manifest.migrations if (app, name) not in known]
    if unknown:
        what = (
            f"The backup holds a newer database than this version of MindFlip knows ({unknown[0]})"
        )
        raise BackupError(f"{what}: install the version that made it.")


def _check_empty(current: DatabaseContents, is_replacing: bool) -> None:
    if current.tables and not is_replacing:
        raise BackupError(
            f"The database holds {len(current.tables)} tables with {current.rows:,} rows already: "
            "restore into an empty one, or say --replace to lose what is there."
        )


def load(backup: archive.Reader, url: str, current: DatabaseContents, progress: Progress) -> None:
    """Put the dump in the place of the tables that the database holds.

    Raises BackupError, with all as it was.
    """
    if current.tables and current.schema != backup.manifest.schema:
        raise BackupError(
            f"The backup is of the schema {backup.manifest.schema}, and the database uses"
            f" {current.schema}: name another."
        )
    try:
        _replace(backup, url, current, progress)
    except OSError as error:
        raise BackupError(
            f"The database could not be restored, and is as it was: {error.strerror or error}."
        ) from None
    with connect(url) as connection:
        connection.autocommit = True
        connection.execute("ANALYZE")


def _replace(
    backup: archive.Reader, url: str, current: DatabaseContents, progress: Progress
) -> None:
    with tempfile.TemporaryFile() as stderr:
        with (
            _sql_of(backup, stderr, progress) as script,
            _psql(url, backup.manifest, current, stderr) as psql,
        ):
            _copy(script, psql)
        if psql.returncode:
            raise BackupError(_error_message(stderr))


@contextmanager
def _sql_of(
    backup: archive.Reader, stderr: IO[bytes], progress: Progress
) -> Iterator["subprocess.Popen[bytes]"]:
    """pg_restore, fed by a thread, because it is read at the same time."""
    command = [
        tool("pg_restore", backup.manifest.server_version),
        "--file=-",
        "--no-owner",
        "--no-privileges",
    ]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr
    )
    feeder = threading.Thread(target=_feed, args=(backup, process, progress))
    feeder.start()
    try:
        yield process
    finally:
        process.kill()
        feeder.join()
        process.wait()


def _feed(backup: archive.Reader, process: "subprocess.Popen[bytes]", progress: Progress) -> None:
    assert process.stdin is not None
    done = 0
    with suppress(BrokenPipeError), process.stdin as stdin, backup.open(archive.DUMP) as dump:
        while chunk := dump.read(archive.CHUNK_BYTES):
            stdin.write(chunk)
            progress(done := done + len(chunk))


@contextmanager
def _psql(
    url: str, manifest: archive.Manifest, current: DatabaseContents, stderr: IO[bytes]
) -> Iterator["subprocess.Popen[bytes]"]:
    """psql, which commits when its input ends, and loses all when it is killed before."""
    command = [
        tool("psql", 0),
        "--dbname",
        address(url),
        "--no-password",
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
    ]
    command += ["--set=ON_ERROR_STOP=1", *_drop(current), "--file=-", "--command", _count(manifest)]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        env=environment(url),
    )
    try:
        yield process
        process.communicate()
    except BaseException:
        process.kill()
        process.wait()
        raise


def _copy(script: "subprocess.Popen[bytes]", psql: "subprocess.Popen[bytes]") -> None:
    """All that pg_restore says; when it fails on the way, psql must not believe that this was the
    end.
    """
    assert script.stdout is not None
    assert psql.stdin is not None
    with suppress(BrokenPipeError):  # psql says itself what was wrong
        psql.stdin.write(script.stdout.read(HEAD).replace(NOT_FOR_OLD_SERVERS, b""))
        while chunk := script.stdout.read(archive.CHUNK_BYTES):
            psql.stdin.write(chunk)
    if psql.poll() is None and script.wait():
        raise BackupError(
            "The dump in the backup cannot be read by this version of PostgreSQL's programs:"
            " install a newer one."
        )


def _drop(current: DatabaseContents) -> Sequence[str]:
    if not current.tables:
        return ()
    names = sql.SQL(", ").join(sql.Identifier(current.schema, name) for name in current.tables)
    return (
        "--command",
        _text(
            sql.SQL("SET LOCAL lock_timeout = '{}s'; DROP TABLE {} CASCADE").format(
                LOCK_SECONDS, names
            )
        ),
    )


def _count(manifest: archive.Manifest) -> str:
    """Fails unless every table has as many rows as were counted when the backup was made."""
    check = sql.SQL(
        "IF (SELECT count(*) FROM {}) <> {} THEN RAISE EXCEPTION 'rows of % are missing', {};"
        " END IF;"
    )
    checks = [
        check.format(sql.Identifier(manifest.schema, name), rows, name)
        for name, rows in manifest.tables.items()
    ]
    return _text(sql.SQL("DO $checks$ BEGIN {} END $checks$").format(sql.SQL(" ").join(checks)))


def _text(composed: sql.Composed) -> str:
    return composed.as_string(None)


def _error_message(stderr: IO[bytes]) -> str:
    stderr.seek(0)
    lines = stderr.read().decode(errors="replace").splitlines()
    reason = next(
        (line for line in lines if "ERROR" in line or "FATAL" in line),
        lines[-1] if lines else "no reason given",
    )
    if "lock timeout" in reason or "deadlock" in reason:
        return (
            "Somebody uses the database, which is as it was: stop web, worker and beat, and restore"
            " again."
        )
    return (
        "The database could not be restored, and is as it was:"
        f" {reason.partition('ERROR:')[2].strip() or reason}"
    )
