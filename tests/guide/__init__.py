"""The samples of docs/integration-guide.md, as they are written there."""

import re

from tests.processes import ROOT

GUIDE = ROOT / "docs" / "integration-guide.md"


def blocks(language: str) -> list[str]:
    """The guide's samples in this language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(), re.DOTALL)


def sample(text: str) -> str:
    """The one JavaScript sample that contains this text, and is not the class."""
    (block,) = [
        block
        for block in blocks("javascript")
        if text in block and "class WebLLMClient" not in block
    ]
    return block


def client_class() -> tuple[str, list[str]]:
    """The class of the complete example, and the three lines that use it."""
    (whole,) = [block for block in blocks("javascript") if "class WebLLMClient" in block]
    client, usage = whole.split("// Usage\n")
    return client, usage.strip().splitlines()
