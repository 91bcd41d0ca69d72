"""The unmodified samples of docs/integration-guide.md."""

import re

from tests.helpers.processes import ROOT

GUIDE = ROOT / "docs" / "integration-guide.md"


def blocks(language: str) -> list[str]:
    """Return the guide's samples in this language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(), re.DOTALL)


def sample(text: str) -> str:
    """Return the only JavaScript sample, except the client class, that contains this text."""
    (block,) = [
        block
        for block in blocks("javascript")
        if text in block and "class WebLLMClient" not in block
    ]
    return block


def client_class() -> tuple[str, list[str]]:
    """Return the class of the complete example and the three lines that use it."""
    (example,) = [block for block in blocks("javascript") if "class WebLLMClient" in block]
    source, usage = example.split("// Usage\n")
    return source, usage.strip().splitlines()
