"""Messages without a server: the table of cases, and arbitrary input."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sessions_app import asyncapi, protocol
from sessions_app.handlers import guide, v1

CASES = json.loads((Path(__file__).parents[1] / "contract" / "protocol_cases.json").read_text())


def by_type(messages):
    return {message.__struct_config__.tag: message for message in messages}


SERVER_MESSAGES, SERVER_MESSAGES_V1 = (
    by_type(asyncapi.GUIDE_SERVER_TYPES),
    by_type(asyncapi.SERVER_TYPES),
)
DIALECTS = [
    (guide.HANDLERS, asyncapi.GUIDE_TYPES, "fromClient"),
    (v1.HANDLERS, asyncapi.CLIENT_TYPES, "fromClientV1"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
MEMBERS = st.sampled_from(
    [
        "type",
        "prompt",
        "options",
        "count",
        "topic",
        "cacheKey",
        "data",
        "cards",
        "lease",
        "generationId",
        "progress",
        "error",
    ]
)
TYPES = st.sampled_from(["generate", "response", "error", "progress", "result", "x"])


@pytest.mark.parametrize(("handlers", "messages", "cases"), DIALECTS, ids=["guide", "v1"])
def test_every_message_of_a_dialect_does_something_and_has_a_case(handlers, messages, cases):
    assert set(handlers) == set(messages)
    assert {message.__struct_config__.tag for message in messages} <= {
        json.loads(case["text"]).get("type") for case in valid_cases(cases)
    }


def valid_cases(cases):
    """Return the cases that are valid messages.

    Messages of the guide's dialect are valid in both dialects.
    """
    both = CASES["fromClient"] + (CASES[cases] if cases != "fromClient" else [])
    return [case for case in both if "error" not in case]


@pytest.mark.parametrize("case", CASES["fromClient"], ids=lambda case: case["name"])
def test_decode_agrees_with_the_table(case):
    if "error" in case:
        with pytest.raises(protocol.ProtocolError) as refusal:
            protocol.decode(case["text"])
        assert refusal.value.code == case["error"]
        assert case.get("names", "") in refusal.value.message
    else:
        assert protocol.decode(case["text"])


@pytest.mark.parametrize("case", CASES["fromServer"], ids=lambda case: case["name"])
def test_what_the_server_says_survives_encoding(case):
    import msgspec

    message = msgspec.convert(case["message"], SERVER_MESSAGES[case["message"]["type"]])
    assert json.loads(protocol.encode(message)) == case["message"]


@pytest.mark.parametrize("case", CASES["fromClientV1"], ids=lambda case: case["name"])
def test_decode_agrees_with_the_table_of_our_own_dialect(case):
    if "error" in case:
        with pytest.raises(
            protocol.ProtocolError, match=re.escape(case.get("names", "."))
        ) as refusal:
            protocol.decode(case["text"], dialect=protocol.V1)
        assert refusal.value.code == case["error"]
    else:
        assert protocol.decode(case["text"], dialect=protocol.V1)


@pytest.mark.parametrize("case", CASES["fromServerV1"], ids=lambda case: case["name"])
def test_what_the_server_says_in_our_own_dialect_survives_encoding(case):
    import msgspec

    message = msgspec.convert(case["message"], SERVER_MESSAGES_V1[case["message"]["type"]])
    assert json.loads(protocol.encode(message)) == case["message"]


def _decodes_or_refuses(text: str) -> None:
    try:
        assert isinstance(protocol.decode(text), protocol.ClientMessage)
    except protocol.ProtocolError as refusal:
        problem = refusal
    else:
        return
    assert problem.code in {"invalid_json", "invalid_message", "unknown_type", "too_large"}
    assert problem.message.endswith(".")


@given(st.text())
def test_any_text_is_a_message_or_a_protocol_error(text):
    _decodes_or_refuses(text)


@given(JSON)
def test_any_json_is_a_message_or_a_protocol_error(value):
    _decodes_or_refuses(json.dumps(value))


@given(TYPES, st.dictionaries(MEMBERS, JSON, max_size=8))
def test_any_members_are_a_message_or_a_protocol_error(kind, members):
    _decodes_or_refuses(json.dumps(members | {"type": kind}))


@given(st.sampled_from([case["text"] for case in CASES["fromClient"]]), st.data())
def test_a_damaged_message_is_a_message_or_a_protocol_error(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    _decodes_or_refuses(text[:start] + data.draw(st.text(max_size=5)) + text[end:])


def test_a_response_may_be_larger_than_other_messages():
    limits = protocol.Limits(message_bytes=2_000, response_bytes=5_000)
    response = json.dumps({"type": "response", "cacheKey": "k", "data": {"cards": ["x" * 3_000]}})
    assert protocol.decode(response, limits)
    for too_large in (
        response.replace("x", "xx"),
        json.dumps({"type": "generate", "prompt": "x" * 2_500}),
    ):
        with pytest.raises(protocol.ProtocolError, match="bytes"):
            protocol.decode(too_large, limits)


def test_size_is_counted_in_bytes_and_not_in_characters():
    message = json.dumps({"type": "generate", "prompt": "é" * 900}, ensure_ascii=False)
    with pytest.raises(protocol.ProtocolError, match="bytes"):
        protocol.decode(message, protocol.Limits(message_bytes=1_500, response_bytes=1_500))


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        (r"cut \ud83e", "cut \ufffd"),
        (r"\udde0 first", "\ufffd first"),
        (r"\ud83e\u0041", "\ufffdA"),
        (r"\uD83E\ud83e\udde0", "\ufffd\U0001f9e0"),
        (r"\udde0\ud83e", "\ufffd\ufffd"),
        (r"\ud83e\udde0", "\U0001f9e0"),
        (r"\\ud83e", r"\ud83e"),
        (r"\\\ud83e", "\\\ufffd"),
        (r"\ud7ff and \ue000", "\ud7ff and \ue000"),
    ],
)
def test_lone_surrogate_becomes_the_replacement_character_and_other_text_stays(escaped, text):
    assert protocol.decode(f'{{"type":"generate","prompt":"{escaped}"}}').prompt == text


@given(
    st.text(
        alphabet=st.sampled_from(
            ["\ud83e", "\udde0", "\ud7ff", "\U0001f9e0", "\\", "u", "d", '"', "a", "\n"]
        ),
        min_size=1,
        max_size=20,
    )
)
def test_decoded_text_differs_from_the_sent_text_in_lone_surrogates_alone(text):
    sent = json.loads(json.dumps(text))  # JSON parsers join adjacent halves of a pair
    expected = "".join(
        "\ufffd" if "\ud800" <= character <= "\udfff" else character for character in sent
    )
    assert protocol.decode(json.dumps({"type": "generate", "prompt": text})).prompt == expected


def test_options_are_filled_with_count_and_topic():
    message = protocol.decode(
        '{"type":"generate","prompt":"  The water cycle  ","options":{"topic":" ","refresh":true}}'
    )
    assert message.options.filled(message.prompt) == {"count": 10, "topic": "The water cycle"}


def test_the_cache_key_is_the_guides():
    assert protocol.cache_key("Neural Networks", 10) == "webllm:flashcards:Neural Networks:10"


@pytest.mark.parametrize("topic", ["Neural Networks", "a:b:3", "", "two\nlines"])
def test_cache_key_is_read_as_it_was_written(topic):
    assert protocol.parse_cache_key(protocol.cache_key(topic, 10)) == (topic, 10)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "Tides:3",
        "webllm:flashcards:Tides",
        "webllm:flashcards:Tides:-1",
        "webllm:flashcards:Tides:100",
        "x" * 1000,
    ],
)
def test_text_that_is_not_a_cache_key_has_no_count(key):
    assert protocol.parse_cache_key(key) == ("", 0)


def test_the_asyncapi_document_is_up_to_date_and_whole():
    call_command("document_protocol", check=True)
    described = asyncapi.document()
    references = re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(described))
    for reference in references:
        part = described
        for step in reference.split("/"):
            part = part[step]
    assert len(references) > 50


@pytest.mark.parametrize("case", CASES["fromClient"], ids=lambda case: case["name"])
def test_what_is_decoded_is_as_asyncapi_describes_it(case):
    if "error" not in case:
        message = protocol.decode(case["text"])
        value = json.loads(case["text"].replace("\\ud83e", ""))
        Draft202012Validator(asyncapi.schema_of(type(message))).validate(value)
