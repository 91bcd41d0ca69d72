"""Compare the speed of the pages in Lighthouse with that of a page that hardly does anything.

Lighthouse's device is a mid-range phone on a slow network.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from mindflip.embedded import static_files
from mindflip.embedded.servers import free_port
from tests.helpers.browser import FLAGS, chromium_path
from tests.helpers.page_objects import Visitor
from tests.helpers.processes import RATES_FOR_ONE_ADDRESS, ROOT, RunningServer, running_server

LIGHTHOUSE = ROOT / "node_modules/lighthouse/cli/index.js"
BASELINE = "/offline"
PAGES = ("/", "/decks", "/decks/{deck}", "/study", "/decks/{deck}/study", "/progress")
CARDS = [{"front": f"Question {number}?", "back": f"Answer {number}."} for number in range(20)]
METRICS = ("largest-contentful-paint", "total-blocking-time")
TIMES = 5


def speed_of_pages() -> None:
    """Print the median score and times of each page, and the ratio to the baseline's paint."""
    static_files.collect(Path(os.environ["MINDFLIP_DATA_DIR"]))
    print(f"\npages, {TIMES} runs: score, largest paint in ms, ratio to {BASELINE}, blocking in ms")
    with (
        running_server(Path(tempfile.mkdtemp()), **RATES_FOR_ONE_ADDRESS) as server,
        _signed_in_chromium(server) as (chromium_port, deck),
    ):
        baseline = _measure(server.url + BASELINE, chromium_port)
        _print(BASELINE, baseline, baseline)
        for page in PAGES:
            values = _measure(server.url + page.format(deck=deck), chromium_port)
            _print(page, values, baseline)


@contextmanager
def _signed_in_chromium(server: RunningServer) -> Iterator[tuple[int, str]]:
    """Sign a new student in, and yield the port of their Chromium and the ID of their deck."""
    port = free_port()
    with sync_playwright() as playwright:
        # Lighthouse sees the cookies of the default profile only.
        context = playwright.chromium.launch_persistent_context(
            tempfile.mkdtemp(),
            executable_path=chromium_path(),
            args=[*FLAGS, f"--remote-debugging-port={port}"],
        )
        student = Visitor(context.pages[0], server, "student")
        student.register()
        student.sign_in_with_cookie()
        yield port, student.create_deck("Numbers", CARDS)
        context.close()


def _measure(url: str, chromium_port: int) -> tuple[float, ...]:
    """Return the medians of the score (0 to 100) and of the metrics in ms."""
    runs = [_run_lighthouse(url, chromium_port) for _ in range(TIMES)]
    return tuple(median(values) for values in zip(*runs, strict=True))


def _run_lighthouse(url: str, chromium_port: int) -> tuple[float, ...]:
    node = shutil.which("node") or shutil.which("node", path=ROOT / ".venv/bin")
    options = ["--only-categories=performance", "--quiet", "--output=json"]
    command = [str(node), str(LIGHTHOUSE), url, f"--port={chromium_port}", *options]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"Lighthouse failed:\n{run.stderr}\nRun the measurement again on an idle machine.")
    result = json.loads(run.stdout)
    assert result["finalDisplayedUrl"] == url, "The page redirected to another URL."
    times = (result["audits"][metric]["numericValue"] for metric in METRICS)
    return (result["categories"]["performance"]["score"] * 100, *times)


def _print(page: str, values: tuple[float, ...], baseline: tuple[float, ...]) -> None:
    score, paint, blocking = values
    print(f"  {page:24}{score:6.0f}{paint:8.0f}   x{paint / baseline[1]:.1f}{blocking:8.0f}")
