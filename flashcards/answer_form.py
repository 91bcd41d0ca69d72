"""The form of an engine's answer: the same cards as a JSON schema and as a grammar.

The grammar is written in what XGrammar's EBNF and llama.cpp's GBNF have in common, with no white space between the
tokens: where a schema allows white space, a small model may write nothing else. Texts are bounded, because a small
model may not find the end of one; and a backslash escapes only what a card needs.
"""

from typing import Any

FRONT_CHARACTERS = 160
BACK_CHARACTERS = 320
SIGN = r'[^"\\\x00-\x1f\x7f] | "\\" ["\\/n]'


def response_format(count: int) -> dict[str, Any]:
    """As the contract's `responseFormat`: exactly `count` cards of front and back."""
    return {"type": "json_schema", "schema": card_schema(count), "grammar": card_grammar(count)}


def card_schema(count: int) -> dict[str, Any]:
    """JSON schema of an array of exactly `count` cards."""
    card = {
        "type": "object",
        "properties": {"front": _text(FRONT_CHARACTERS), "back": _text(BACK_CHARACTERS)},
        "required": ["front", "back"],
        "additionalProperties": False,
    }
    return {"type": "array", "items": card, "minItems": count, "maxItems": count}


def card_grammar(count: int) -> str:
    """The same as a grammar: one rule a line, `root` first."""
    cards = ' "," '.join(["card"] * count)
    return "\n".join(
        [
            f'root ::= "[" {cards} "]"',
            r'card ::= "{\"front\":\"" front "\",\"back\":\"" back "\"}"',
            f"front ::= sign{{1,{FRONT_CHARACTERS}}}",
            f"back ::= sign{{1,{BACK_CHARACTERS}}}",
            f"sign ::= {SIGN}",
        ]
    )


def _text(characters: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": characters}
