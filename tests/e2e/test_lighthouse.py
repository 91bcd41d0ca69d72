"""Lighthouse's marks for speed and accessibility, as on a middling phone with a slow line (its own
default).
"""

import json
import os
import secrets
import shutil
import statistics
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import CHROMIUM, FLAGS
from tests.e2e.visitor import PASSWORD
from tests.processes import ROOT, RunningServer

LEAST = 95
RUNS = 6  # some end without marks, or meet a busy moment of the machine
RUN_SECONDS = 180
NODE = shutil.which("node") or shutil.which("node", path=ROOT / ".venv/bin")
LIGHTHOUSE = ROOT / "node_modules/lighthouse/cli/index.js"
CARDS = [{"front": f"Question {number}?", "back": f"Answer {number}."} for number in range(20)]

pytestmark = [
    pytest.mark.skipif(NODE is None, reason="Lighthouse needs node"),
    # marks for speed want a machine that does nothing else
    pytest.mark.usefixtures("one_model_at_a_time"),
]


@pytest.fixture(scope="module")
def student(server: RunningServer) -> tuple[str, str]:
    """The session cookie of somebody with a deck, and the deck's id."""
    account = {"username": f"student-{secrets.token_hex(4)}", "password": PASSWORD}
    with httpx.Client(base_url=server.url) as client:
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
def test_lighthouse_gives_at_least_95(
    server: RunningServer,
    student: tuple[str, str],
    tmp_path: Path,
    address: str,
    is_signed_in: bool,
) -> None:
    cookie, deck = student
    url = server.url + address.format(deck=deck)
    marks: list[dict[str, Any]] = []
    while len(marks) < RUNS and not _are_good(marks):
        marks.append(measure(url, cookie if is_signed_in else "", tmp_path / f"{len(marks)}.json"))
    assert _are_good(marks), marks


def _are_good(marks: list[dict[str, Any]]) -> bool:
    """One good run is enough, since nothing makes a page look quicker than it is; else the median
    speaks.
    """
    speeds = [each["performance"] for each in marks]
    return (
        bool(marks)
        and marks[-1]["accessibility"] >= LEAST
        and (marks[-1]["performance"] >= LEAST or statistics.median(speeds) >= LEAST)
    )


def measure(url: str, cookie: str, report: Path) -> dict[str, Any]:
    """Both marks out of 100, and the numbers behind the one for speed."""
    chrome = " ".join(["--headless=new", *FLAGS])
    only = [
        "--only-categories=performance,accessibility",
        "--disable-full-page-screenshot",
        "--quiet",
    ]
    headers = [f"--extra-headers={json.dumps({'Cookie': cookie})}"] if cookie else []
    command = [
        str(NODE),
        str(LIGHTHOUSE),
        url,
        *only,
        *headers,
        "--output=json",
        f"--output-path={report}",
        f"--chrome-flags={chrome}",
    ]
    environment = os.environ | {"CHROME_PATH": CHROMIUM() or ""}
    run = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=RUN_SECONDS, check=False
    )
    if run.returncode:  # Chromium did not start or lost its page: a run without marks
        return {"performance": 0, "accessibility": 0, "failed": run.stderr[-500:]}
    result = json.loads(report.read_text())
    assert result["finalDisplayedUrl"] == url, "the page sent us elsewhere"
    marks = {
        name: round(category["score"] * 100) for name, category in result["categories"].items()
    }
    return marks | {audit: round(result["audits"][audit]["numericValue"], 3) for audit in AUDITS}


AUDITS = (
    "first-contentful-paint",
    "largest-contentful-paint",
    "speed-index",
    "total-blocking-time",
    "cumulative-layout-shift",
    "server-response-time",
)
