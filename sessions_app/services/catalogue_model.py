"""What the catalogue says about one model."""

from typing import Any, Literal

import msgspec


class CatalogueModel(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One model that a page can load.

    `url` is the address of the weights (a folder for WebLLM, a GGUF for wllama), `library` that of WebLLM's .wasm; both are
    relative to this server when `is_local`, else absolute. Sizes are in MB of 1,000,000 bytes; `vram_mb`, `buffer_mb` (the
    largest buffer that the graphics card must give) and `context` (tokens) are None where nobody says. `features` are WebGPU
    features that the device must have. `overrides` replace members of the model's mlc-chat-config.json.
    """

    model_id: str
    name: str
    engine: Literal["webllm", "wllama"]
    url: str
    library: str | None = None
    download_mb: float | None = None
    is_download_estimated: bool = False
    vram_mb: float | None = None
    buffer_mb: float | None = None
    context: int | None = None
    features: tuple[str, ...] = ()
    overrides: dict[str, Any] = {}
    is_local: bool = False
    is_default: bool = False
