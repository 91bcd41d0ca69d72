"""Restoration of backups in a single transaction that also counts the rows.

pg_restore could connect to the database itself, but its transaction would neither drop tables that
are not in the dump nor count rows. Instead, it writes SQL, which psql runs between our first and
last statements.
"""

import hashlib
import json
import re
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from typing import Any

from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from mindflip.backup import BackupError
from mindflip.backup.create import DUMP, KEY, MANIFEST, Manifest, WriteLine, read_chunks
from mindflip.backup.postgres import address, connect, count_rows, environment, tool
from mindflip.embedded.process import last_line

LOCK_SECONDS = 30
# Servers before PostgreSQL 17 do not know this setting, and in later ones 0 is the default. The
# statement is in the first lines of the script, before any rows.
SED = ["sed", "1,40{/^SET transaction_timeout = 0;$/d;}"]


def backup_restore(
    *, url: str, source: Path, is_replacing: bool, write_line: WriteLine
) -> tuple[Manifest, str | None]:
    """Restore the database from `source`, and return the manifest and the secret key, if any.

    Raise BackupError and change nothing if

    - the file is damaged, is not a backup or comes from a newer version,
    - the database has tables and `is_replacing` is false, or
    - PostgreSQL reports an error.
    """
    try:
        with zipfile.ZipFile(source) as file:
            manifest = _read_manifest(file, source)
            _verify_checksums(file, manifest, write_line)
            key = file.read(KEY).decode() if KEY in manifest.checksums else None
            _restore_database(file, manifest, url, is_replacing, write_line)
    except (zipfile.BadZipFile, EOFError, KeyError, NotImplementedError):
        raise BackupError(
            f"{source} is cut off or damaged: copy it again, or use another backup."
        ) from None
    except OSError as error:
        raise BackupError(
            f"{source} cannot be read ({error.strerror}): name a backup that is there."
        ) from None
    return manifest, key


def _read_manifest(file: zipfile.ZipFile, source: Path) -> Manifest:
    """Return the manifest.

    Raise BackupError if the file is not a backup or comes from a newer version.
    """
    try:
        values: dict[str, Any] = json.loads(file.read(MANIFEST))
        if values["format"] == Manifest.format and values["version"] > Manifest.version:
            raise BackupError(
                f"{source} was made by a newer MindFlip: install that version and restore with it."
            )
        manifest = Manifest(**values)
    except (KeyError, TypeError, ValueError):
        raise BackupError(
            f"{source} is no backup of MindFlip: name a file that `manage.py backup` wrote."
        ) from None
    known = known_migrations()
    unknown = [f"{app}.{name}" for app, name in manifest.migrations if (app, name) not in known]
    if unknown:
        raise BackupError(
            "The backup holds a newer database than this version of MindFlip knows"
            f" ({unknown[0]}): install the version that made it."
        )
    return manifest


def known_migrations() -> set[tuple[str, str]]:
    """Return the migrations of this version of MindFlip and of the libraries that it uses."""
    return set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _verify_checksums(file: zipfile.ZipFile, manifest: Manifest, write_line: WriteLine) -> None:
    for name in dict.fromkeys((DUMP, *manifest.checksums)):
        digest = hashlib.sha256()
        with file.open(name) as entry:
            for chunk in read_chunks(entry, write_line, "Checked"):
                digest.update(chunk)
        if digest.hexdigest() != manifest.checksums.get(name):
            raise BackupError(
                f"The backup is damaged ({name} is not what was written): use another one."
            )


def _restore_database(
    file: zipfile.ZipFile, manifest: Manifest, url: str, is_replacing: bool, write_line: WriteLine
) -> None:
    with connect(url) as connection:
        schema, tables = count_rows(connection)
    if tables and not is_replacing:
        raise BackupError(
            f"The database holds {len(tables)} tables with {sum(tables.values()):,} rows already: "
            "restore into an empty one, or say --replace to lose what is there."
        )
    if tables and schema != manifest.schema:
        raise BackupError(
            f"The backup is of the schema {manifest.schema}, and the database uses {schema}: name"
            " another."
        )
    write_line(
        f"Restoring {sum(manifest.tables.values()):,} rows in {len(manifest.tables)} tables ..."
    )
    try:
        _replace_tables(file, manifest, url, list(tables), write_line)
    except OSError as error:
        raise BackupError(
            f"The database could not be restored, and is as it was: {error.strerror or error}."
        ) from None
    with connect(url) as connection:
        connection.autocommit = True
        connection.execute("ANALYZE")


