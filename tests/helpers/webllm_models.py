"""Models for the real WebLLM, built by `../shared/webllm-kit`.

They run on machines without a graphics card and without access to a model hub.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.helpers.processes import ROOT

KIT = ROOT.parent / "shared" / "webllm-kit"
NO_KIT = "../shared/webllm-kit, which builds the models for WebLLM, is missing"

SMALL_GGUF = "SmolLM2-135M-Instruct-Q4_1"
SMALL_WEBLLM = "SmolLM2-135M-Instruct-q0f32"
TINY = "tiny"
"""A small model of random words, for tests that do not depend on the text."""


def add_webllm_models(folder: Path) -> None:
    """Build the WebLLM models that are missing from `folder`, next to the GGUF model."""
    _build(folder, TINY, "--random", "2")
    _build(folder, SMALL_WEBLLM)


def _build(folder: Path, name: str, *options: str) -> None:
    description = folder / f"{name}.json"
    if description.exists():
        return
    source = f"--source={folder / 'SmolLM2-135M-Instruct.gguf'}"
    subprocess.run(
        [sys.executable, KIT / "build_model.py", source, f"--out={folder / name}", *options],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    shutil.copyfile(KIT / f"{name}.wasm", folder / f"{name}.wasm")
    # The description is written last, because a model is offered as soon as it exists.
    description.write_text(
        json.dumps(
            {
                "engine": "webllm",
                "modelId": name,
                "weights": name,
                "library": f"{name}.wasm",
                "vramMb": 1000,
            }
        )
    )
