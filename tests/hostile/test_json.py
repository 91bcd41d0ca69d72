"""JSON in requests: encodings, forms, and messages that explain what to change."""

import json
from uuid import uuid4

import pytest
from django.utils import timezone

DECKS, REVIEWS, REGISTER = "/api/flashcards/decks", "/api/flashcards/reviews", "/api/auth/register"
HALF = r'"\ud800"'
DEEP = [
    "[" * 100_000,
    '{"a":' * 50_000,
    "[" * 900 + "]" * 900,
    '{"name": "a", "b": ' + "[" * 32 + "]" * 32 + "}",
]
TOO_DEEP = "Use at most 32 levels of nesting in JSON."


@pytest.mark.parametrize("body", DEEP, ids=["lists", "objects", "900 levels", "33 levels"])
@pytest.mark.parametrize("address", [REGISTER, "/api/auth/token", "/api/auth/token/refresh", DECKS])
def test_deeply_nested_body_is_refused_with_the_limit(alice, api, address, body):
    answer = api(alice).post(address, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"], answer.json()["error"]) == (
        400,
        "invalid_json",
        TOO_DEEP,
    )


def test_body_of_32_levels_is_read(alice, api):
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
def test_body_that_is_not_json_is_refused_with_what_to_change(alice, api, body, message):
    answer = api(alice).generic("POST", DECKS, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"], answer.json()["error"]) == (
        400,
        "invalid_json",
        message,
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize(
    "charset", ["", "; charset=utf-8", "; charset=hex", "; charset=iso-8859-1", "; charset=bogus"]
)
def test_json_is_read_whatever_charset_its_media_type_has(alice, api, encoding, charset):
    body = json.dumps({"name": "Ebbe, größer"}, ensure_ascii=False).encode(encoding)
    answer = api(alice).generic("POST", DECKS, body, content_type=f"application/json{charset}")
    assert answer.json()["name"] == "Ebbe, größer"


@pytest.mark.parametrize("charset", ["iso-8859-1", "hex", "utf-7"])
def test_form_in_another_charset_is_refused(alice, api, charset):
    answer = api(alice).generic(
        "POST",
        DECKS,
        b"name=a",
        content_type=f"application/x-www-form-urlencoded; charset={charset}",
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "Encode the form as UTF-8.")


@pytest.mark.parametrize(
    ("field", "text"), [("cards", "[" * 100_000), ("cards", "[NaN]"), ("cards", "[")]
)
@pytest.mark.parametrize("format", ["multipart", None])
def test_json_in_a_form_is_read_by_the_same_rules(alice, api, field, text, format):
    body = {"name": "Tides", field: text}
    answer = api(alice).post(
        DECKS, body if format else f"name=Tides&{field}={text}", **_sent_as(format)
    )
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def _sent_as(format):
    return {"format": format} if format else {"content_type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ('{"prompt": HALF}', "prompt"),
        ('{"prompt": "p", "options": HALF}', "options"),
        ('{"prompt": "p", "options": {"topic": HALF}}', "options.topic"),
        ('{"prompt": "p", "options": {"count": HALF}}', "options.count"),
        ('{"prompt": "p", "options": {"refresh": HALF}}', "options.refresh"),
        ('{"prompt": "p", "options": {"source": "\\u0000"}}', "options.source"),
        ('{"prompt": "p", "requestId": HALF}', "requestId"),
    ],
)
def test_generation_with_text_that_cannot_be_stored_names_the_field(
    alice, api, create_session, body, member
):
    address = f"/api/webllm/session/{create_session(alice)['sessionId']}/generations"
    answer = api(alice).post(address, body.replace("HALF", HALF), content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert list(answer.json()["fields"]) == [member]


@pytest.mark.parametrize(
    ("method", "address", "body", "member"),
    [
        ("post", REGISTER, '{"username": HALF, "password": "a long enough phrase"}', "username"),
        ("post", REGISTER, '{"username": "dora", "password": HALF}', "password"),
        (
            "post",
            REGISTER,
            '{"username": "dora", "password": "a long enough phrase", "email": HALF}',
            "email",
        ),
        ("post", "/api/auth/token/refresh", '{"refresh": HALF}', "refresh"),
        ("post", "/api/webllm/session", '{"modelId": HALF}', "modelId"),
        ("post", DECKS, '{"name": HALF}', "name"),
        ("post", DECKS, '{"name": "a", "tags": [HALF]}', "tags"),
        ("post", DECKS, '{"generationId": HALF}', "generationId"),
        ("patch", "/api/flashcards/study/settings", '{"timeZone": HALF}', "timeZone"),
    ],
)
def test_half_a_surrogate_pair_is_refused_by_the_field(alice, api, method, address, body, member):
    answer = getattr(api(alice), method)(
        address, body.replace("HALF", HALF), content_type="application/json"
    )
    assert answer.status_code == 400, answer.content
    assert list(answer.json()["fields"]) == [member]


def test_half_a_surrogate_pair_on_a_card_is_dropped(alice, api):
    cards = (
        r'[{"front": "ebb\ud800", "back": "\udc00flow", "tags": ["\ud800sea"], "note": {"\ud800":'
        r' "\ud800"}}]'
    )
    answer = api(alice).post(
        DECKS, f'{{"name": "Tides", "cards": {cards}}}', content_type="application/json"
    )
    (card,) = answer.json()["cards"]
    assert (card["front"], card["back"], card["tags"], card["note"]) == ("ebb", "flow", ["sea"], {})


def test_refused_review_is_found_by_the_id_that_it_came_with(alice, api):
    answer = api(alice).post(
        REVIEWS, f'{{"reviews": [{{"id": {HALF}}}]}}', content_type="application/json"
    )
    assert answer.json()["results"] == [
        {"id": "\ud800", "status": "refused", "code": "invalid", "error": "Give id as a UUID."}
    ]


def test_review_that_took_longer_than_a_number_can_say_is_refused(alice, api, make_deck):
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
def test_address_with_nul_is_refused(alice, client, address):
    client.force_login(alice)
    assert client.get(address).status_code == 400


def test_parameter_with_nul_is_named(alice, api):
    answer = api(alice).get(f"{DECKS}?q=%00&tag=sea")
    assert answer.json()["error"] == "q: Remove the NUL character (%00)."
    assert answer.json()["fields"] == {"q": ["Remove the NUL character (%00)."]}
