"""The operator's own models, described by the files in `MINDFLIP_MODELS_DIR`.

See docs/models.md for how to add one.
"""

import hashlib
import logging
import os
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from posixpath import dirname, join, normpath
from typing import Annotated, Any, NamedTuple, TypeVar, get_args
from urllib.parse import quote

import msgspec

DESCRIPTION_NAME = "mindflip-model.json"
ModelId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:-]{0,199}$")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Place = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
"""A path relative to the folder of the description, with forward slashes."""
logger = logging.getLogger(__name__)
MODELS_URL = "/models/"
# The limit of an ArrayBuffer in browsers, into which wllama reads a whole file.
MAX_GGUF_BYTES = 2**31 - 1
_SPLIT_GGUF = re.compile(r"^(?P<stem>.+)-00001-of-(?P<parts>\d{5})\.gguf$")
_MB = 1_000_000
T = TypeVar("T")


class _Description(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    forbid_unknown_fields=True,
    tag_field="engine",
):
    model_id: ModelId
    name: Text | None = None
    context: Annotated[int, msgspec.Meta(ge=128)] | None = None
    vram_mb: Annotated[float, msgspec.Meta(gt=0)] | None = None
    is_default: bool = False
    note: str = ""


class WebLLMDescription(_Description, frozen=True, kw_only=True, tag="webllm"):
    """The description of a WebLLM model.

    `weights` is a folder in MLC's format, and `library` is the .wasm file that was compiled for
    WebGPU.
    """

    library: Place
    weights: Place = "."
    features: tuple[Text, ...] = ()
    overrides: dict[str, Any] = {}


class WllamaDescription(_Description, frozen=True, kw_only=True, tag="wllama"):
    """The description of a wllama model.

    `file` is a GGUF file, or the first part of a split one.
    """

    file: Place


Description = WebLLMDescription | WllamaDescription
ENGINES: tuple[str, ...] = tuple(
    description.__struct_config__.tag for description in get_args(Description)
)
"""The names of the engines whose models can be in the folder, as in static/js/engine/engines.js."""


class InvalidDescription(Exception):
    """An error in a description that prevents the model from being offered.

    The message is the reason, written for the operator.
    """


def is_description(name: str) -> bool:
    """Return whether a path inside the models folder names a description.

    Descriptions are only for the server, and are not served to clients.
    """
    path = PurePosixPath(name)
    return path.name == DESCRIPTION_NAME or (len(path.parts) == 1 and path.suffix == ".json")


def read_description(text: bytes) -> Description:
    """Decode a description.

    Raise InvalidDescription, which names the field, if a field is missing or invalid.
    """
    try:
        description: Description = msgspec.json.decode(text, type=Description)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidDescription(str(error)) from None
    return description


