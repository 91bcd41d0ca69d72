"""The models that a page can load: the operator's own and WebLLM's prebuilt list."""

import json
import logging
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

from sessions_app.services.model_folder import CatalogueModel, folder_models

__all__ = ["CatalogueModel", "find_model", "list_models"]
logger = logging.getLogger(__name__)
BUNDLE = "vendor/web-llm/index.js"
# This model is small and needs no optional GPU features.
FALLBACK_DEFAULT = "Llama-3.2-1B-Instruct-q4f32_1-MLC"  # untranslated: an ID
_LIST = re.compile(r"^const prebuiltAppConfig = (\{.*?^\});", re.MULTILINE | re.DOTALL)
_STRING_CONSTANT = re.compile(r'^const (modelVersion|modelLibURLPrefix) = ("[^"]*");', re.MULTILINE)
# These rules turn JavaScript literals into JSON. In this order, they handle comments, enum values,
# joined strings, unquoted keys and trailing commas.
_TO_JSON = [
    (re.compile(r"^\s*//.*$", re.MULTILINE), ""),
    (re.compile(r"\bModelType\.(\w+)"), r'"\1"'),
    (re.compile(r'"\s*\+\s*"'), ""),
    (re.compile(r"^(\s*)(\w+):", re.MULTILINE), r'\1"\2":'),
    (re.compile(r",(\s*[}\]])"), r"\1"),
]
# The bits include the scales of each quantization group.
_BITS_PER_WEIGHT = {"q0f16": 16.0, "q0f32": 32.0, "q3f16": 3.8, "q4f16": 4.5, "q4f32": 5.0}
_QUANTISATION = re.compile(r"-(q\d+f\d+)(?:_\d)?-")
_BILLIONS = re.compile(r"-(\d+(?:[._]\d+)?)(B|b|M)(?=-)")


def list_models() -> list[CatalogueModel]:
    """Return every model, each ID once, with one of them marked as the default.

    The operator's own models come first, and hide models of WebLLM's list that have the same ID.
    The call is cheap: it scans the models folder, but reads the files again only if something in
    the folder has changed.
    """
    local = folder_models(Path(settings.MINDFLIP_MODELS_DIR))
    local_ids = {model.model_id for model in local}
    models = [*local, *(model for model in _webllm_list() if model.model_id not in local_ids)]
    default = _default_id(models)
    checking = set(settings.MINDFLIP_ANSWER_CHECK_MODELS)
    return [
        msgspec.structs.replace(
            model,
            is_default=model.model_id == default,
            checks_answers=model.model_id in checking,
        )
        for model in models
    ]


def find_model(model_id: str) -> CatalogueModel | None:
    """Return the model with this ID, or None for a client's own model."""
    return next((model for model in list_models() if model.model_id == model_id), None)


def _default_id(models: list[CatalogueModel]) -> str:
    preferences = [
        [model for model in models if model.is_default],
        # These run in any browser.
        [model for model in models if model.is_local and model.engine == "wllama"],
        [model for model in models if model.is_local],
    ]
    return next(
        (candidates[0].model_id for candidates in preferences if candidates), FALLBACK_DEFAULT
    )


@lru_cache(maxsize=1)
def _webllm_list() -> tuple[CatalogueModel, ...]:
    try:
        return prebuilt_models(_bundle())
    except (OSError, ValueError) as problem:
        logger.warning(
            "WebLLM's own models are not listed: %s cannot be read (%s). `npm ci` installs it.",
            BUNDLE,
            problem,
        )
        return ()


def _bundle() -> Path:
    collected = Path(staticfiles_storage.path(BUNDLE))
    path = str(collected) if collected.is_file() else finders.find(BUNDLE)
    if not path:
        reason = "it is neither collected nor among the static files"  # untranslated: the log
        raise FileNotFoundError(reason)
    return Path(path)


@lru_cache(maxsize=2)
def prebuilt_models(bundle: Path) -> tuple[CatalogueModel, ...]:
    """Return the chat models in web-llm's `lib/index.js`.

    Raise OSError if the file cannot be read, and ValueError if the list in it is missing or has
    another format.
    """
    records = _records(bundle.read_text(encoding="utf-8"))
    return tuple(_as_model(record) for record in records if record.get("model_type") != "embedding")


def _records(source: str) -> list[dict[str, Any]]:
    match = _LIST.search(source)
    if match is None:
        raise ValueError("it has no `const prebuiltAppConfig = {…};`")
    text = match[1]
    for name, value in _STRING_CONSTANT.findall(source):
        text = text.replace(name, value)
    for pattern, replacement in _TO_JSON:
        text = pattern.sub(replacement, text)
    records: list[dict[str, Any]] = json.loads(text)["model_list"]
    return records


def _as_model(record: dict[str, Any]) -> CatalogueModel:
    model_id, vram_mb = record["model_id"], record.get("vram_required_MB")
    buffer_bytes = record.get("buffer_size_required_bytes")
    features = set(record.get("required_features", []))
    quantisation = _QUANTISATION.search(model_id)
    if quantisation and quantisation[1].endswith("f16"):
        features.add("shader-f16")  # the list omits it for most models
    return CatalogueModel(
        model_id=model_id,
        name=model_id.removesuffix("-MLC"),
        engine="webllm",
        url=record["model"],
        library=record["model_lib"],
        download_mb=_estimated_download_mb(model_id, vram_mb),
        is_download_estimated=True,
        vram_mb=vram_mb,
        buffer_mb=None if buffer_bytes is None else round(buffer_bytes / 1_000_000, 1),
        context=record.get("overrides", {}).get("context_window_size"),
        features=tuple(sorted(features)),
        overrides=record.get("overrides", {}),
    )


def _estimated_download_mb(model_id: str, vram_mb: float | None) -> float | None:
    """Return an estimate of the download size in MB, because the list has no sizes.

    It is the number of parameters, taken from the name, times the bits per weight, but never more
    than the required memory. If the name does not have these numbers, it is 80% of that memory.
    """
    size, quantisation = _BILLIONS.search(model_id), _QUANTISATION.search(model_id)
    if size is None or quantisation is None:
        return None if vram_mb is None else round(vram_mb * 0.8)
    millions = float(size[1].replace("_", ".")) * (1 if size[2] == "M" else 1000)
    megabytes = millions * _BITS_PER_WEIGHT.get(quantisation[1], 16.0) / 8
    return round(megabytes if vram_mb is None else min(megabytes, vram_mb))
