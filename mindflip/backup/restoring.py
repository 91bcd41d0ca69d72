"""A backup back into a database: whole, in one transaction that also counts what came in, or not at all."""

from pathlib import Path

from mindflip.backup import BackupError, archive
from mindflip.backup.contents import Contents, contents, known_migrations
from mindflip.backup.loading import load
from mindflip.backup.postgres_tools import connect
from mindflip.backup.progress import Progress, Say


def backup_restore(*, url: str, source: Path, is_replacing: bool, say: Say) -> archive.Backup:
    """Make the database what it was when `source` was made; what else was in the file.

    Raises BackupError, and nothing is changed then: for a file that is damaged or none of ours, for one of a newer version, for a
    database that holds something unless `is_replacing`, and for whatever PostgreSQL refuses.
    """
    with archive.reading(source) as backup:
        _refuse_newer(backup.manifest)
        backup.verify(Progress(say, "Checked"))
        with connect(url) as connection:
            held = contents(connection)
        _refuse_full(held, is_replacing)
        say(f"Restoring {sum(backup.manifest.tables.values()):,} rows in {len(backup.manifest.tables)} tables ...")
        load(backup, url, held, Progress(say, "Restored", backup.size(archive.DUMP)))
        return archive.Backup(backup.manifest, backup.key())


def migrations_to_come(manifest: archive.Manifest) -> int:
    """How many migrations this version has that the backup was made before."""
    return len(known_migrations() - {(app, name) for app, name in manifest.migrations})


def _refuse_newer(manifest: archive.Manifest) -> None:
    known = known_migrations()
    unknown = [f"{app}.{name}" for app, name in manifest.migrations if (app, name) not in known]
    if unknown:
        what = f"The backup holds a newer database than this version of MindFlip knows ({unknown[0]})"
        raise BackupError(f"{what}: install the version that made it.")


def _refuse_full(held: Contents, is_replacing: bool) -> None:
    if held.tables and not is_replacing:
        raise BackupError(
            f"The database holds {len(held.tables)} tables with {held.rows:,} rows already: "
            "restore into an empty one, or say --replace to lose what is there."
        )
