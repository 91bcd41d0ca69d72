"""Modules of the page, run in node."""

import json
import shutil
import subprocess
from typing import Any

from benchmarks.cards.errors import BenchmarkError
from mindflip.embedded.run import ROOT

MODULES = ROOT / "static/js"


def run_module(path: str, expression: str, request: Any) -> Any:
    """Return the value of a JavaScript expression, which must have a form in JSON.

    The expression can use `module`, the module with this path in static/js, and `request`.
    """
    node = shutil.which("node") or shutil.which("node", path=ROOT / ".venv/bin")
    if node is None:
        raise BenchmarkError("The modules of the page need node. Run `make installed`.")
    script = f"""
import {{ readFileSync }} from "node:fs";
const request = JSON.parse(readFileSync(0, "utf8"));
const module = await import({json.dumps((MODULES / path).as_uri())});
process.stdout.write(JSON.stringify({expression}));
"""
    run = subprocess.run(
        [node, "--input-type=module", "--eval", script],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise BenchmarkError(f"static/js/{path} failed: {run.stderr.strip()}")
    return json.loads(run.stdout)
