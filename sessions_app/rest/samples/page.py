"""The page docs/api.md."""

import json
from typing import Any

from sessions_app.rest.samples.languages import (
    CURL_HEAD,
    PYTHON_HEAD,
    curl_sample,
    javascript_head,
    javascript_sample,
    python_sample,
)
from sessions_app.rest.samples.sample import sample_of, sample_value
from sessions_app.rest.samples.steps import STORY, Step

LANGUAGES = (("sh", curl_sample), ("python", python_sample), ("js", javascript_sample))
_HEAD = """# The REST API, call by call

Written by `make docs` out of the API's own description (`/api/docs` to read and try,
`docs/openapi.json` for programs), and run from top to bottom by a test, in each language. Every
call is here. What one call answers is used by those after it: `access`, `sessionId`, `deckId` and
so on.

- Errors are problem+json (RFC 9457): `code` is for programs, `error` a sentence for people,
  `fields` names what was wrong.
- Bodies are JSON of the types that are described: a number where a text is asked for is refused.
  Files go in multipart/form-data.
- Lists are pages: follow `next`, or the header `Link`. `pageSize` says how many at once.
- `ETag` and `If-None-Match` save sending what has not changed: the answer is 304.
- 429 and 503 say in `Retry-After` when to come back. `RateLimit` says what is left
  (draft-ietf-httpapi-ratelimit-headers-10).
- Pages of other sites may call when their origin stands in `MINDFLIP_ALLOWED_ORIGINS`.

Before the first call:
"""


def page(document: dict[str, Any]) -> str:
    """Return the whole page for the OpenAPI document."""
    calls = {
        call["operationId"]: (method.upper(), path, call)
        for path, methods in document["paths"].items()
        for method, call in methods.items()
    }
    names = dict.fromkeys(name for step in STORY for name in (*step.made, *step.taken.values()))
    head = [
        _block("sh", CURL_HEAD),
        _block("python", PYTHON_HEAD),
        _block("js", javascript_head(names)),
    ]
    return "\n".join([_HEAD, *head, *(_section(step, *calls[step.call]) for step in STORY)])


def _section(step: Step, method: str, path: str, call: dict[str, Any]) -> str:
    sample = sample_of(step, method, path, call)
    title = (
        f"## {call['summary']}: `{method} {path}`\n\n{step.description or call['description']}\n"
    )
    return "\n".join(
        [title, *(_block(name, write(sample)) for name, write in LANGUAGES), _answered(call)]
    )


def _answered(call: dict[str, Any]) -> str:
    status, answer = next(iter(call["responses"].items()))
    shown = sample_value(answer)
    text = f"{status}: {answer['description']}\n"
    return (
        text
        if shown is None
        else f"{text}\n{_block('json', json.dumps(shown, indent=2, ensure_ascii=False))}"
    )


def _block(language: str, code: str) -> str:
    return f"```{language}\n{code}\n```\n"
