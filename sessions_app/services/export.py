"""Everything of a user as one zip, made while it is sent: no file lies anywhere, and memory holds one piece."""

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime

from django.contrib.auth.models import User

from sessions_app.services.personal import ExportFile, registered

PIECE_BYTES = 2**16
README = """MindFlip: everything that this server keeps of {name}, as of {when:%Y-%m-%d %H:%M} UTC.

{files}

JSON files hold a list, one item on a line, in UTF-8; times are UTC. Not in here: your password, which the server does not know, and
models, which lie in your browser. What is kept for how long: docs/data.md of MindFlip.
"""


def account_export(*, user: User, now: datetime) -> Iterator[bytes]:
    """The zip, in pieces. Each is made in one go and may be asked for by any thread."""
    return _zipped(_files(user, now), now)


def _files(user: User, now: datetime) -> Iterator[ExportFile]:
    about = {name: words for data in registered() for name, words in data.about.items()}
    lines = "\n".join(f"{name:<24} {words}" for name, words in about.items())
    yield ExportFile("README.txt", [README.format(name=user.username, when=now, files=lines).encode()])
    for data in registered():
        yield from data.files(user)


class _Outlet(io.RawIOBase):
    """Where the zip is written to: it cannot be wound back, so the zip never tries."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override] # any buffer, the stubs say
        self._waiting += piece
        return len(piece)

    def taken(self, least: int = 0) -> Iterator[bytes]:
        """What was written since, when it is worth sending."""
        if len(self._waiting) > least:
            yield bytes(self._waiting)
            self._waiting.clear()


def _zipped(files: Iterator[ExportFile], now: datetime) -> Iterator[bytes]:
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.name, now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as member:
                for piece in file.pieces:
                    member.write(piece)
                    yield from outlet.taken(PIECE_BYTES)
    yield from outlet.taken()
