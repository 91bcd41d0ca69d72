"""llama.cpp in this process, and a cache of what models wrote."""

import hashlib
import json
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gguf import GGUFReader

from benchmarks.cards.errors import BenchmarkError

CONTEXT_TOKENS = 2_048
QUIET = -1
CARD_END = "}"
READABLE_SHAPES = "Use a language model as a single GGUF file that llama.cpp can load."


@dataclass(frozen=True)
class Answer:
    """The text that a model wrote, how long it took, and why it ended: "stop" or "length"."""

    text: str
    seconds: float
    finish_reason: str = "stop"


class NativeModel:
    """A GGUF model that is loaded by llama.cpp when it is first needed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.stem
        self._server: Any = None

    @property
    def fingerprint(self) -> str:
        """The name and size of the file, which change if the model is replaced."""
        return f"{self.path.name} {self.path.stat().st_size}"

    def parameter_count(self) -> int:
        """Return the number of parameters. Raise BenchmarkError if the file is not a model."""
        try:
            return sum(int(tensor.n_elements) for tensor in GGUFReader(self.path).tensors)
        except (OSError, ValueError, IndexError, KeyError) as error:
            raise BenchmarkError(
                f"{self.path} is not a complete GGUF file ({error}). Download it again, or remove"
                " it from the folder."
            ) from error

    def complete(self, request: Mapping[str, Any], is_enough: Callable[[str], bool]) -> Answer:
        """Return the answer to a chat request in OpenAI's format.

        The model stops after a card with which the text so far `is_enough`.
        """
        if self._server is None:
            self._server = self._load()
        text, error, finish_reason = "", "", "stop"
        started = time.perf_counter()
        with _interruptible() as is_interrupted:

            def add_chunk(chunk: Mapping[str, Any]) -> bool:
                """Return whether the model must stop."""
                nonlocal text, error, finish_reason
                error = chunk.get("error", {}).get("message", "")
                choices = chunk.get("choices") or [{}]
                text += choices[0].get("delta", {}).get("content") or ""
                finish_reason = choices[0].get("finish_reason") or finish_reason
                is_finished = text.endswith(CARD_END) and is_enough(text)
                return bool(error) or is_finished or is_interrupted()

            self._server.handle_chat_completions({**request, "stream": True}, add_chunk)
        if error:
            raise BenchmarkError(f"{self.path} failed: {error}")
        return Answer(text, time.perf_counter() - started, finish_reason)

    def _load(self) -> Any:
        try:
            import xllamacpp
        except ImportError as error:
            raise BenchmarkError(
                f"llama.cpp cannot be loaded ({error}). Run `make installed`."
            ) from error
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(self.path)
        parameters.n_ctx, parameters.n_parallel = CONTEXT_TOKENS, 1
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
        parameters.warmup = False
        parameters.verbosity = QUIET
        try:
            return xllamacpp.Server(parameters)
        except RuntimeError as error:
            raise BenchmarkError(
                f"llama.cpp cannot load {self.path} ({error}). {READABLE_SHAPES}"
            ) from error


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Yield a function that returns whether Ctrl+C was pressed, and then raise KeyboardInterrupt.

    llama.cpp ignores exceptions of the functions that it calls.
    """
    signals: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: signals.append(number))
    try:
        yield lambda: bool(signals)
    finally:
        signal.signal(signal.SIGINT, before)
    if signals:
        raise KeyboardInterrupt


class AnswerCache:
    """A file with the answers of one model, so that a run can be continued and scored again.

    An answer is used again only for exactly the same request.
    """

    def __init__(self, folder: Path, name: str, fingerprint: str) -> None:
        self._path = folder / f"{name}.jsonl"
        self._fingerprint = fingerprint
        self._answers: dict[str, Answer] = {}
        if self._path.exists():
            for line in self._path.read_text(encoding="utf-8").splitlines():
                self._add_line(line)

    def _add_line(self, line: str) -> None:
        try:
            row = json.loads(line)
            self._answers[row["request"]] = Answer(
                row["text"], row["seconds"], row.get("finishReason", "stop")
            )
        except (ValueError, KeyError, TypeError):
            return  # the last line of a run that was stopped while it wrote

    def get(self, request: Mapping[str, Any]) -> Answer | None:
        return self._answers.get(self._key(request))

    def put(self, request: Mapping[str, Any], answer: Answer) -> None:
        key = self._key(request)
        self._answers[key] = answer
        row = {
            "request": key,
            "text": answer.text,
            "seconds": round(answer.seconds, 3),
            "finishReason": answer.finish_reason,
        }
        line = json.dumps(row, ensure_ascii=False)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def _key(self, request: Mapping[str, Any]) -> str:
        content = json.dumps([self._fingerprint, request], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()
