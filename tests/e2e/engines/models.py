"""Models for the real WebLLM where there is neither a graphics card nor a model hub, made by
`../shared/webllm-kit`.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.processes import ROOT

KIT = ROOT.parent / "shared" / "webllm-kit"
NO_KIT = "../shared/webllm-kit is not beside this checkout: there is no model for the real WebLLM"

SMALL_GGUF = "SmolLM2-135M-Instruct-Q4_1"
SMALL_WEBLLM = "SmolLM2-135M-Instruct-q0f32"
TINY = "tiny"
"""Random words, quick: for all that is not about the words."""


def add_webllm_models(folder: Path) -> None:
    """Put both WebLLM models beside the GGUF in `folder`, unless they are there."""
    _add(folder, TINY, "--random", "2")
    _add(folder, SMALL_WEBLLM)


def _add(folder: Path, name: str, *options: str) -> None:
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
    # last, because a model is offered once its description is there
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
