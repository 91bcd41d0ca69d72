"""Free ports, and folders that PostgreSQL can reach: it refuses to run as root, and whom it then runs as may not enter root's."""

import os
import pwd
import shutil
import socket
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path

UNPRIVILEGED = "nobody"
REACHABLE = Path("/var/lib/mindflip")


def free_port() -> int:
    """A TCP port that is free on 127.0.0.1 at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            return False
    return True


def server_user() -> str | None:
    """Whom PostgreSQL runs as: an unprivileged user when we are root, else ourselves."""
    return UNPRIVILEGED if os.geteuid() == 0 else None


def is_reachable(path: Path) -> bool:
    """Whether every user may enter `path`, which exists, and all folders above it."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def reachable_folder(wanted: Path) -> Path:
    """`wanted`, made if need be; a link to a folder under /var/lib when the server's user could not enter it."""
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if wanted.is_symlink() or server_user() is None:
        wanted.resolve().mkdir(exist_ok=True)
    elif not wanted.exists():
        _make_reachable(wanted)
    return wanted


def _make_reachable(wanted: Path) -> None:
    if is_reachable(wanted.parent.resolve()):
        wanted.mkdir()
        wanted.chmod(0o755)
        return
    REACHABLE.mkdir(parents=True, exist_ok=True)
    elsewhere = Path(tempfile.mkdtemp(prefix="postgres-", dir=REACHABLE))
    elsewhere.chmod(0o755)
    wanted.symlink_to(elsewhere)


def remove_folder(path: Path) -> None:
    """Remove what `reachable_folder` made, wherever it lies."""
    shutil.rmtree(path.resolve(), ignore_errors=True)
    path.unlink(missing_ok=True) if path.is_symlink() else None


def give_to_server_user(path: Path) -> None:
    """Make the server's user the owner of `path`; nothing to do when that is us."""
    user = server_user()
    if user is not None:
        account = pwd.getpwnam(user)
        os.chown(path, account.pw_uid, account.pw_gid)


def reachable_copies(sources: Iterable[Path], name: str) -> Path:
    """A folder under /var/lib with copies of `sources`, made once, for programs in a folder the server's user cannot enter."""
    home = REACHABLE / name
    if not home.exists():
        REACHABLE.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=REACHABLE))
        for source in sources:
            shutil.copytree(source, half / source.name)
        _open_to_all(half)
        half.rename(home)
    return home


def _open_to_all(folder: Path) -> None:
    """As `chmod -R o+rX`."""
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))
