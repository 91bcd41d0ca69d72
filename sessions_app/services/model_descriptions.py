"""The small file that describes one model of the operator's, in the two forms there are. docs/models.md explains them."""

from pathlib import PurePosixPath
from typing import Annotated, Any

import msgspec

DESCRIPTION_NAME = "mindflip-model.json"

ModelId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:-]{0,199}$")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Place = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
"""A path relative to the description, with forward slashes."""


class _Description(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True, tag_field="engine"):
    model_id: ModelId
    name: Text | None = None
    context: Annotated[int, msgspec.Meta(ge=128)] | None = None
    vram_mb: Annotated[float, msgspec.Meta(gt=0)] | None = None
    is_default: bool = False
    note: str = ""


class WebLLMDescription(_Description, frozen=True, kw_only=True, tag="webllm"):
    """Weights in MLC's form (a folder) with the library compiled for WebGPU (a .wasm)."""

    library: Place
    weights: Place = "."
    features: tuple[Text, ...] = ()
    overrides: dict[str, Any] = {}


class WllamaDescription(_Description, frozen=True, kw_only=True, tag="wllama"):
    """A GGUF, or the first part of a split one."""

    file: Place


Description = WebLLMDescription | WllamaDescription


class Unusable(Exception):
    """A model that cannot be offered; the message is the reason, in words for the operator."""


def is_description(name: str) -> bool:
    """Whether a path inside the models folder names a description, which is for the server alone."""
    path = PurePosixPath(name)
    return path.name == DESCRIPTION_NAME or (len(path.parts) == 1 and path.suffix == ".json")


def read_description(text: bytes) -> Description:
    """Raises `Unusable`, naming the member that is missing or wrong."""
    try:
        description: Description = msgspec.json.decode(text, type=Description)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unusable(str(error)) from None
    return description
