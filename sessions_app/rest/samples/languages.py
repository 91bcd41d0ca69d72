"""Samples of calls with curl in a POSIX shell, in JavaScript and in Python."""

import json
from collections.abc import Iterable
from typing import Any

from sessions_app.rest.samples.sample import Sample, named

CURL_HEAD = "server=http://localhost:3000"
_NEW_ID = "$(python3 -c 'import uuid; print(uuid.uuid4())')"
PYTHON_HEAD = """import uuid

import httpx

api = httpx.Client(base_url="http://localhost:3000")"""


def curl_sample(sample: Sample) -> str:
    """Return the command, in which values from earlier responses are shell variables."""
    made = [f"{name}={_NEW_ID}\n" for name in sample.made]
    file = [f"printf {_quoted(json.dumps(sample.file)[1:-1])} | "] if sample.is_form else []
    return "".join([*made, *file, " \\\n  ".join(_curl_words(sample))])


def _curl_words(sample: Sample) -> list[str]:
    saved = "-OJ " if sample.is_file else ""
    address = sample.path.replace("{", "${")
    arguments = [f'curl -sS {saved}-X {sample.method} "$server{address}"']
    arguments += [] if sample.is_open else ['-H "Authorization: Bearer $access"']
    if sample.is_form:
        return arguments + _curl_form(sample)
    if sample.body is None:
        return arguments
    data = _quoted(json.dumps(sample.body, ensure_ascii=False))
    body = named(data, lambda name: f""""'"${name}"'\"""")
    return [*arguments, '-H "Content-Type: application/json"', f"-d {body}"]


def _curl_form(sample: Sample) -> list[str]:
    fields = [f'-F "{name}={value}"' for name, value in sample.fields.items()]
    return [
        '-F "file=@-;filename=tides.csv"',
        *(field.replace("«", "$").replace("»", "") for field in fields),
    ]


def _quoted(text: str) -> str:
    escaped = text.replace("'", "'\\''")
    return f"'{escaped}'"


def javascript_head(names: Iterable[str]) -> str:
    """Return the code before the first call, which declares the server and the variables."""
    return (
        'const server = "http://localhost:3000";\nlet'
        f" {', '.join(['answer', 'body', 'form', *names])};"
    )


def javascript_sample(sample: Sample) -> str:
    """Return the statements, in which values from earlier responses are variables."""
    made = [f"{name} = crypto.randomUUID();" for name in sample.made]
    address = sample.path.replace("{", "${")
    entries = _javascript_fields(sample)
    options = ", {\n  " + ",\n  ".join(entries) + ",\n}" if entries else ""
    called = [
        f"answer = await fetch(`${{server}}{address}`{options});",
        "if (!answer.ok) throw new Error((await answer.json()).error);",
    ]
    return "\n".join([*made, *_javascript_form(sample), *called, *_javascript_taken(sample)])


def _javascript_fields(sample: Sample) -> list[str]:
    headers = {} if sample.is_open else {"Authorization": "`Bearer ${access}`"}
    headers |= (
        {} if sample.body is None or sample.is_form else {'"Content-Type"': '"application/json"'}
    )
    entries = [f'method: "{sample.method}"'] if sample.method != "GET" else []
    entries += (
        [f"headers: {{ {', '.join(f'{name}: {value}' for name, value in headers.items())} }}"]
        if headers
        else []
    )
    if sample.is_form:
        return [*entries, "body: form"]
    return (
        entries
        if sample.body is None
        else [*entries, f"body: JSON.stringify({_javascript_literal(sample.body)})"]
    )


def _javascript_form(sample: Sample) -> list[str]:
    if not sample.is_form:
        return []
    fields = [
        f'form.set("{name}", {_javascript_literal(value)});'
        for name, value in sample.fields.items()
    ]
    return [
        "form = new FormData();",
        f'form.set("file", new Blob([{_javascript_literal(sample.file)}]), "tides.csv");',
        *fields,
    ]


def _javascript_taken(sample: Sample) -> list[str]:
    if not sample.taken:
        return []
    statements = ["body = await answer.json();"]
    for there, name in sample.taken.items():
        keys = (f"[{key}]" if key.isdecimal() else f".{key}" for key in there.split("."))
        statements.append(f"{name} = body{''.join(keys)};")
    return statements


def _javascript_literal(value: Any) -> str:
    return named(json.dumps(value, ensure_ascii=False), str)


def python_sample(sample: Sample) -> str:
    """Return the statements, in which values from earlier responses are variables."""
    made = [f"{_snake(name)} = str(uuid.uuid4())" for name in sample.made]
    taken = []
    for there, name in sample.taken.items():
        keys = (f"[{key}]" if key.isdecimal() else f'["{key}"]' for key in there.split("."))
        taken.append(f"{_snake(name)} = answer.json(){''.join(keys)}")
    signed = (
        ['api.headers["Authorization"] = f"Bearer {access}"'] if "access" in sample.taken else []
    )
    return "\n".join(
        [*made, f"answer = {_python_request(sample)}.raise_for_status()", *taken, *signed]
    )


def _python_request(sample: Sample) -> str:
    quoted = f'f"{_snaked(sample.path)}"' if "{" in sample.path else f'"{sample.path}"'
    if sample.method == "DELETE" and sample.body is not None:  # httpx's delete() accepts no body
        return f'api.request("DELETE", {quoted}{_python_arguments(sample)})'
    return f"api.{sample.method.lower()}({quoted}{_python_arguments(sample)})"


def _python_arguments(sample: Sample) -> str:
    if sample.body is None:
        return ""
    if not sample.is_form:
        return f", json={_python_literal(sample.body)}"
    fields = f", data={_python_literal(sample.fields)}" if sample.fields else ""
    return f', files={{"file": ("tides.csv", {_python_literal(sample.file)})}}{fields}'


def _python_literal(value: Any) -> str:
    return named(repr(value).replace("'", '"'), _snake)


def _snaked(path: str) -> str:
    return "/".join(
        f"{{{_snake(part.strip('{}'))}}}" if part.startswith("{") else part
        for part in path.split("/")
    )


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
