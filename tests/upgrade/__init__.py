"""The state of an earlier version, which is recorded once and upgraded in the tests."""

import json
import shutil
from pathlib import Path
from typing import Any

import httpx

from mindflip.embedded.local_model import DESCRIPTION

RECORDED = Path(__file__).parent / "recorded"
SECRET_KEY = "a-secret-key-for-the-upgrade-test-alone-which-protects-nothing"
CHOSEN_MODEL = {
    **DESCRIPTION,
    "modelId": "SmolLM2-135M-Instruct-chosen",
    "name": "SmolLM2 135M Chosen",
    "isDefault": False,
}
"""The same weights under another name, so that tests can check that a page remembers the choice."""


def write_models(folder: Path, weights: Path | None = None) -> Path:
    """Fill a models folder with two models, which can be loaded only if `weights` is given."""
    folder.mkdir()
    file = folder / str(DESCRIPTION["file"])
    if weights:
        shutil.copyfile(weights, file)
    else:
        file.write_bytes(b"GGUF")
    for name, description in (("default", DESCRIPTION), ("chosen", CHOSEN_MODEL)):
        (folder / f"{name}.json").write_text(json.dumps(description))
    return folder


def outcome(response: httpx.Response) -> list[Any]:
    """Return the status of a response, and the code of the problem in it, if any."""
    is_json = "json" in response.headers.get("Content-Type", "")
    return [response.status_code, response.json().get("code") if is_json else None]
