"""The integration guide's import line, on a page of the product."""

from collections.abc import Callable

import pytest

from tests.helpers.engine_page import EnginePage
from tests.helpers.webllm_models import KIT, NO_KIT, TINY


def test_guide_import_loads_runs_and_caches_server_model(
    open_page: Callable[..., EnginePage],
) -> None:
    if not KIT.exists():
        pytest.skip(NO_KIT)
    result = open_page().run(
        """const webllm = await import("@mlc-ai/web-llm");
        const reports = [];
        const engine = new webllm.MLCEngine();
        engine.setInitProgressCallback((report) => reports.push(report.progress));
        await engine.reload(argument);
        const messages = [{ role: "user", content: "Hello" }];
        const result = await engine.chat.completions.create({ messages, temperature: 0.7,
            max_tokens: 4 });
        return { content: result.choices[0].message.content, progress: reports.at(-1),
            cached: await webllm.hasModelInCache(argument) };""",
        TINY,
    )
    assert result["content"]
    assert result["progress"] == 1
    assert result["cached"] is True


def test_guide_import_has_npm_exports_and_respects_custom_model_list(
    open_page: Callable[..., EnginePage],
) -> None:
    result = open_page().run(
        """const imported = await import("@mlc-ai/web-llm");
        const npm = await import("/static/vendor/web-llm/index.js");
        const engine = new imported.MLCEngine({ appConfig: { model_list: [] } });
        const errorName = await engine.reload("Llama-3-8B-Instruct-q4f16_1-MLC").catch(
            (error) => error.name);
        return { imported: Object.keys(imported).sort(), npm: Object.keys(npm).sort(), errorName,
        isInstance: engine instanceof imported.MLCEngine };"""
    )
    assert result["imported"] == result["npm"]
    # An engine with its own model list loads only the models in that list.
    assert result["errorName"] == "ModelNotFoundError"
    assert result["isInstance"] is True
