"""The models that a page can load: those of the WebLLM package and of the models folder."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sessions_app.services.catalogue import CatalogueModel, find_model, list_models, prebuilt_models
from sessions_app.services.model_folder import ENGINES, read_description

ROOT = Path(__file__).resolve().parents[2]
BUNDLE = ROOT / "node_modules" / "@mlc-ai" / "web-llm" / "lib" / "index.js"


@pytest.fixture(autouse=True)
def models_folder(tmp_path: Path, settings: Any) -> Path:
    settings.MINDFLIP_MODELS_DIR = tmp_path / "models"
    settings.MINDFLIP_MODELS_DIR.mkdir()
    return settings.MINDFLIP_MODELS_DIR


def write_json(path: Path, **fields: Any) -> None:
    path.write_text(json.dumps(fields))


def add_gguf_model(models_folder: Path, name: str = "small", **fields: Any) -> None:
    (models_folder / f"{name}.gguf").write_bytes(b"GGUF" + bytes(1_500_000))
    write_json(
        models_folder / f"{name}.json",
        **{"engine": "wllama", "modelId": name, "file": f"{name}.gguf"} | fields,
    )


def run_script(source: str) -> Any:
    """Run a JavaScript module in node and return the JSON that it prints."""
    command = ["node", "--input-type=module", "-e", source]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def add_webllm_model(models_folder: Path, **fields: Any) -> Path:
    model = models_folder / "tiny"
    model.mkdir()
    (model / "tiny.wasm").write_bytes(bytes(2_000_000))
    (model / "tokenizer.json").write_text("{}")
    (model / "params_shard_0.bin").write_bytes(bytes(1_000_000))
    write_json(
        model / "mlc-chat-config.json", tokenizer_files=["tokenizer.json"], context_window_size=4096
    )
    write_json(
        model / "tensor-cache.json",
        records=[{"dataPath": "params_shard_0.bin", "nbytes": 1_000_000}],
    )
    write_json(
        model / "mindflip-model.json",
        **{"engine": "webllm", "modelId": "tiny", "library": "tiny.wasm"} | fields,
    )
    return model


def local_models() -> list[CatalogueModel]:
    return [model for model in list_models() if model.is_local]


def test_prebuilt_models_match_model_list_of_webllm_package() -> None:
    model_list = run_script(
        "import { prebuiltAppConfig } from '@mlc-ai/web-llm';"
        "console.log(JSON.stringify(prebuiltAppConfig.model_list));"
    )
    records = {record["model_id"]: record for record in model_list}
    models = prebuilt_models(BUNDLE)
    assert len(models) > 100
    for model in models:
        record = records.pop(model.model_id)
        assert (model.url, model.library, model.vram_mb) == (
            record["model"],
            record["model_lib"],
            record["vram_required_MB"],
        )
        assert set(record.get("required_features", [])) <= set(model.features)
        assert (model.buffer_mb or 0) == pytest.approx(
            record.get("buffer_size_required_bytes", 0) / 1_000_000, abs=0.05
        )
        assert model.overrides == record["overrides"]
    assert all("embed" in model_id for model_id in records)  # embedding models generate no text


def test_pages_and_models_folder_know_the_same_engines() -> None:
    in_browser = run_script(
        "import { ENGINES } from './static/js/engine/engines.js';"
        "console.log(JSON.stringify(Object.keys(ENGINES)));"
    )
    assert set(in_browser) == set(ENGINES), (
        "Add the engine to ENGINES of static/js/engine/engines.js and to Description of"
        " sessions_app/services/model_folder.py."
    )


def test_models_page_has_valid_description_for_every_engine() -> None:
    page = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    described = {json.loads(text)["engine"] for text in examples if read_description(text.encode())}
    assert described == set(ENGINES), "Add an example of a description to docs/models.md."


def test_model_of_integration_guide_is_listed_with_its_requirements() -> None:
    model = find_model("Llama-3-8B-Instruct-q4f16_1-MLC")
    assert model is not None
    assert (model.engine, model.vram_mb, model.context, model.features) == (
        "webllm",
        5001.0,
        4096,
        ("shader-f16",),
    )
    assert model.is_download_estimated
    assert model.download_mb == pytest.approx(4500, rel=0.1)
    assert not model.is_local


def test_unlisted_model_has_no_catalogue_entry() -> None:
    assert find_model("acme/model-7b") is None


def test_only_models_that_operator_names_check_answers(models_folder: Path, settings: Any) -> None:
    add_gguf_model(models_folder, name="small")
    assert not any(model.checks_answers for model in list_models())
    listed = "Llama-3-8B-Instruct-q4f16_1-MLC"
    settings.MINDFLIP_ANSWER_CHECK_MODELS = ["small", listed, "unknown"]
    checking = {model.model_id for model in list_models() if model.checks_answers}
    assert checking == {"small", listed}


def test_gguf_with_description_is_listed_first_and_is_default(models_folder: Path) -> None:
    add_gguf_model(models_folder, name="small", context=1024)
    first = list_models()[0]
    assert (first.model_id, first.engine, first.download_mb, first.context) == (
        "small",
        "wllama",
        1.5,
        1024,
    )
    assert (first.is_local, first.is_default, first.is_download_estimated) == (True, True, False)
    assert first.url.startswith("/models/small.gguf?v=")


def test_webllm_folder_is_listed_with_its_requirements_and_urls(models_folder: Path) -> None:
    add_webllm_model(models_folder, vramMb=200, features=["shader-f16"])
    (model,) = local_models()
    assert (model.engine, model.context, model.vram_mb, model.features) == (
        "webllm",
        4096,
        200.0,
        ("shader-f16",),
    )
    assert model.download_mb == 3.0
    assert model.url.startswith("/models/tiny/resolve/")
    assert model.library is not None
    assert model.library.startswith("/models/tiny/tiny.wasm?v=")


def test_context_of_description_overrides_context_window_of_webllm(models_folder: Path) -> None:
    add_webllm_model(models_folder, context=512, overrides={"temperature": 0.2})
    (model,) = local_models()
    assert model.context == 512
    assert model.overrides == {"temperature": 0.2, "context_window_size": 512}


def test_exactly_one_model_is_default(models_folder: Path) -> None:
    assert [model.model_id for model in list_models() if model.is_default] == [
        "Llama-3.2-1B-Instruct-q4f32_1-MLC"
    ]
    add_gguf_model(models_folder, name="first", isDefault=True)
    add_gguf_model(models_folder, name="second", isDefault=True)
    assert [model.model_id for model in list_models() if model.is_default] == ["first"]


def test_local_model_replaces_prebuilt_model_with_same_id(models_folder: Path) -> None:
    add_webllm_model(models_folder, modelId="Llama-3.2-1B-Instruct-q4f32_1-MLC")
    model = find_model("Llama-3.2-1B-Instruct-q4f32_1-MLC")
    assert model is not None
    assert model.is_local
    assert len({listed.model_id for listed in list_models()}) == len(list_models())


def test_model_url_changes_when_file_changes(models_folder: Path) -> None:
    add_gguf_model(models_folder)
    url = local_models()[0].url
    (models_folder / "small.gguf").write_bytes(b"GGUF, another")
    assert local_models()[0].url != url


def test_models_are_listed_and_removed_without_restart(models_folder: Path) -> None:
    assert local_models() == []
    add_gguf_model(models_folder)
    assert len(local_models()) == 1
    (models_folder / "small.json").unlink()
    assert local_models() == []


def test_split_gguf_is_listed_as_single_model_only_if_complete(models_folder: Path) -> None:
    for number in (1, 2):
        (models_folder / f"big-0000{number}-of-00002.gguf").write_bytes(b"GGUF" + bytes(1_000_000))
    write_json(
        models_folder / "big.json", engine="wllama", modelId="big", file="big-00001-of-00002.gguf"
    )
    assert local_models()[0].download_mb == 2.0
    (models_folder / "big-00002-of-00002.gguf").unlink()
    assert local_models() == []


BROKEN_DESCRIPTIONS = [
    ("[", "object"),
    ('{"engine": "wllama", "modelId": "x"}', "`file`"),
    ('{"engine": "webllm", "modelId": "x"}', "`library`"),
    ('{"modelId": "x", "file": "small.gguf"}', "engine"),
    ('{"engine": "onnx", "modelId": "x"}', "onnx"),
    ('{"engine": "wllama", "modelId": "x y", "file": "small.gguf"}', "$.modelId"),
    ('{"engine": "wllama", "modelId": "x", "file": "small.gguf", "contxt": 5}', "contxt"),
    ('{"engine": "wllama", "modelId": "x", "file": "small.gguf", "context": "much"}', "$.context"),
    ('{"engine": "wllama", "modelId": "x", "file": "gone.gguf"}', "gone.gguf is not there"),
    (
        '{"engine": "wllama", "modelId": "x", "file": "../../etc/passwd"}',
        "`file` leads out of the models folder",
    ),
    (
        '{"engine": "wllama", "modelId": "x", "file": "/etc/passwd"}',
        "`file` leads out of the models folder",
    ),
    ('{"engine": "wllama", "modelId": "x", "file": "broken.json"}', "not a GGUF"),
    (
        '{"engine": "webllm", "modelId": "x", "library": "small.gguf", "weights": "gone"}',
        "gone/mlc-chat-config.json is not there",
    ),
    (
        '{"engine": "wllama", "modelId": "small", "file": "small.gguf"}',
        "another description already has the modelId small",
    ),
    ("\xff", "broken.json"),
]


@pytest.mark.parametrize(("text", "reason"), BROKEN_DESCRIPTIONS)
def test_broken_description_is_logged_and_only_its_model_is_skipped(
    models_folder: Path, caplog: pytest.LogCaptureFixture, text: str, reason: str
) -> None:
    add_gguf_model(models_folder, name="small")
    (models_folder / "small.json").rename(models_folder / "a.json")
    (models_folder / "broken.json").write_text(text, encoding="latin-1")
    assert [model.model_id for model in local_models()] == ["small"]
    assert str(models_folder / "broken.json") in caplog.text
    assert reason in caplog.text


def test_broken_description_is_logged_once_for_repeated_reads(
    models_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (models_folder / "broken.json").write_text("[")
    for _ in range(3):
        list_models()
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("params_shard_0.bin", b"half", "has 4 of 1,000,000 bytes"),
        ("params_shard_0.bin", None, "params_shard_0.bin is not there"),
        ("tokenizer.json", None, "tokenizer.json is not there"),
        ("tensor-cache.json", b"{}", "`records`"),
        ("tensor-cache.json", b'{"records": [{"dataPath": 5}]}', "tensor-cache.json"),
        ("mlc-chat-config.json", b"nothing", "mlc-chat-config.json"),
    ],
)
def test_incomplete_or_invalid_weights_folder_is_skipped_with_logged_reason(
    models_folder: Path,
    caplog: pytest.LogCaptureFixture,
    file: str,
    content: bytes | None,
    reason: str,
) -> None:
    path = add_webllm_model(models_folder) / file
    path.unlink() if content is None else path.write_bytes(content)
    assert local_models() == []
    assert reason in caplog.text


def test_gguf_larger_than_2_gb_is_skipped_with_logged_advice(
    models_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    add_gguf_model(models_folder, name="huge")
    with (models_folder / "huge.gguf").open("r+b") as file:
        file.truncate(2**31)  # a sparse file, which uses no disk space
    assert local_models() == []
    assert "huge.gguf is larger than 2 GB" in caplog.text
    assert "llama-gguf-split" in caplog.text


def test_missing_models_folder_lists_no_models_and_logs_nothing(
    settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MINDFLIP_MODELS_DIR = tmp_path / "nowhere"
    assert local_models() == []
    assert caplog.text == ""
