"""JSON in requests: encodings, forms, and messages of rejections."""

import json
from uuid import uuid4

import pytest
from django.utils import timezone

DECKS, REVIEWS, REGISTER = "/api/flashcards/decks", "/api/flashcards/reviews", "/api/auth/register"
SURROGATE = r'"\ud800"'
DEEP_BODIES = [
    "[" * 100_000,
    '{"a":' * 50_000,
    "[" * 900 + "]" * 900,
    '{"name": "a", "b": ' + "[" * 32 + "]" * 32 + "}",
]
TOO_DEEP_MESSAGE = "Use at most 32 levels of nesting in JSON."


@pytest.mark.parametrize("body", DEEP_BODIES, ids=["lists", "objects", "900 levels", "33 levels"])
@pytest.mark.parametrize("address", [REGISTER, "/api/auth/token", "/api/auth/token/refresh", DECKS])
def test_deeply_nested_body_is_rejected_with_limit_in_message(alice, api, address, body):
    response = api(alice).post(address, body, content_type="application/json")
    assert (response.status_code, response.json()["code"], response.json()["error"]) == (
        400,
        "invalid_json",
        TOO_DEEP_MESSAGE,
    )


def test_body_with_32_levels_is_accepted(alice, api):
    body = '{"name": "a", "b": ' + "[" * 31 + "]" * 31 + "}"
    assert api(alice).post(DECKS, body, content_type="application/json").status_code == 201


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{name: 1}", "Send valid JSON: line 1, column 2 cannot be read."),
        (b'{"name":\n "a', "Send valid JSON: line 2, column 2 cannot be read."),
        (b'{"name": NaN}', "Use a number or null instead of NaN."),
        (b'{"name": -1e999}', "Use numbers between -1.7e308 and 1.7e308."),
        (b'{"name": ' + b"9" * 5_000 + b"}", "Use numbers between -1.7e308 and 1.7e308."),
        (b'{"name": "\xff"}', "Encode the JSON as UTF-8."),
    ],
)
def test_invalid_json_is_rejected_with_message(alice, api, body, message):
    response = api(alice).generic("POST", DECKS, body, content_type="application/json")
    assert (response.status_code, response.json()["code"], response.json()["error"]) == (
        400,
        "invalid_json",
        message,
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize(
    "charset", ["", "; charset=utf-8", "; charset=hex", "; charset=iso-8859-1", "; charset=bogus"]
)
def test_json_is_decoded_regardless_of_charset_in_content_type(alice, api, encoding, charset):
    body = json.dumps({"name": "Ebbe, größer"}, ensure_ascii=False).encode(encoding)
    response = api(alice).generic("POST", DECKS, body, content_type=f"application/json{charset}")
    assert response.json()["name"] == "Ebbe, größer"


@pytest.mark.parametrize("charset", ["iso-8859-1", "hex", "utf-7"])
def test_form_with_unsupported_charset_is_rejected(alice, api, charset):
    response = api(alice).generic(
        "POST",
        DECKS,
        b"name=a",
        content_type=f"application/x-www-form-urlencoded; charset={charset}",
    )
    assert (response.status_code, response.json()["error"]) == (400, "Encode the form as UTF-8.")


@pytest.mark.parametrize(
    ("field", "text"), [("cards", "[" * 100_000), ("cards", "[NaN]"), ("cards", "[")]
)
@pytest.mark.parametrize("format", ["multipart", None])
def test_invalid_json_in_form_field_is_rejected_with_field_name(alice, api, field, text, format):
    body = {"name": "Tides", field: text}
    response = api(alice).post(
        DECKS, body if format else f"name=Tides&{field}={text}", **_format_options(format)
    )
    assert (response.status_code, list(response.json()["fields"])) == (400, [field])


def _format_options(format):
    return {"format": format} if format else {"content_type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"prompt": SURROGATE}', "prompt"),
        ('{"prompt": "p", "options": SURROGATE}', "options"),
        ('{"prompt": "p", "options": {"topic": SURROGATE}}', "options.topic"),
        ('{"prompt": "p", "options": {"count": SURROGATE}}', "options.count"),
        ('{"prompt": "p", "options": {"refresh": SURROGATE}}', "options.refresh"),
        ('{"prompt": "p", "options": {"source": "\\u0000"}}', "options.source"),
        ('{"prompt": "p", "requestId": SURROGATE}', "requestId"),
    ],
)
def test_generation_with_unstorable_text_is_rejected_with_field_name(
    alice, api, create_session, body, field
):
    address = f"/api/webllm/session/{create_session(alice)['sessionId']}/generations"
    response = api(alice).post(
        address, body.replace("SURROGATE", SURROGATE), content_type="application/json"
    )
    assert response.status_code == 400, response.content
    assert list(response.json()["fields"]) == [field]