class CatalogueModel(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A model that a page can load.

    `url` is the address of the weights: a folder for WebLLM, a GGUF file for wllama. `library` is
    the address of WebLLM's .wasm file. Both are relative to this server if `isLocal` is true, and
    absolute otherwise.

    Sizes are in MB of 1,000,000 bytes, and `context` is in tokens. `bufferMb` is the largest buffer
    that the graphics card must provide. Unknown sizes are null.

    `features` are the WebGPU features that the device must have. `overrides` replace fields of the
    model's mlc-chat-config.json.

    `checksAnswers` is true if the operator names the model in MINDFLIP_ANSWER_CHECK_MODELS.
    """

    model_id: str
    name: str
    engine: Annotated[str, msgspec.Meta(extra_json_schema={"enum": ENGINES})]
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
    checks_answers: bool = False


class ChatConfig(msgspec.Struct):
    """The fields that are used from a WebLLM model's mlc-chat-config.json."""

    tokenizer_files: list[str]
    context_window_size: int | None = None


class Shard(msgspec.Struct):
    """A weights file that tensor-cache.json lists."""

    data_path: str = msgspec.field(name="dataPath")
    nbytes: int


class TensorCache(msgspec.Struct):
    """The fields that are used from a WebLLM model's tensor-cache.json."""

    records: list[Shard]


class File(NamedTuple):
    """The properties that show whether a file has changed."""

    name: str
    size: int
    modified_ns: int


def folder_models(folder: Path) -> tuple[CatalogueModel, ...]:
    """Return the models described in `folder`, sorted by ID.

    A model that cannot be offered is left out, and logged once each time the folder changes.
    """
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
                raise InvalidDescription(
                    "another description already has the modelId"  # untranslated: the log
                    f" {model.model_id}"
                )
            models[model.model_id] = model
        except (InvalidDescription, OSError) as problem:
            logger.warning("The model described in %s is left out: %s.", folder / name, problem)
    return tuple(models[model_id] for model_id in sorted(models))


def _read_model(folder: Path, name: str, files: Mapping[str, File]) -> CatalogueModel:
    description = read_description((folder / name).read_bytes())
    match description:
        case WebLLMDescription():
            return _webllm_model(folder, name, description, files)
        case WllamaDescription():
            return _wllama_model(folder, name, description, files)


def _wllama_model(
    folder: Path, name: str, description: WllamaDescription, files: Mapping[str, File]
) -> CatalogueModel:
    first = _inside(name, "file", description.file)
    parts = [_existing(files, part) for part in _gguf_parts(first)]
    for part in parts:
        if part.size > MAX_GGUF_BYTES:
            raise InvalidDescription(
                f"{part.name} is larger than 2 GB, which a browser cannot load; split it with"
                " llama-gguf-split"  # untranslated: the log
            )
    with (folder / first).open("rb") as file:
        if file.read(4) != b"GGUF":
            raise InvalidDescription(f"{first} is not a GGUF file")  # untranslated: the log
    return _model(description, parts, url=_file_url(first, parts), context=description.context)


def _webllm_model(
    folder: Path, name: str, description: WebLLMDescription, files: Mapping[str, File]
) -> CatalogueModel:
    weights = _inside(name, "weights", description.weights)
    library = _existing(files, _inside(name, "library", description.library))
    config_file = _existing(files, join(weights, "mlc-chat-config.json"))
    config = _decoded(folder, config_file, ChatConfig)
    parts = [
        config_file,
        *(_existing(files, join(weights, part)) for part in config.tokenizer_files),
        *_shards(folder, weights, files),
    ]
    overrides = description.overrides | (
        {"context_window_size": description.context} if description.context else {}
    )
    return _model(
        description,
        [*parts, library],
        url=f"{MODELS_URL}{_quoted(weights)}resolve/{_version(parts)}/",
        library=_file_url(library.name, [library]),
        context=description.context or config.context_window_size,
        features=description.features,
        overrides=overrides,
    )


def _model(description: Description, parts: list[File], **columns: Any) -> CatalogueModel:
    return CatalogueModel(
        model_id=description.model_id,
        name=description.name or description.model_id,
        engine=str(description.__struct_config__.tag),
        download_mb=round(sum(part.size for part in parts) / _MB, 1),
        vram_mb=description.vram_mb,
        is_local=True,
        is_default=description.is_default,
        **columns,
    )


def _shards(folder: Path, weights: str, files: Mapping[str, File]) -> list[File]:
    index = _existing(files, join(weights, "tensor-cache.json"))
    shards = [index]
    for record in _decoded(folder, index, TensorCache).records:
        shard = _existing(files, join(weights, record.data_path))
        if shard.size != record.nbytes:
            raise InvalidDescription(
                f"{shard.name} has {shard.size:,} of {record.nbytes:,} bytes;"
                " copy it again"  # untranslated: the log
            )
        shards.append(shard)
    return shards


def _gguf_parts(first: str) -> list[str]:
    split = _SPLIT_GGUF.match(first)
    if split is None:
        return [first]
    return [
        f"{split['stem']}-{number:05}-of-{split['parts']}.gguf"
        for number in range(1, int(split["parts"]) + 1)
    ]


def _inside(description_name: str, field: str, location: str) -> str:
    path = normpath(join(dirname(description_name), location))
    if path.startswith(("..", "/")):
        raise InvalidDescription(
            f"`{field}` leads out of the models folder"  # untranslated: the log
        )
    return "" if path == "." else path


def _existing(files: Mapping[str, File], name: str) -> File:
    if name not in files:
        raise InvalidDescription(f"{name} is not there")  # untranslated: the log
    return files[name]


def _decoded(folder: Path, file: File, form: type[T]) -> T:
    try:
        return msgspec.json.decode((folder / file.name).read_bytes(), type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidDescription(f"{file.name}: {error}") from None


def _file_url(name: str, parts: list[File]) -> str:
    # Do not use `resolve/`: wllama treats such an address as one of huggingface.co, and requests a
    # checksum that only huggingface.co provides.
    return f"{MODELS_URL}{quote(name)}?v={_version(parts)}"


def _quoted(folder: str) -> str:
    return quote(folder) + "/" if folder else ""


def _version(parts: list[File]) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
