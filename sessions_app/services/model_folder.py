"""The operator's own models: what lies in `MINDFLIP_MODELS_DIR`. docs/models.md says how to put one there."""

import hashlib
import logging
import os
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

import msgspec

from sessions_app.services.catalogue_model import CatalogueModel
from sessions_app.services.model_descriptions import (
    Description,
    Unusable,
    WebLLMDescription,
    WllamaDescription,
    is_description,
    read_description,
)

logger = logging.getLogger(__name__)

MODELS_URL = "/models/"
LARGEST_GGUF_BYTES = 2**31 - 1  # what a browser can hold in one ArrayBuffer; wllama reads a file into one
_SPLIT_GGUF = re.compile(r"^(?P<stem>.+)-00001-of-(?P<parts>\d{5})\.gguf$")
_MB = 1_000_000
T = TypeVar("T")


class ChatConfig(msgspec.Struct):
    """What we read of a WebLLM model's mlc-chat-config.json."""

    tokenizer_files: list[str]
    context_window_size: int | None = None


class Shard(msgspec.Struct):
    """One weights file, as tensor-cache.json lists it."""

    data_path: str = msgspec.field(name="dataPath")
    nbytes: int


class TensorCache(msgspec.Struct):
    """What we read of a WebLLM model's tensor-cache.json."""

    records: list[Shard]


class File(NamedTuple):
    """What tells whether a file has changed."""

    name: str
    size: int
    modified_ns: int


def folder_models(folder: Path) -> tuple[CatalogueModel, ...]:
    """The models described in `folder`, by id; one that cannot be offered is left out and logged, once per change of the folder."""
    return _read_models(folder, tuple(sorted(_walk(folder, ""))))


def _walk(folder: Path, prefix: str) -> Iterator[File]:
    try:
        entries = list(os.scandir(folder / prefix))
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(folder, f"{prefix}{entry.name}/")
        elif entry.is_file(follow_symlinks=False):
            facts = entry.stat(follow_symlinks=False)
            yield File(prefix + entry.name, facts.st_size, facts.st_mtime_ns)


@lru_cache(maxsize=4)
def _read_models(folder: Path, files: tuple[File, ...]) -> tuple[CatalogueModel, ...]:
    by_name = {file.name: file for file in files}
    models: dict[str, CatalogueModel] = {}
    for name in filter(is_description, by_name):
        try:
            model = _read_model(folder, name, by_name)
            if model.model_id in models:
                raise Unusable(f"another description already has the modelId {model.model_id}")
            models[model.model_id] = model
        except (Unusable, OSError) as problem:
            logger.warning("The model described in %s is left out: %s.", folder / name, problem)
    return tuple(models[model_id] for model_id in sorted(models))


def _read_model(folder: Path, name: str, files: Mapping[str, File]) -> CatalogueModel:
    description = read_description((folder / name).read_bytes())
    if isinstance(description, WllamaDescription):
        return _wllama_model(folder, name, description, files)
    return _webllm_model(folder, name, description, files)


def _wllama_model(folder: Path, name: str, description: WllamaDescription, files: Mapping[str, File]) -> CatalogueModel:
    first = _inside(name, "file", description.file)
    parts = [_existing(files, part) for part in _gguf_parts(first)]
    for part in parts:
        if part.size > LARGEST_GGUF_BYTES:
            raise Unusable(f"{part.name} is larger than 2 GB, which a browser cannot load; split it with llama-gguf-split")
    with (folder / first).open("rb") as file:
        if file.read(4) != b"GGUF":
            raise Unusable(f"{first} is not a GGUF file")
    return _model(description, parts, url=_file_url(first, parts), context=description.context)


def _webllm_model(folder: Path, name: str, description: WebLLMDescription, files: Mapping[str, File]) -> CatalogueModel:
    weights = _inside(name, "weights", description.weights)
    library = _existing(files, _inside(name, "library", description.library))
    config_file = _existing(files, join(weights, "mlc-chat-config.json"))
    config = _decoded(folder, config_file, ChatConfig)
    parts = [config_file, *(_existing(files, join(weights, part)) for part in config.tokenizer_files), *_shards(folder, weights, files)]
    overrides = description.overrides | ({"context_window_size": description.context} if description.context else {})
    return _model(
        description,
        [*parts, library],
        url=f"{MODELS_URL}{_quoted(weights)}resolve/{_version(parts)}/",
        library=_file_url(library.name, [library]),
        context=description.context or config.context_window_size,
        features=description.features,
        overrides=overrides,
    )


def _model(description: Description, parts: list[File], **members: Any) -> CatalogueModel:
    return CatalogueModel(
        model_id=description.model_id,
        name=description.name or description.model_id,
        engine="wllama" if isinstance(description, WllamaDescription) else "webllm",
        download_mb=round(sum(part.size for part in parts) / _MB, 1),
        vram_mb=description.vram_mb,
        is_local=True,
        is_default=description.is_default,
        **members,
    )


def _shards(folder: Path, weights: str, files: Mapping[str, File]) -> list[File]:
    index = _existing(files, join(weights, "tensor-cache.json"))
    shards = [index]
    for record in _decoded(folder, index, TensorCache).records:
        shard = _existing(files, join(weights, record.data_path))
        if shard.size != record.nbytes:
            raise Unusable(f"{shard.name} has {shard.size:,} of {record.nbytes:,} bytes; copy it again")
        shards.append(shard)
    return shards


def _gguf_parts(first: str) -> list[str]:
    split = _SPLIT_GGUF.match(first)
    if split is None:
        return [first]
    return [f"{split['stem']}-{number:05}-of-{split['parts']}.gguf" for number in range(1, int(split["parts"]) + 1)]


def _inside(description_name: str, member: str, place: str) -> str:
    path = normpath(join(dirname(description_name), place))
    if path.startswith(("..", "/")):
        raise Unusable(f"`{member}` leads out of the models folder")
    return "" if path == "." else path


def _existing(files: Mapping[str, File], name: str) -> File:
    if name not in files:
        raise Unusable(f"{name} is not there")
    return files[name]


def _decoded(folder: Path, file: File, form: type[T]) -> T:
    try:
        return msgspec.json.decode((folder / file.name).read_bytes(), type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unusable(f"{file.name}: {error}") from None


def _file_url(name: str, parts: list[File]) -> str:
    # not `resolve/`: wllama takes that for huggingface.co, and asks for a checksum that only they have
    return f"{MODELS_URL}{quote(name)}?v={_version(parts)}"


def _quoted(folder: str) -> str:
    return quote(folder) + "/" if folder else ""


def _version(parts: list[File]) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
