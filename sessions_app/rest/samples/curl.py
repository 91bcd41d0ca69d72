"""A call with curl, in a POSIX shell."""

import json
from typing import Any

from sessions_app.rest.samples.sample import Sample, named

HEAD = "server=http://localhost:3000"
_NEW_ID = "$(python3 -c 'import uuid; print(uuid.uuid4())')"


def written(sample: Sample) -> str:
    """The command; names of earlier answers are variables of the shell."""
    made = [f"{name}={_NEW_ID}\n" for name in sample.made]
    file = [f"printf {_quoted(json.dumps(sample.file)[1:-1])} | "] if sample.is_form else []
    return "".join([*made, *file, " \\\n  ".join(_words(sample))])


def _words(sample: Sample) -> list[str]:
    saved = "-OJ " if sample.is_file else ""
    address = sample.path.replace("{", "${")
    words = [f'curl -sS {saved}-X {sample.method} "$server{address}"']
    words += [] if sample.is_open else ['-H "Authorization: Bearer $access"']
    return words + (_form(sample) if sample.is_form else _body(sample.body))


def _body(body: Any) -> list[str]:
    return [] if body is None else ['-H "Content-Type: application/json"', f"-d {_sent(body)}"]


def _sent(body: Any) -> str:
    return named(_quoted(json.dumps(body, ensure_ascii=False)), lambda name: f""""'"${name}"'\"""")


def _form(sample: Sample) -> list[str]:
    fields = [f'-F "{name}={value}"' for name, value in sample.fields.items()]
    return ['-F "file=@-;filename=tides.csv"', *(field.replace("«", "$").replace("»", "") for field in fields)]


def _quoted(text: str) -> str:
    escaped = text.replace("'", "'\\''")
    return f"'{escaped}'"
