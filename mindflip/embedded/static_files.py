"""Static files are collected only when something they are made of changed: hashing and compressing
them takes seconds.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .process import StartupError

ROOT = Path(__file__).resolve().parent.parent.parent
MODULES = (
    "@mlc-ai/web-llm/lib",
    "@wllama/wllama/esm",
    "@wllama/wllama-compat/wasm",
    "katex/dist",
    "markdown-it/dist/browser",
    "dompurify/dist",
    "ts-fsrs/dist",
    "uplot/dist",
    "pdfjs-dist/build",
    "pdfjs-dist/cmaps",
)
SOURCES = ("static", *(f"node_modules/{module}" for module in MODULES))
MADE_BY = ("requirements.txt", "package-lock.json", "mindflip/storage.py", "mindflip/settings.py")
# what packages carry for editors and for other module systems, pdf.js in a size larger, a second
# reader of the API
UNUSED = (
    *(
        "*.d.ts",
        "*.d.mts",
        "*.d.ts.map",
        "*.js.map",
        "*.mjs.map",
        "*.cjs",
        "*.cjs.map",
        "*.cjs.js",
        "*.umd.js",
        "*.umd.min.js",
    ),
    *("pdf.mjs", "pdf.worker.mjs", "pdf.sandbox*.mjs"),
    *("redoc", "swagger-ui-standalone-preset*", "oauth2-redirect*", "favicon-32x32.png"),
)
COMMAND = [
    sys.executable,
    str(ROOT / "manage.py"),
    "collectstatic",
    "--noinput",
    "--verbosity=0",
    *(f"--ignore={name}" for name in UNUSED),
]

STALE_SECONDS = 7200  # longer than any test run that may still read it


def fingerprint() -> str:
    """Twelve letters that differ when a source file, its age, or what hashes them differs."""
    digest = hashlib.sha256()
    for source in (*SOURCES, *MADE_BY):
        for path in sorted([ROOT / source, *(ROOT / source).rglob("*")]):
            if path.is_file():
                facts = path.stat()
                digest.update(
                    f"{path.relative_to(ROOT)} {facts.st_size} {facts.st_mtime_ns}\n".encode()
                )
    return digest.hexdigest()[:12]


def collect(var: Path) -> None:
    """Fill `var/static`, unless it was filled from the same sources.

    Raises StartupError with the command's last line.
    """
    stamp, wanted = var / "static" / ".collected-from", fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    run = subprocess.run(
        COMMAND,
        env=os.environ | {"MINDFLIP_DATA_DIR": str(var)},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise StartupError(f"The page's files could not be collected: {_reason(run.stderr)}")
    stamp.write_text(wanted)


def _reason(output: str) -> str:
    """The line that names the error, out of a traceback and advice."""
    if "Max post-process passes" in output:
        return (
            "modules under static/js import each other in a circle (a JSDoc import counts), so"
            " their hashed names never settle."
        )
    lines = output.strip().splitlines() or ["it said nothing."]
    return next((line for line in reversed(lines) if "Error: " in line), lines[-1])


def shared_copy(home: Path) -> Path:
    """`home/<fingerprint>`, filled at the first call and never changed after: many test runs may
    read it at once.
    """
    target = home / fingerprint()
    if not target.exists():
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home, ignore_cleanup_errors=True) as half:
            collect(Path(half))
            try:
                (Path(half) / "static").rename(target)
            except OSError:
                if not target.exists():  # else another run was quicker
                    raise
        for old in home.iterdir():
            if time.time() - old.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(old, ignore_errors=True)
    return target
