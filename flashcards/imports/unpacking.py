"""A package's files, out of a zip that somebody made: never by the paths in it, never more than the limits allow."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from lzma import LZMAError
from typing import IO, BinaryIO

import zstandard

from flashcards.imports.limits import CHUNK, ENTRIES, Limits
from flashcards.imports.refusals import ImportRefused, damaged, too_large

END = b"PK\x05\x06"
END_64, LOCATOR_64 = b"PK\x06\x06", b"PK\x06\x07"
END_BYTES, COMMENT_BYTES = 22, 65_535
DIRECTORY_BYTES = 150 * ENTRIES
WINDOW_BYTES = 2**26  # what a zstd frame may make us hold
BROKEN = (zipfile.BadZipFile, zlib.error, LZMAError, zstandard.ZstdError, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


@contextmanager
def opened_zip(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """The zip, with a directory of bounded size. Raises ImportRefused."""
    _check_directory(file)
    with translated(), zipfile.ZipFile(file) as package:
        yield package


@contextmanager
def translated() -> Iterator[None]:
    """What broken bytes make libraries say, as one sentence of ours."""
    try:
        yield
    except ImportRefused:
        raise
    except BROKEN as error:
        raise damaged("is damaged or encrypted") from error


def unpack(package: zipfile.ZipFile, name: str, target: IO[bytes], limits: Limits, *, is_zstd: bool = False) -> int:
    """Write one file of the package to `target`; its size. Raises ImportRefused."""
    entry = package.getinfo(name)
    with translated(), package.open(entry) as packed:
        source = _unzstd(packed) if is_zstd else packed
        return _copy(source, target, limits, entry.compress_size)


def _unzstd(packed: IO[bytes]) -> IO[bytes]:
    return zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES).stream_reader(packed)


def _copy(source: IO[bytes], target: IO[bytes], limits: Limits, packed: int) -> int:
    size = 0
    while piece := source.read(CHUNK):
        size += len(piece)
        limits.check_unpacked(size, packed)
        target.write(piece)
    return size


def _check_directory(file: BinaryIO) -> None:
    """Python reads a zip's whole directory before anybody can look at it, so its size is read here first."""
    file.seek(0, 2)
    length = file.tell()
    file.seek(max(0, length - END_BYTES - COMMENT_BYTES - 76))
    tail = file.read()
    if _directory_bytes(tail) > min(DIRECTORY_BYTES, length):
        raise too_large(f"This package holds more than {ENTRIES:,} files: export it without pictures and sounds.")
    file.seek(0)


def _directory_bytes(tail: bytes) -> int:
    """The largest size that any of the zip's last records gives; also the older reader's, which a newer record may overrule."""
    sizes = [0]
    at = tail.rfind(END)
    if at >= 0 and len(tail) - at >= END_BYTES:
        sizes.append(struct.unpack_from("<L", tail, at + 12)[0])
    if LOCATOR_64 in tail:
        at = tail.rfind(END_64)
        sizes = [struct.unpack_from("<Q", tail, at + 40)[0]] if 0 <= at <= len(tail) - 56 else [2**64]
    return max(sizes)
