"""The models that a page can load: the operator's own first, then WebLLM's list."""

import logging
from functools import lru_cache
from pathlib import Path

import msgspec
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

from sessions_app.services.catalogue_model import CatalogueModel
from sessions_app.services.model_folder import folder_models
from sessions_app.services.prebuilt_models import prebuilt_models

__all__ = ["CatalogueModel", "find_model", "list_models"]

logger = logging.getLogger(__name__)

BUNDLE = "vendor/web-llm/index.js"
FALLBACK_DEFAULT = "Llama-3.2-1B-Instruct-q4f32_1-MLC"  # small, and needs no optional feature of the GPU


def list_models() -> list[CatalogueModel]:
    """Every model, each id once (the operator's own hides one of WebLLM's list), exactly one of them the default.

    Cheap: the models folder is looked through on each call and read again only when something in it has changed.
    """
    local = folder_models(Path(settings.MINDFLIP_MODELS_DIR))
    local_ids = {model.model_id for model in local}
    models = [*local, *(model for model in _webllm_list() if model.model_id not in local_ids)]
    default = _default_id(models)
    return [msgspec.structs.replace(model, is_default=model.model_id == default) for model in models]


def find_model(model_id: str) -> CatalogueModel | None:
    """The model of that id, or None: then it is a client's own."""
    return next((model for model in list_models() if model.model_id == model_id), None)


def _default_id(models: list[CatalogueModel]) -> str:
    wishes = [
        [model for model in models if model.is_default],
        [model for model in models if model.is_local and model.engine == "wllama"],  # runs in any browser
        [model for model in models if model.is_local],
    ]
    return next((found[0].model_id for found in wishes if found), FALLBACK_DEFAULT)


@lru_cache(maxsize=1)
def _webllm_list() -> tuple[CatalogueModel, ...]:
    try:
        return prebuilt_models(_bundle())
    except (OSError, ValueError) as problem:
        logger.warning("WebLLM's own models are not listed: %s cannot be read (%s). `npm ci` installs it.", BUNDLE, problem)
        return ()


def _bundle() -> Path:
    collected = Path(staticfiles_storage.path(BUNDLE))
    found = str(collected) if collected.is_file() else finders.find(BUNDLE)
    if not found:
        raise FileNotFoundError("it is neither collected nor among the static files")
    return Path(found)
