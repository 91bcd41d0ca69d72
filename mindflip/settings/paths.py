"""Where the code lies, and where a run writes."""

from pathlib import Path

from mindflip import env

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(env.text("MINDFLIP_VAR", str(BASE_DIR / "var"), "folder for everything a run writes", shown="var"))