@pytest.mark.parametrize(
    ("method", "address", "body", "field"),
    [
        (
            "post",
            REGISTER,
            '{"username": SURROGATE, "password": "a long enough phrase"}',
            "username",
        ),
        ("post", REGISTER, '{"username": "dora", "password": SURROGATE}', "password"),
        (
            "post",
            REGISTER,
            '{"username": "dora", "password": "a long enough phrase", "email": SURROGATE}',
            "email",
        ),
        ("post", "/api/auth/token/refresh", '{"refresh": SURROGATE}', "refresh"),
        ("post", "/api/webllm/session", '{"modelId": SURROGATE}', "modelId"),
        ("post", DECKS, '{"name": SURROGATE}', "name"),
        ("post", DECKS, '{"name": "a", "tags": [SURROGATE]}', "tags"),
        ("post", DECKS, '{"generationId": SURROGATE}', "generationId"),
        ("patch", "/api/flashcards/study/settings", '{"timeZone": SURROGATE}', "timeZone"),
    ],
)
def test_lone_surrogate_is_rejected_with_field_name(alice, api, method, address, body, field):
    response = getattr(api(alice), method)(
        address, body.replace("SURROGATE", SURROGATE), content_type="application/json"
    )
    assert response.status_code == 400, response.content
    assert list(response.json()["fields"]) == [field]


def test_lone_surrogate_in_card_is_removed(alice, api):
    cards = (
        r'[{"front": "ebb\ud800", "back": "\udc00flow", "tags": ["\ud800sea"], "note": {"\ud800":'
        r' "\ud800"}}]'
    )
    response = api(alice).post(
        DECKS, f'{{"name": "Tides", "cards": {cards}}}', content_type="application/json"
    )
    (card,) = response.json()["cards"]
    assert (card["front"], card["back"], card["tags"], card["note"]) == ("ebb", "flow", ["sea"], {})


def test_rejected_review_is_returned_with_id_from_request(alice, api):
    response = api(alice).post(
        REVIEWS, f'{{"reviews": [{{"id": {SURROGATE}}}]}}', content_type="application/json"
    )
    assert response.json()["results"] == [
        {"id": "\ud800", "status": "refused", "code": "invalid", "error": "Give id as a UUID."}
    ]


def test_review_with_overflowing_seconds_is_rejected(alice, api, make_deck):
    card = make_deck(alice, "ebb")["cards"][0]["id"]
    now = timezone.now().isoformat()
    review = (
        f'{{"id": "{uuid4()}", "cardId": "{card}", "rating": "good", "reviewedAt": "{now}",'
        f' "seconds": {"9" * 400}}}'
    )
    assert (
        api(alice)
        .post(REVIEWS, f'{{"reviews": [{review}]}}', content_type="application/json")
        .json()["code"]
        == "invalid_json"
    )


@pytest.mark.parametrize("address", ["/decks?q=%00", "/decks?%00=1", "/models/%00", "/nowhere%00"])
def test_url_with_nul_is_rejected_with_400(alice, client, address):
    client.force_login(alice)
    assert client.get(address).status_code == 400


def test_query_parameter_with_nul_is_named_in_error(alice, api):
    response = api(alice).get(f"{DECKS}?q=%00&tag=sea")
    assert response.json()["error"] == "q: Remove the NUL character (%00)."
    assert response.json()["fields"] == {"q": ["Remove the NUL character (%00)."]}