def _replace_tables(
    file: zipfile.ZipFile, manifest: Manifest, url: str, tables: list[str], write_line: WriteLine
) -> None:
    """Drop `tables` and run the dump through pg_restore, sed and psql.

    psql commits only when it reads the last statements. They are written after the other programs
    have succeeded, so the database is unchanged if any of them fails or is killed.
    """
    restore_command = [tool("pg_restore", manifest.server_version), "--file=-"]
    restore_command += ["--no-owner", "--no-privileges"]
    psql_command = [tool("psql", 0), "--dbname", address(url), "--no-password", "--no-psqlrc"]
    psql_command += ["--quiet", "--set=ON_ERROR_STOP=1"]
    env = environment(url)
    with (
        tempfile.TemporaryFile() as errors,
        Popen(psql_command, stdin=PIPE, stdout=DEVNULL, stderr=errors, env=env) as psql,
        Popen(restore_command, stdin=PIPE, stdout=PIPE, stderr=errors, env=env) as restore,
        Popen(SED, stdin=restore.stdout, stdout=psql.stdin, stderr=errors, env=env) as sed,
    ):
        assert psql.stdin is not None
        assert restore.stdin is not None
        assert restore.stdout is not None
        restore.stdout.close()  # only sed reads it, so that pg_restore ends if sed does
        with suppress(BrokenPipeError), restore.stdin:  # psql reports the reason
            psql.stdin.write(_first_statements(manifest.schema, tables))
            psql.stdin.flush()
            with file.open(DUMP) as dump:
                size = file.getinfo(DUMP).file_size
                for chunk in read_chunks(dump, write_line, "Restored", size):
                    restore.stdin.write(chunk)
        if restore.wait() > 0 and psql.poll() is None:  # psql is not the reason
            raise BackupError(
                "The dump in the backup cannot be read by this version of PostgreSQL's programs:"
                " install a newer one."
            )
        is_complete = restore.returncode == 0 and sed.wait() == 0
        psql.communicate(_last_statements(manifest) if is_complete else b"")
        if psql.returncode or not is_complete:
            errors.seek(0)
            raise BackupError(_error_message(errors.read().decode(errors="replace")))


def _first_statements(schema: str, tables: list[str]) -> bytes:
    statements = [sql.SQL("BEGIN; SET LOCAL lock_timeout = '{}s';\n").format(LOCK_SECONDS)]
    statements += [
        sql.SQL("DROP TABLE IF EXISTS {} CASCADE;\n").format(sql.Identifier(schema, table))
        for table in tables
    ]
    return sql.Composed(statements).as_bytes(None)


def _last_statements(manifest: Manifest) -> bytes:
    """Return SQL that commits if every table has as many rows as when the backup was made."""
    check = sql.SQL(
        "IF (SELECT count(*) FROM {}) <> {} THEN RAISE EXCEPTION 'rows of % are missing', {};"
        " END IF;"
    )
    checks = [
        check.format(sql.Identifier(manifest.schema, table), count, table)
        for table, count in manifest.tables.items()
    ]
    block = sql.SQL("DO $checks$ BEGIN {} END $checks$; COMMIT;\n")
    return block.format(sql.Composed(checks)).as_bytes(None)


def _error_message(errors: str) -> str:
    match = re.search(r".*(ERROR|FATAL).*", errors)
    reason = match[0] if match else last_line(errors)
    if "lock timeout" in reason or "deadlock" in reason:
        return (
            "Somebody uses the database, which is as it was: stop web, worker and beat, and restore"
            " again."
        )
    reason = reason.partition("ERROR:")[2].strip() or reason
    return f"The database could not be restored, and is as it was: {reason}"
