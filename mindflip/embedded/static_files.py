"""Collection of static files, only if their sources have changed.

Hashing and compressing the files takes several seconds.
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
# Folders of npm packages, by their names under /static/vendor/
MODULES = {
    "web-llm": "@mlc-ai/web-llm/lib",
    "wllama": "@wllama/wllama/esm",
    "wllama-compat": "@wllama/wllama-compat/wasm",
    "katex": "katex/dist",
    "markdown-it": "markdown-it/dist/browser",
    "dompurify": "dompurify/dist",
    "ts-fsrs": "ts-fsrs/dist",
    "uplot": "uplot/dist",
    "pdfjs": "pdfjs-dist/build",
    "pdfjs-cmaps": "pdfjs-dist/cmaps",
}
SOURCES = ("static", *(f"node_modules/{module}" for module in MODULES.values()))
MADE_BY = (
    "requirements.txt",
    "package-lock.json",
    "mindflip/storage.py",
    "mindflip/settings.py",
    "mindflip/embedded/static_files.py",
)
# Files in packages that the pages do not use: files for editors and other module systems, builds
# of pdf.js that are not minified, and a second viewer for the API documents.
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

STALE_SECONDS = 7200  # longer than any test run that may still read the copy


def fingerprint() -> str:
    """Return twelve hexadecimal digits that change with the sources and the code that hashes them.

    The names, sizes and modification times of the files are compared, not their content.
    """
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
    """Collect static files in `var/static`, unless it was filled from the same sources.

    Raise StartupError with the reason if `collectstatic` fails.
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
    """Return the line of the output that names the error, without the traceback and advice."""
    if "Max post-process passes" in output:
        return (
            "modules under static/js import each other in a circle (a JSDoc import counts), so"
            " their hashed names never settle."
        )
    lines = output.strip().splitlines() or ["it said nothing."]
    return next((line for line in reversed(lines) if "Error: " in line), lines[-1])


def shared_copy(home: Path) -> Path:
    """Return `home/<fingerprint>`, and fill it with static files if it does not exist.

    The folder never changes afterwards, so several test runs can read it at the same time.
    """
    target = home / fingerprint()
    if not target.exists():
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home, ignore_cleanup_errors=True) as half:
            collect(Path(half))
            try:
                (Path(half) / "static").rename(target)
            except OSError:
                if not target.exists():  # otherwise another run has created it
                    raise
        for old in home.iterdir():
            if time.time() - old.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(old, ignore_errors=True)
    return target
