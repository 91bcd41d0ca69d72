"""A call with fetch."""

import json
from collections.abc import Iterable
from typing import Any

from sessions_app.rest.samples.sample import Sample, named


def head(names: Iterable[str]) -> str:
    """What stands before the first call: the server, and the names that the calls fill."""
    return f'const server = "http://localhost:3000";\nlet {", ".join(["answer", "body", "form", *names])};'


def written(sample: Sample) -> str:
    """The statements; names of earlier answers are variables."""
    made = [f"{name} = crypto.randomUUID();" for name in sample.made]
    address = sample.path.replace("{", "${")
    members = _members(sample)
    options = ", {\n  " + ",\n  ".join(members) + ",\n}" if members else ""
    called = [
        f"answer = await fetch(`${{server}}{address}`{options});",
        "if (!answer.ok) throw new Error((await answer.json()).error);",
    ]
    return "\n".join([*made, *_form(sample), *called, *_taken(sample)])


def _members(sample: Sample) -> list[str]:
    headers = {} if sample.is_open else {"Authorization": "`Bearer ${access}`"}
    headers |= {} if sample.body is None or sample.is_form else {'"Content-Type"': '"application/json"'}
    members = [f'method: "{sample.method}"'] if sample.method != "GET" else []
    members += [f"headers: {{ {', '.join(f'{name}: {value}' for name, value in headers.items())} }}"] if headers else []
    if sample.is_form:
        return [*members, "body: form"]
    return members if sample.body is None else [*members, f"body: JSON.stringify({_literal(sample.body)})"]


def _form(sample: Sample) -> list[str]:
    if not sample.is_form:
        return []
    fields = [f'form.set("{name}", {_literal(value)});' for name, value in sample.fields.items()]
    return ["form = new FormData();", f'form.set("file", new Blob([{_literal(sample.file)}]), "tides.csv");', *fields]


def _taken(sample: Sample) -> list[str]:
    if not sample.taken:
        return []
    return ["body = await answer.json();", *(f"{name} = body{_keys(there)};" for there, name in sample.taken.items())]


def _keys(there: str) -> str:
    return "".join(f"[{key}]" if key.isdecimal() else f".{key}" for key in there.split("."))


def _literal(value: Any) -> str:
    return named(json.dumps(value, ensure_ascii=False), str)
