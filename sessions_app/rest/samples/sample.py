"""The data of a call, independent of the language of the sample."""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sessions_app.rest.openapi import FORM
from sessions_app.rest.samples.steps import Step

_NAMED = re.compile(r'"«(\w+)»"')


@dataclass(frozen=True)
class Sample:
    """A call with all data that is sent.

    In `body`, `«name»` stands for a value from an earlier response (see `named`).
    """

    method: str
    path: str
    body: Any
    is_form: bool
    is_open: bool
    is_file: bool
    taken: Mapping[str, str]
    made: tuple[str, ...]

    @property
    def file(self) -> str:
        """The content of a form's file."""
        return str(self.body["file"])

    @property
    def fields(self) -> dict[str, str]:
        """The other fields of a form."""
        return {name: value for name, value in self.body.items() if name != "file"}


def sample_of(step: Step, method: str, path: str, call: Mapping[str, Any]) -> Sample:
    """Return the sample of a step, from the call's description in the OpenAPI document."""
    for there, here in step.renamed.items():
        path = path.replace(f"{{{there}}}", f"{{{here}}}")
    body, (answer, *_) = call.get("requestBody", {}), call["responses"].values()
    return Sample(
        method=method,
        path=path + _query(call),
        body=_body(step, sample_value(body)),
        is_form=FORM in body.get("content", {}),
        is_open=not any(call["security"]),
        is_file="Content-Disposition" in answer["headers"],
        taken=step.taken,
        made=step.made,
    )


def sample_value(part: Mapping[str, Any]) -> Any:
    """Return the example of a request's or a response's body, or None."""
    content: dict[str, Any] = next(iter(part.get("content", {}).values()), {})
    return content.get("examples", {}).get("sample", {}).get("value")


def named(literal: str, written: Callable[[str], str]) -> str:
    """Return a literal in which each `"«name»"` is replaced with `written(name)`.

    `written` returns the expression for the value from an earlier response in the literal's
    language.
    """
    return _NAMED.sub(lambda match: written(match[1]), literal)


def _body(step: Step, sample: Any) -> Any:
    body = deepcopy(sample)
    if step.sent:
        body |= step.sent
    for where, name in step.filled.items():
        *way, last = [int(key) if key.isdecimal() else key for key in where.split(".")]
        holder = body
        for key in way:
            holder = holder[key]
        holder[last] = f"«{name}»"
    return body


def _query(call: Mapping[str, Any]) -> str:
    """Return the query string with the call's required parameters."""
    query = {
        parameter["name"]: parameter["example"]
        for parameter in call["parameters"]
        if parameter["in"] == "query" and parameter["required"]
    }
    return f"?{urlencode(query)}" if query else ""
