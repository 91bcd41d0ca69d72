"""Lighthouse's scores for performance and accessibility.

The device is Lighthouse's default: a mid-range phone on a slow network.
"""

import json
import os
import secrets
import shutil
import statistics
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.browser import FLAGS, chromium_path
from tests.helpers.processes import ROOT, RunningServer
from tests.helpers.users import PASSWORD

MIN_SCORE = 95
MAX_RUNS = 6  # some fail, or run while the machine is busy
RUN_TIMEOUT_SECONDS = 180
NODE = shutil.which("node") or shutil.which("node", path=ROOT / ".venv/bin")
LIGHTHOUSE = ROOT / "node_modules/lighthouse/cli/index.js"
CARDS = [{"front": f"Question {number}?", "back": f"Answer {number}."} for number in range(20)]

pytestmark = [
    pytest.mark.skipif(NODE is None, reason="Lighthouse needs node"),
    # Performance scores need a machine that runs nothing else.
    pytest.mark.usefixtures("one_model_at_a_time"),
]


@pytest.fixture(scope="module")
def student(server: RunningServer) -> tuple[str, str]:
    """Create a user with a deck and return their session cookie and the deck's ID."""
    account = {"username": f"student-{secrets.token_hex(4)}", "password": PASSWORD}
    with server.client() as client:
        client.post("/api/auth/register", json=account).raise_for_status()
        client.get("/sign-in")
        client.post("/sign-in", data=account | {"csrfmiddlewaretoken": client.cookies["csrftoken"]})
        header = {"X-CSRFToken": client.cookies["csrftoken"]}
        deck = (
            client.post(
                "/api/flashcards/decks", json={"name": "Numbers", "cards": CARDS}, headers=header
            )
            .raise_for_status()
            .json()
        )
        return f"sessionid={client.cookies['sessionid']}", deck["id"]


@pytest.mark.parametrize(
    ("address", "is_signed_in"),
    [
        ("/", False),
        ("/", True),
        ("/decks", True),
        ("/decks/{deck}", True),
        ("/study", True),
        ("/decks/{deck}/study", True),
    ],
)
def test_page_scores_at_least_95_in_lighthouse(
    server: RunningServer,
    student: tuple[str, str],
    tmp_path: Path,
    address: str,
    is_signed_in: bool,
) -> None:
    cookie, deck = student
    url = server.url + address.format(deck=deck)
    runs: list[dict[str, Any]] = []
    while len(runs) < MAX_RUNS and not _are_scores_high_enough(runs):
        runs.append(measure(url, cookie if is_signed_in else "", tmp_path / f"{len(runs)}.json"))
    assert _are_scores_high_enough(runs), runs


def _are_scores_high_enough(runs: list[dict[str, Any]]) -> bool:
    """Return True if the last run's scores are high enough.

    A single good run is enough, because nothing makes a page look faster than it is. The
    performance score also passes if the median of all runs is high enough.
    """
    performances = [run["performance"] for run in runs]
    return (
        bool(runs)
        and runs[-1]["accessibility"] >= MIN_SCORE
        and (runs[-1]["performance"] >= MIN_SCORE or statistics.median(performances) >= MIN_SCORE)
    )


def measure(url: str, cookie: str, report: Path) -> dict[str, Any]:
    """Return both scores (0 to 100) and the metrics behind the performance score."""
    chrome = " ".join(["--headless=new", *FLAGS])
    options = [
        "--only-categories=performance,accessibility",
        "--disable-full-page-screenshot",
        "--quiet",
    ]
    headers = [f"--extra-headers={json.dumps({'Cookie': cookie})}"] if cookie else []
    command = [
        str(NODE),
        str(LIGHTHOUSE),
        url,
        *options,
        *headers,
        "--output=json",
        f"--output-path={report}",
        f"--chrome-flags={chrome}",
    ]
    environment = os.environ | {"CHROME_PATH": chromium_path() or ""}
    run = subprocess.run(
        command,
        env=environment,
        capture_output=True,
        text=True,
        timeout=RUN_TIMEOUT_SECONDS,
        check=False,
    )
    # Chromium did not start or lost its page, so this run has no scores.
    if run.returncode:
        return {"performance": 0, "accessibility": 0, "failed": run.stderr[-500:]}
    result = json.loads(report.read_text())
    assert result["finalDisplayedUrl"] == url, "the page redirected to another URL"
    scores = {
        name: round(category["score"] * 100) for name, category in result["categories"].items()
    }
    return scores | {audit: round(result["audits"][audit]["numericValue"], 3) for audit in AUDITS}


AUDITS = (
    "first-contentful-paint",
    "largest-contentful-paint",
    "speed-index",
    "total-blocking-time",
    "cumulative-layout-shift",
    "server-response-time",
)
