"""A call with httpx."""

from typing import Any

from sessions_app.rest.samples.sample import Sample, named

HEAD = """import uuid

import httpx

api = httpx.Client(base_url="http://localhost:3000")"""


def written(sample: Sample) -> str:
    """The statements; names of earlier answers are variables."""
    made = [f"{_snake(name)} = str(uuid.uuid4())" for name in sample.made]
    taken = [f"{_snake(name)} = answer.json(){_keys(there)}" for there, name in sample.taken.items()]
    signed = ['api.headers["Authorization"] = f"Bearer {access}"'] if "access" in sample.taken else []
    return "\n".join([*made, f"answer = {_request(sample)}.raise_for_status()", *taken, *signed])


def _request(sample: Sample) -> str:
    quoted = f'f"{_snaked(sample.path)}"' if "{" in sample.path else f'"{sample.path}"'
    if sample.method == "DELETE" and sample.body is not None:  # httpx's own delete() takes no body
        return f'api.request("DELETE", {quoted}{_sent(sample)})'
    return f"api.{sample.method.lower()}({quoted}{_sent(sample)})"


def _sent(sample: Sample) -> str:
    if sample.body is None:
        return ""
    if not sample.is_form:
        return f", json={_literal(sample.body)}"
    fields = f", data={_literal(sample.fields)}" if sample.fields else ""
    return f', files={{"file": ("tides.csv", {_literal(sample.file)})}}{fields}'


def _literal(value: Any) -> str:
    return named(repr(value).replace("'", '"'), _snake)


def _keys(there: str) -> str:
    return "".join(f"[{key}]" if key.isdecimal() else f'["{key}"]' for key in there.split("."))


def _snaked(path: str) -> str:
    return "/".join(f"{{{_snake(part.strip('{}'))}}}" if part.startswith("{") else part for part in path.split("/"))


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
