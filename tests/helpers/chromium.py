"""Find the browser for the tests.

`python -m tests.helpers.chromium` prints its path, and installs Chromium if none is found.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL_SECONDS = 300
APT = (
    "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq"
    " --no-install-recommends chromium"
)


def find_chromium() -> str | None:
    """Return MINDFLIP_CHROMIUM, or else a browser in PATH or Playwright's, or None if none runs.

    Exit if MINDFLIP_CHROMIUM is set but does not start.
    """
    given = os.environ.get("MINDFLIP_CHROMIUM")
    if given:
        if not (shutil.which(given) and _runs(given)):
            sys.exit(
                f"MINDFLIP_CHROMIUM={given} does not start: give the path of a Chromium, or unset"
                " it to have one looked for."
            )
        return given
    on_path = (shutil.which(name) for name in NAMES)
    return next((path for path in (*on_path, _of_playwright()) if path and _runs(path)), None)


def install_chromium() -> str | None:
    """Install Chromium and return its path, or None on failure.

    Use Playwright's installer or, as root, the Debian package.
    """
    playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    return _try(playwright) or (
        _try(["sh", "-c", APT]) if os.geteuid() == 0 and shutil.which("apt-get") else None
    )


def _of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _runs(path: str) -> bool:
    """Return whether the browser starts. It does not if its system libraries are missing."""
    return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0


def _try(installer: list[str]) -> str | None:
    sys.stderr.write(f"Installing Chromium: {' '.join(installer)}\n")
    patience = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "15000"}
    try:
        subprocess.run(
            installer,
            stdout=sys.stderr,
            timeout=INSTALL_SECONDS,
            env=os.environ | patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        sys.stderr.write(f"Not done after {INSTALL_SECONDS} seconds.\n")
    return find_chromium()


def main() -> None:
    path = find_chromium() or install_chromium()
    if path is None:
        sys.exit(
            "The browser tests need Chromium: install it (Debian: apt-get install chromium) or name"
            " one in MINDFLIP_CHROMIUM."
        )
    sys.stdout.write(path + "\n")


if __name__ == "__main__":
    main()
