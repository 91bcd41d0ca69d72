"""The file of a backup: a zip with the dump of the database, the secret key where it is a file, and
a manifest, which is written last.

    database.dump   pg_dump's custom format
    secret-key      what signs cookies, tokens and tickets; absent when MINDFLIP_SECRET_KEY says it
    manifest.json   see Manifest

The file appears under its name when it is whole, and only its owner may read it.
"""

import hashlib
import json
import os
import secrets
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from mindflip.backup import BackupError

FORMAT, VERSION = "mindflip-backup", 1
DUMP, KEY, MANIFEST = "database.dump", "secret-key", "manifest.json"
CHUNK_BYTES = 2**20
OnProgress = Callable[[int], None]
WriteLine = Callable[[str], None]
EVERY_SECONDS = 2.0


@dataclass
class Manifest:
    """`tables` with their numbers of rows; `migrations` as [app, name]; `checksums` as SHA-256 of
    each other member; `models` are the files of the models folder with their bytes, which are not
    in the backup.
    """

    created_at: str
    schema: str
    server_version: int
    tables: dict[str, int]
    migrations: list[list[str]]
    models: dict[str, int]
    checksums: dict[str, str] = field(default_factory=dict)
    format: str = FORMAT
    version: int = VERSION


@dataclass(frozen=True)
class Backup:
    """What was in a file beside the dump; `key` is None when it held none."""

    manifest: Manifest
    key: str | None


class Writer:
    """Members into an open zip, each with its checksum."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self.checksums: dict[str, str] = {}

    def add(self, name: str, content: IO[bytes], on_progress: OnProgress) -> None:
        """Everything that `content` gives; `on_progress` hears how many bytes there were so far."""
        digest, done = hashlib.sha256(), 0
        with self._file.open(name, "w", force_zip64=True) as entry:
            while chunk := content.read(CHUNK_BYTES):
                entry.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                on_progress(done)
        self.checksums[name] = digest.hexdigest()

    def finish(self, manifest: Manifest) -> None:
        manifest.checksums = self.checksums
        self._file.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))


@contextmanager
def open_writer(target: Path) -> Iterator[Writer]:
    """A file beside `target` that becomes it when all went well, and else is removed.

    Raises BackupError in words.
    """
    half = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
            with zipfile.ZipFile(raw, "w") as file:
                yield Writer(file)
            raw.flush()
            os.fsync(raw.fileno())
        half.replace(target)
    except OSError as error:
        raise BackupError(
            f"{target} cannot be written ({error.strerror}): make room there, or name another"
            " folder."
        ) from None
    finally:
        with suppress(OSError):
            half.unlink(missing_ok=True)


class Reader:
    """The members of an open zip."""

    def __init__(self, source: Path, file: zipfile.ZipFile, manifest: Manifest) -> None:
        self._source, self._file = source, file
        self.manifest = manifest

    def size(self, name: str) -> int:
        return self._file.getinfo(name).file_size

    def open(self, name: str) -> IO[bytes]:
        return self._file.open(name)

    def key(self) -> str | None:
        return self._file.read(KEY).decode() if KEY in self.manifest.checksums else None

    def verify(self, on_progress: OnProgress) -> None:
        """Raises BackupError unless every member is there and what was written."""
        done = 0
        for name in dict.fromkeys((DUMP, *self.manifest.checksums)):
            digest = hashlib.sha256()
            with _as_backup_errors(self._source), self.open(name) as entry:
                while chunk := entry.read(CHUNK_BYTES):
                    digest.update(chunk)
                    on_progress(done := done + len(chunk))
            if digest.hexdigest() != self.manifest.checksums.get(name):
                raise BackupError(
                    f"The backup is damaged ({name} is not what was written): use another one."
                )


@contextmanager
def open_reader(source: Path) -> Iterator[Reader]:
    """A backup to read.

    Raises BackupError for a file that is missing, cut off or none of ours; see `Reader.verify` for
    a damaged one.
    """
    with ExitStack() as opened:
        with _as_backup_errors(source):
            file = opened.enter_context(zipfile.ZipFile(source))
            manifest = _manifest(file, source)
        yield Reader(source, file, manifest)


@contextmanager
def _as_backup_errors(source: Path) -> Iterator[None]:
    """What is wrong with the file, in words."""
    try:
        yield
    except (zipfile.BadZipFile, EOFError, KeyError, NotImplementedError):
        raise BackupError(
            f"{source} is cut off or damaged: copy it again, or use another backup."
        ) from None
    except OSError as error:
        raise BackupError(
            f"{source} cannot be read ({error.strerror}): name a backup that is there."
        ) from None


def _manifest(file: zipfile.ZipFile, source: Path) -> Manifest:
    try:
        values: dict[str, Any] = json.loads(file.read(MANIFEST))
        if values["format"] == FORMAT and values["version"] > VERSION:
            raise BackupError(
                f"{source} was made by a newer MindFlip: install that version and restore with it."
            )
        return Manifest(**values)
    except (KeyError, TypeError, ValueError):
        raise BackupError(
            f"{source} is no backup of MindFlip: name a file that `manage.py backup` wrote."
        ) from None


class Progress:
    """Says "`what` 12 MB", or "`what` 12 of 40 MB" where the end is known."""

    def __init__(self, write_line: WriteLine, what: str, total: int = 0) -> None:
        self._write_line, self._what = write_line, what
        self._end = f" of {megabytes(total)}" if total else ""
        self._said_at = time.monotonic()

    def __call__(self, done: int) -> None:
        if time.monotonic() - self._said_at >= EVERY_SECONDS:
            self._said_at = time.monotonic()
            self._write_line(f"{self._what} {megabytes(done)}{self._end}")


def megabytes(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB"
