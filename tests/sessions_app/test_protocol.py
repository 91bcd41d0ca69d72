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
from tests.helpers.tiers import fuzz

ROOT = Path(__file__).parents[2]
CASES = json.loads((ROOT / "tests" / "contract" / "protocol_cases.json").read_text())


def by_type(messages):
    return {message.__struct_config__.tag: message for message in messages}


SERVER_MESSAGES, SERVER_MESSAGES_V1 = (
    by_type(asyncapi.GUIDE_SERVER_TYPES),
    by_type(asyncapi.SERVER_TYPES),
)
DIALECTS = [
    (guide, asyncapi.GUIDE_TYPES, "fromClient"),
    (v1, asyncapi.CLIENT_TYPES, "fromClientV1"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
FIELD_NAMES = st.sampled_from(
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
MESSAGE_TYPES = st.sampled_from(["generate", "response", "error", "progress", "result", "x"])


@pytest.mark.parametrize(("dialect", "messages", "cases"), DIALECTS, ids=["guide", "v1"])
def test_each_client_message_type_of_dialect_has_handler_and_valid_case(dialect, messages, cases):
    assert set(dialect.HANDLERS) == set(messages), (
        f"The messages of sessions_app/protocol/incoming.py and HANDLERS of {dialect.__name__}"
        " must be the same."
    )
    tags = {json.loads(case["text"]).get("type") for case in valid_cases(cases)}
    assert set(by_type(messages)) <= tags, (
        f"Add a case to {cases} in tests/contract/protocol_cases.json."
    )


def test_each_field_of_client_messages_has_case():
    sent = [json.loads(case["text"]) for case in valid_cases("fromClientV1")]
    assert fields_without_case(by_type(asyncapi.CLIENT_TYPES), sent) == {}, (
        "Add them to a case of fromClientV1 in tests/contract/protocol_cases.json."
    )


def test_each_server_message_type_and_each_field_has_case():
    sent = [case["message"] for case in CASES["fromServer"] + CASES["fromServerV1"]]
    assert set(SERVER_MESSAGES_V1) == {message["type"] for message in sent}, (
        "ServerMessage in sessions_app/protocol/outgoing.py and the cases of fromServerV1 in"
        " tests/contract/protocol_cases.json must have the same types."
    )
    assert fields_without_case(SERVER_MESSAGES_V1, sent) == {}, (
        "Add them to a case of fromServerV1 in tests/contract/protocol_cases.json."
    )


def fields_without_case(types, messages):
    """Return the types with the fields that no message of the type has."""
    cases = {tag: [set(message) for message in messages if message["type"] == tag] for tag in types}
    missing = {
        tag: set(kind.__struct_encode_fields__).difference(*cases[tag])
        for tag, kind in types.items()
    }
    return {tag: fields for tag, fields in missing.items() if fields or not cases[tag]}


def test_each_message_type_is_exported_and_each_server_message_type_is_sent():
    kinds = {kind.__name__ for kind in (*asyncapi.CLIENT_TYPES, *asyncapi.SERVER_TYPES)}
    assert kinds - set(protocol.__all__) == set(), "Export it in sessions_app/protocol/__init__.py."
    senders = [ROOT / "sessions_app" / "consumers.py", *(ROOT / "sessions_app/handlers").iterdir()]
    code = "\n".join(path.read_text() for path in senders if path.suffix == ".py")
    sent = set(re.findall(r"\bprotocol\.(\w+)\(", code))
    assert {kind.__name__ for kind in asyncapi.SERVER_TYPES} - sent == set(), (
        "Send it in sessions_app/handlers, or remove it from sessions_app/protocol/outgoing.py."
    )


def documented_fields(*senders):
    """Return the rows of docs/protocol.md for the messages from these senders.

    They are sets of the names in backticks, by message type.
    """
    _, guide_client, guide_server, v1_rows = re.split(
        r"^### (?:From the client|From the server|mindflip\.v1)$",
        (ROOT / "docs" / "protocol.md").read_text().partition("### Limits")[0],
        flags=re.MULTILINE,
    )
    guide_rows = guide_server if "server" in senders else guide_client
    cells = re.findall(r"^\| (`[^|]+) \|()([^|]+)\|$", guide_rows, re.MULTILINE)
    cells += re.findall(r"^\| (`[^|]+) \| ([^|]+) \|([^|]+)\|$", v1_rows, re.MULTILINE)
    fields = {}
    for tags, sender, text in cells:
        if not sender or sender.startswith(senders):
            for tag in re.findall(r"`(\w+)`", tags):
                names = re.findall(r"\w+", " ".join(re.findall(r"`[^`]+`", text)))
                fields[tag] = fields.get(tag, set()) | set(names)
    return fields


@pytest.mark.parametrize(
    ("messages", "senders"),
    [
        (asyncapi.CLIENT_TYPES, ("engine", "asker", "client", "both")),
        (asyncapi.SERVER_TYPES, ("server", "to ", "both")),
    ],
    ids=["client", "server"],
)
def test_protocol_page_lists_every_message_type_with_its_fields(messages, senders):
    fields = documented_fields(*senders)
    missing = {
        tag: set(message.__struct_encode_fields__) - fields.get(tag, set())
        for tag, message in by_type(messages).items()
        if not set(message.__struct_encode_fields__) <= fields.get(tag, set()) or tag not in fields
    }
    assert missing == {}, "Add these messages and fields to the tables of docs/protocol.md."


def properties_of(kinds):
    """Return the schemas of the fields of these types and of the types in them, by their path."""
    schemas = asyncapi.schemas()
    names = {kind.__name__ for kind in kinds}
    while nested := set(re.findall(r"/schemas/(\w+)", str([schemas[n] for n in names]))) - names:
        names |= nested
    return {
        f"{name}.{field}": schema
        for name in names
        for field, schema in schemas[name].get("properties", {}).items()
    }


def test_names_of_fields_are_in_camel_case():
    fields = properties_of((*asyncapi.CLIENT_TYPES, *asyncapi.SERVER_TYPES))
    assert [path for path in fields if "_" in path] == [], 'Add rename="camel" to the struct.'


def test_text_and_numbers_from_clients_have_bounds():
    unlimited = {
        path
        for path, schema in properties_of(asyncapi.CLIENT_TYPES).items()
        for part in schema.get("anyOf", [schema])
        if (part.get("type") == "string" and not {"maxLength", "format"} & set(part))
        or (part.get("type") in {"integer", "number"} and not {"minimum", "maximum"} <= set(part))
    }
    # The size of the whole `response` is limited.
    assert unlimited == {"ResponseData.cards"}, "Add bounds in sessions_app/protocol/incoming.py."


def valid_cases(cases):
    """Return the cases that are valid messages.

    Messages of the guide's dialect are valid in both dialects.
    """
    all_cases = CASES["fromClient"] + (CASES[cases] if cases != "fromClient" else [])
    return [case for case in all_cases if "error" not in case]


@pytest.mark.parametrize("case", CASES["fromClient"], ids=lambda case: case["name"])
def test_decode_of_guide_dialect_matches_contract_case(case):
    if "error" in case:
        with pytest.raises(protocol.ProtocolError) as error:
            protocol.decode(case["text"])
        assert error.value.code == case["error"]
        assert case.get("names", "") in error.value.message
    else:
        assert protocol.decode(case["text"])


@pytest.mark.parametrize("case", CASES["fromServer"], ids=lambda case: case["name"])
def test_server_message_of_guide_dialect_is_encoded_as_in_contract_case(case):
    import msgspec

    message = msgspec.convert(case["message"], SERVER_MESSAGES[case["message"]["type"]])
    assert json.loads(protocol.encode(message)) == case["message"]


@pytest.mark.parametrize("case", CASES["fromClientV1"], ids=lambda case: case["name"])
def test_decode_of_v1_matches_contract_case(case):
    if "error" in case:
        with pytest.raises(
            protocol.ProtocolError, match=re.escape(case.get("names", "."))
        ) as error:
            protocol.decode(case["text"], dialect=protocol.V1)
        assert error.value.code == case["error"]
    else:
        assert protocol.decode(case["text"], dialect=protocol.V1)


@pytest.mark.parametrize("case", CASES["fromServerV1"], ids=lambda case: case["name"])
def test_server_message_of_v1_is_encoded_as_in_contract_case(case):
    import msgspec

    message = msgspec.convert(case["message"], SERVER_MESSAGES_V1[case["message"]["type"]])
    assert json.loads(protocol.encode(message)) == case["message"]


def assert_decodes_or_raises_protocol_error(text: str) -> None:
    try:
        assert isinstance(protocol.decode(text), protocol.ClientMessage)
    except protocol.ProtocolError as error:
        protocol_error = error
    else:
        return
    assert protocol_error.code in {"invalid_json", "invalid_message", "unknown_type", "too_large"}
    assert protocol_error.message.endswith(".")


@fuzz(100)
@given(st.text())
def test_arbitrary_text_decodes_or_raises_protocol_error(text):
    assert_decodes_or_raises_protocol_error(text)


@fuzz(100)
@given(JSON)
def test_arbitrary_json_decodes_or_raises_protocol_error(value):
    assert_decodes_or_raises_protocol_error(json.dumps(value))


@fuzz(100)
@given(MESSAGE_TYPES, st.dictionaries(FIELD_NAMES, JSON, max_size=8))
def test_arbitrary_fields_decode_or_raise_protocol_error(message_type, fields):
    assert_decodes_or_raises_protocol_error(json.dumps(fields | {"type": message_type}))


@fuzz(100)
@given(st.sampled_from([case["text"] for case in CASES["fromClient"]]), st.data())
def test_damaged_message_decodes_or_raises_protocol_error(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert_decodes_or_raises_protocol_error(
        text[:start] + data.draw(st.text(max_size=5)) + text[end:]
    )


def test_response_has_higher_size_limit_than_other_messages():
    limits = protocol.Limits(message_bytes=2_000, response_bytes=5_000)
    response = json.dumps({"type": "response", "cacheKey": "k", "data": {"cards": ["x" * 3_000]}})
    assert protocol.decode(response, limits)
    for too_large in (
        response.replace("x", "xx"),
        json.dumps({"type": "generate", "prompt": "x" * 2_500}),
    ):
        with pytest.raises(protocol.ProtocolError, match="bytes"):
            protocol.decode(too_large, limits)


def test_size_limit_counts_bytes_instead_of_characters():
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
def test_lone_surrogate_is_replaced_and_other_text_is_kept(escaped, text):
    assert protocol.decode(f'{{"type":"generate","prompt":"{escaped}"}}').prompt == text


@fuzz(100)
@given(
    st.text(
        alphabet=st.sampled_from(
            ["\ud83e", "\udde0", "\ud7ff", "\U0001f9e0", "\\", "u", "d", '"', "a", "\n"]
        ),
        min_size=1,
        max_size=20,
    )
)
def test_decoded_text_differs_from_sent_text_only_in_lone_surrogates(text):
    sent = json.loads(json.dumps(text))  # JSON parsers join adjacent halves of a pair
    expected = "".join(
        "\ufffd" if "\ud800" <= character <= "\udfff" else character for character in sent
    )
    assert protocol.decode(json.dumps({"type": "generate", "prompt": text})).prompt == expected


def test_missing_options_get_default_count_and_prompt_as_topic():
    message = protocol.decode(
        '{"type":"generate","prompt":"  The water cycle  ","options":{"topic":" ","refresh":true}}'
    )
    assert message.options.filled(message.prompt) == {"count": 10, "topic": "The water cycle"}


def test_cache_key_has_format_of_guide():
    assert protocol.cache_key("Neural Networks", 10) == "webllm:flashcards:Neural Networks:10"


@pytest.mark.parametrize("topic", ["Neural Networks", "a:b:3", "", "two\nlines"])
def test_cache_key_is_parsed_to_its_topic_and_count(topic):
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
def test_invalid_cache_key_is_parsed_to_empty_topic_and_zero_count(key):
    assert protocol.parse_cache_key(key) == ("", 0)


def test_asyncapi_document_is_current_and_its_references_resolve():
    call_command("document_protocol", check=True)
    document = asyncapi.document()
    references = re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document))
    for reference in references:
        node = document
        for key in reference.split("/"):
            node = node[key]
    assert len(references) > 50


@pytest.mark.parametrize(
    "case", CASES["fromClient"] + CASES["fromClientV1"], ids=lambda case: case["name"]
)
def test_valid_client_message_conforms_to_its_asyncapi_schema(case):
    if "error" not in case:
        message = protocol.decode(case["text"], dialect=protocol.V1)
        value = json.loads(case["text"].replace("\\ud83e", ""))
        Draft202012Validator(asyncapi.schema_of(type(message))).validate(value)
