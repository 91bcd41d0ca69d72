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
    """Return MINDFLIP_CHROMIUM, or else a browser in PATH or Playwright's, or None if none starts.

    Exit if MINDFLIP_CHROMIUM is set but does not start.
    """
    configured = os.environ.get("MINDFLIP_CHROMIUM")
    if configured:
        if not (shutil.which(configured) and _starts(configured)):
            sys.exit(
                f"MINDFLIP_CHROMIUM={configured} does not start. Set it to the path of a Chromium,"
                " or unset it to search for one."
            )
        return configured
    in_path = (shutil.which(name) for name in NAMES)
    return next((path for path in (*in_path, _playwright_path()) if path and _starts(path)), None)


def install_chromium() -> str | None:
    """Install Chromium and return its path, or None on failure.

    Use Playwright's installer or, as root, the Debian package.
    """
    playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    return _run_installer(playwright) or (
        _run_installer(["sh", "-c", APT]) if os.geteuid() == 0 and shutil.which("apt-get") else None
    )


def _playwright_path() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _starts(path: str) -> bool:
    """Return whether the browser starts. It does not if its system libraries are missing."""
    return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0


def _run_installer(command: list[str]) -> str | None:
    sys.stderr.write(f"Installing Chromium: {' '.join(command)}\n")
    timeouts = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "15000"}
    try:
        subprocess.run(
            command,
            stdout=sys.stderr,
            timeout=INSTALL_SECONDS,
            env=os.environ | timeouts,
            check=False,
        )
    except subprocess.TimeoutExpired:
        sys.stderr.write(f"The installation did not finish within {INSTALL_SECONDS} seconds.\n")
    return find_chromium()


def main() -> None:
    path = find_chromium() or install_chromium()
    if path is None:
        sys.exit(
            "The browser tests need Chromium. Install it (Debian: apt-get install chromium) or set"
            " MINDFLIP_CHROMIUM to its path."
        )
    sys.stdout.write(path + "\n")


if __name__ == "__main__":
    main()
