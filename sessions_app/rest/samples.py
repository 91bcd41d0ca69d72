"""docs/api.md: each call in curl, Python and JavaScript, written out of the OpenAPI document in the order in which a reader would make
them. A test runs the page from top to bottom."""

import json
from typing import Any

HEAD = """# The REST API, call by call

Written by `make docs` out of the API's own description (`/api/docs` to read and try, `docs/openapi.json` for programs), and run from top to
bottom by a test, in each language. What one call answers is used by those after it: `access`, `sessionId`, `deckId` and so on.

- Errors are problem+json (RFC 9457): `code` is for programs, `error` a sentence for people, `fields` names what was wrong.
- Lists are pages: follow `next`, or the header `Link`. `pageSize` says how many at once.
- `ETag` and `If-None-Match` save sending what has not changed: the answer is 304.
- 429 and 503 say in `Retry-After` when to come back. `RateLimit` says what is left (draft-ietf-httpapi-ratelimit-headers-10).
- Pages of other sites may call when their origin stands in `MINDFLIP_ORIGINS`.

Before the first call:

```sh
server=http://localhost:3000
```

```python
import httpx

api = httpx.Client(base_url="http://localhost:3000")
```

```js
const server = "http://localhost:3000";
let answer, body, access, refresh, sessionId, generationId, deckId, cardId;
```
"""
TOKEN = {"refresh": "eyJhbGciOi…"}  # the one sample that a reader cannot send as it stands
# what a later call needs out of an answer: its name there, its name here
STORY: tuple[tuple[str, dict[str, str]], ...] = (
    ("register", {}),
    ("createToken", {"access": "access", "refresh": "refresh"}),
    ("refreshToken", {"access": "access", "refresh": "refresh"}),
    ("readAccount", {}),
    ("listModels", {}),
    ("createSession", {"sessionId": "sessionId"}),
    ("listSessions", {}),
    ("readSession", {}),
    ("createTicket", {}),
    ("createGeneration", {"generationId": "generationId"}),
    ("listGenerations", {}),
    ("readGeneration", {}),
    ("cancelGeneration", {}),
    ("closeSession", {}),
    ("createDeck", {"id": "deckId"}),
    ("listDecks", {}),
    ("readDeck", {}),
    ("changeDeck", {}),
    ("addCard", {"id": "cardId"}),
    ("listCards", {}),
    ("readCard", {}),
    ("changeCard", {}),
    ("listTags", {}),
    ("exportDeck", {}),
    ("readQueue", {}),
    ("readStudySettings", {}),
    ("changeStudySettings", {}),
    ("readProgress", {}),
    ("listReviews", {}),
    ("listDuplicates", {}),
    ("deleteCard", {}),
    ("restoreCard", {}),
    ("deleteDeck", {}),
    ("readBin", {}),
    ("listBinnedDecks", {}),
    ("listBinnedCards", {}),
    ("restoreDeck", {}),
    ("deleteDeck", {}),
    ("deleteDeckForGood", {}),
    ("emptyBin", {}),
    ("exportAccount", {}),
)


def page(document: dict[str, Any]) -> str:
    """The whole page."""
    calls = {
        call["operationId"]: (method.upper(), path, call) for path, methods in document["paths"].items() for method, call in methods.items()
    }
    sections = [_section(*calls[name], taken) for name, taken in STORY]
    return HEAD + "".join(f"\n{one}" for one in sections)


def _section(method: str, path: str, call: dict[str, Any], taken: dict[str, str]) -> str:
    body = _sample(call.get("requestBody", {}))
    is_open = not any(call["security"])
    blocks = (
        ("sh", _curl(method, path, body, is_open, path.endswith("/export"))),
        ("python", _python(method, path, body, is_open, taken)),
        ("js", _javascript(method, path, body, is_open, taken)),
    )
    status, answer = next(iter(call["responses"].items()))
    return "\n".join(
        [
            f"## {call['summary']}: `{method} {path}`\n\n{call['description']}\n",
            *(f"```{language}\n{code}\n```\n" for language, code in blocks),
            f"{status}: {answer['description']}\n",
            *([f"```json\n{json.dumps(shown, indent=2, ensure_ascii=False)}\n```\n"] if (shown := _sample(answer)) is not None else []),
        ]
    )


def _sample(part: dict[str, Any]) -> Any:
    content: dict[str, Any] = next(iter(part.get("content", {}).values()), {})
    return content.get("examples", {}).get("sample", {}).get("value")


def _curl(method: str, path: str, body: Any, is_open: bool, is_file: bool) -> str:
    address = path.replace("{", "${")
    saved = "-OJ " if is_file else ""
    lines = [f'curl -sS {saved}-X {method} "$server{address}{_query(path)}"']
    lines += [] if is_open else ['-H "Authorization: Bearer $access"']
    if body is not None:
        sent = '"{\\"refresh\\": \\"$refresh\\"}"' if body == TOKEN else f"'{json.dumps(body, ensure_ascii=False)}'"
        lines += ['-H "Content-Type: application/json"', f"-d {sent}"]
    return " \\\n  ".join(lines)


def _query(path: str) -> str:
    return "?format=csv" if path.endswith("decks/{deckId}/export") else ""


def _python(method: str, path: str, body: Any, is_open: bool, taken: dict[str, str]) -> str:
    quoted = f'f"{_snaked(path)}{_query(path)}"' if "{" in path else f'"{path}"'
    sent = "" if body is None else f", json={_literal(body)}"
    lines = [f"answer = api.{method.lower()}({quoted}{sent}).raise_for_status()"]
    lines += [f'{_snake(name)} = answer.json()["{there}"]' for there, name in taken.items()]
    lines += ['api.headers["Authorization"] = f"Bearer {access}"'] if "access" in taken else []
    return "\n".join(lines)


def _literal(body: Any) -> str:
    return '{"refresh": refresh}' if body == TOKEN else repr(body).replace("'", '"')


def _snaked(path: str) -> str:
    return "/".join(f"{{{_snake(part.strip('{}'))}}}" if part.startswith("{") else part for part in path.split("/"))


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _javascript(method: str, path: str, body: Any, is_open: bool, taken: dict[str, str]) -> str:
    headers = {} if is_open else {"Authorization": "`Bearer ${access}`"}
    headers |= {} if body is None else {'"Content-Type"': '"application/json"'}
    members = [f'method: "{method}"'] if method != "GET" else []
    members += [f"headers: {{ {', '.join(f'{name}: {value}' for name, value in headers.items())} }}"] if headers else []
    members += [f"body: JSON.stringify({_object(body)})"] if body is not None else []
    options = ", {\n  " + ",\n  ".join(members) + ",\n}" if members else ""
    address = path.replace("{", "${")
    lines = [f"answer = await fetch(`${{server}}{address}{_query(path)}`{options});"]
    lines += ["if (!answer.ok) throw new Error((await answer.json()).error);"]
    if taken:
        lines += ["body = await answer.json();", *(f"{name} = body.{there};" for there, name in taken.items())]
    return "\n".join(lines)


def _object(body: Any) -> str:
    return "{ refresh }" if body == TOKEN else json.dumps(body, ensure_ascii=False)
