"""Static files are collected only when something they are made of changed: hashing and compressing them takes seconds."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .service import CannotRun

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = ("static", "node_modules/@mlc-ai/web-llm/lib", "node_modules/@wllama/wllama/esm")
MADE_BY = ("requirements.txt", "package-lock.json", "mindflip/storage.py", "mindflip/settings.py")
UNUSED = ("*.d.ts", "*.d.ts.map", "*.js.map")  # what packages carry for editors
COMMAND = [sys.executable, str(ROOT / "manage.py"), "collectstatic", "--noinput", "--verbosity=0", *(f"--ignore={name}" for name in UNUSED)]


def fingerprint() -> str:
    """Twelve letters that differ when a source file, its age, or what hashes them differs."""
    digest = hashlib.sha256()
    for source in (*SOURCES, *MADE_BY):
        for path in sorted([ROOT / source, *(ROOT / source).rglob("*")]):
            if path.is_file():
                facts = path.stat()
                digest.update(f"{path.relative_to(ROOT)} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:12]


def collect(var: Path) -> None:
    """Fill `var/static`, unless it was filled from the same sources. Raises CannotRun with the command's last line."""
    stamp, wanted = var / "static" / ".collected-from", fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    run = subprocess.run(COMMAND, env=os.environ | {"MINDFLIP_VAR": str(var)}, capture_output=True, text=True, check=False)
    if run.returncode:
        raise CannotRun(f"The page's files could not be collected: {(run.stderr.strip().splitlines() or ['it said nothing'])[-1]}")
    stamp.write_text(wanted)


def shared_copy(home: Path, kept: int = 3) -> Path:
    """`home/<fingerprint>`, filled at the first call and never changed after: many test runs may read it at once."""
    place = home / fingerprint()
    if not place.exists():
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home, ignore_cleanup_errors=True) as half:
            collect(Path(half))
            _rename(Path(half) / "static", place)
        _forget_all_but(kept, home)
    return place


def _rename(made: Path, place: Path) -> None:
    try:
        made.rename(place)
    except OSError:
        if not place.exists():  # else another run was quicker
            raise


def _forget_all_but(kept: int, home: Path) -> None:
    for old in sorted(home.iterdir(), key=lambda path: path.stat().st_mtime)[:-kept]:
        shutil.rmtree(old, ignore_errors=True)
