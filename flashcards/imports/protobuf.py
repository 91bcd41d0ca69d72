"""The members of a protobuf message, without its schema: enough to read three numbers and two texts out of Anki's.

Source: the wire format as published with Protocol Buffers; field numbers are Anki's own (proto/anki/*.proto).
"""

from flashcards.imports.refusals import damaged

VARINT, EIGHT_BYTES, LENGTH, FOUR_BYTES = 0, 1, 2, 5
VARINT_BYTES = 10


def numbers(message: bytes) -> dict[int, int]:
    """Whole numbers by field number; the last one of each. Raises ImportRefused."""
    return {field: value for field, value in _members(message) if isinstance(value, int)}


def texts(message: bytes) -> dict[int, bytes]:
    """Texts, bytes and messages in it by field number; the last one of each. Raises ImportRefused."""
    return {field: value for field, value in _members(message) if isinstance(value, bytes)}


def messages(message: bytes, field: int) -> list[bytes]:
    """All of one repeated member. Raises ImportRefused."""
    return [value for number, value in _members(message) if number == field and isinstance(value, bytes)]


def _members(message: bytes) -> list[tuple[int, int | bytes]]:
    members: list[tuple[int, int | bytes]] = []
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        value, at = _value(message, at, tag & 7)
        members.append((tag >> 3, value))
    return members


def _value(message: bytes, at: int, wire: int) -> tuple[int | bytes, int]:
    if wire == VARINT:
        return _varint(message, at)
    if wire == LENGTH:
        length, at = _varint(message, at)
    elif wire in (EIGHT_BYTES, FOUR_BYTES):
        length = 8 if wire == EIGHT_BYTES else 4
    else:
        raise damaged("has a part that cannot be read")
    if length > len(message) - at:
        raise damaged("ends in the middle of a part")
    return message[at : at + length], at + length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(message[at : at + VARINT_BYTES]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, at + index + 1
    raise damaged("ends in the middle of a part")
