"""Cloze cards that the page makes of notes by rule, without a model."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any

from benchmarks.cards.errors import BenchmarkError
from mindflip.embedded.run import ROOT

MODULE = ROOT / "static/js/pages/notes/instant-cards.js"
SCRIPT = """
import { readFileSync } from "node:fs";
const { module, texts, count } = JSON.parse(readFileSync(0, "utf8"));
const { instantCards } = await import(module);
process.stdout.write(JSON.stringify(texts.map((text) => instantCards(text, count))));
"""


def instant_cards(texts: Sequence[str], count: int) -> list[list[dict[str, Any]]]:
    """Return at most `count` cards for each text. The page's module makes them in one process."""
    node = shutil.which("node") or shutil.which("node", path=ROOT / ".venv/bin")
    if node is None:
        raise BenchmarkError("The rule needs node. Run `make installed` to install it.")
    request = json.dumps({"module": MODULE.as_uri(), "texts": list(texts), "count": count})
    command = [node, "--input-type=module", "--eval", SCRIPT]
    run = subprocess.run(command, input=request, capture_output=True, text=True, check=False)
    if run.returncode:
        raise BenchmarkError(f"{MODULE} failed: {run.stderr.strip()}")
    cards: list[list[dict[str, Any]]] = json.loads(run.stdout)
    return cards
