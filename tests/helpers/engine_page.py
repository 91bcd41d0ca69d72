"""Scripts that load and run engines in a page."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

from tests.helpers.timeouts import TIMEOUT_SECONDS


@dataclass
class EnginePage:
    """A page of a signed-in user, with methods that run scripts on its engines."""

    page: Page
    errors: list[str]
    first_load: dict[str, Any] = field(default_factory=dict)

    def run(self, script: str, argument: Any = None, seconds: float = TIMEOUT_SECONDS) -> Any:
        """Run the body of an async function in the page and return its result.

        The script can use `engines` (the module), `models` (the catalogue) and `argument`. If it
        throws an error or takes longer than `seconds`, the result is {"error": {"code",
        "message"}}.
        """
        return self.page.evaluate(
            f"""async (argument) => {{
                const engines = await import("mindflip/engine");
                const {{ models }} = await (await fetch("/api/webllm/models")).json();
                const work = (async () => {{ {script} }})();
                const timeout = new Promise((_, reject) => setTimeout(() =>
                    reject(new Error("not finished after {seconds} s")), {seconds * 1000}));
                return Promise.race([work, timeout]).catch((error) => ({{ error: {{
                    code: error.code ?? null, message: error.message }} }}));
            }}""",
            argument,
        )

    def load(self, model_id: str) -> dict[str, Any]:
        """Load a model into the page's `engine`.

        Return its name, its facts and all progress reports.
        """
        result = self.run(
            """const model = models.find((model) => model.modelId === argument);
            globalThis.engine = engines.createEngine(model);
            const progress = [];
            await engine.load({ onProgress: (step) => progress.push(step) });
            return { name: model.name, facts: engine.facts, progress };""",
            model_id,
        )
        assert "error" not in result, result
        return result

    def generate(
        self,
        prompt: str,
        seconds: float = TIMEOUT_SECONDS,
        stop_after: int = 0,
        stop_after_cards: int = 0,
        **options: Any,
    ) -> dict[str, Any]:
        """Send a prompt to the loaded engine and return its answer and all reported tokens.

        If `stop_after` or `stop_after_cards` is not 0, the generation is stopped when that number
        of tokens or of closed objects has been reported.
        """
        return self.run(
            """const tokens = [];
            const stopping = new AbortController();
            const closedObjects = () =>
                tokens.map(({ text }) => text).join("").split("}").length - 1;
            const onToken = (token) => { tokens.push(token);
                const isLast = token.tokens === argument.stopAfter ||
                    closedObjects() === argument.stopAfterCards;
                if (isLast) stopping.abort(); };
            const messages = [{ role: "user", content: argument.prompt }];
            const answer = await engine.generate(messages, { ...argument.options, onToken,
                signal: stopping.signal });
            return { ...answer, tokens };""",
            {
                "prompt": prompt,
                "options": options,
                "stopAfter": stop_after,
                "stopAfterCards": stop_after_cards or -1,
            },
            seconds,
        )
