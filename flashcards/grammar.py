"""The form of an engine's answer: the same cards as a JSON schema and as a grammar.

The grammar uses the syntax that XGrammar's EBNF and llama.cpp's GBNF have in common. It allows no
white space between tokens, because a small model may write nothing else. It limits the length of
texts, because a small model may not find the end of one. The limits count the words of a text and
the characters of a word. Counting the characters of a whole text makes XGrammar five times slower
(docs/decisions/answer-grammar.md).

The kind of card decides what a front can be: a cloze has exactly one gap, and a term is short.

A kind has a single grammar for any number of cards, so that an engine compiles it once. It never
allows the end of the array before MAX_CARDS cards. A client therefore ends the turn after the last
card that it needs. A small model that may end the array does so after one or two cards.
"""

from typing import Any, NamedTuple

MAX_CARDS = 50
FRONT_CHARACTERS, BACK_CHARACTERS = 200, 320
FRONT_WORDS, BACK_WORDS, SHORT_WORDS, WORD_CHARACTERS = 24, 32, 6, 40
SIGN = r'[^"\\\x00-\x20\x7f] | "\\" ["\\/n]'  # only the escapes that a card needs


class WordLimits(NamedTuple):
    """The numbers of words at which the grammar ends a front and a back.

    `after_gap` is the limit for the words after the gap of a cloze, and 0 for other kinds.
    """

    front: int
    back: int
    after_gap: int = 0


class AnswerForm(NamedTuple):
    """The right-hand sides of the grammar rules for a front, a back, and a character of a word."""

    front: str
    back: str
    sign: str
    limits: WordLimits


def _words(limit: int) -> str:
    return f'word (" " word){{0,{limit - 1}}}'


ONE_GAP = AnswerForm(
    r'(word " "){0,15} "{{c1::" word (" " word){0,2} "}}" [.,;:!?]{0,1} (" " word){0,15}',
    _words(SHORT_WORDS),
    r'[^"\\{}\x00-\x20\x7f]',
    WordLimits(33, SHORT_WORDS, after_gap=15),
)
SHORT_TERM = AnswerForm(
    _words(SHORT_WORDS), _words(BACK_WORDS), SIGN, WordLimits(SHORT_WORDS, BACK_WORDS)
)
TWO_TEXTS = AnswerForm(
    _words(FRONT_WORDS), _words(BACK_WORDS), SIGN, WordLimits(FRONT_WORDS, BACK_WORDS)
)

# A question, with the question mark of any script. The number of its tokens is limited instead of
# its words, because it compiles 20 times faster without that limit.
QUESTION_GRAMMAR = "root ::= sign+ [?\uff1f\u061f]\n" r"sign ::= [^\x00-\x1f\x7f?\uff1f\u061f]"


def response_format(count: int, form: AnswerForm = TWO_TEXTS) -> dict[str, Any]:
    """Return the contract's `responseFormat` for cards in the given form.

    The JSON schema describes an array of exactly `count` cards. The grammar has one rule per line,
    starting with `root`, and does not depend on `count`. The limits are those of `WordLimits`.
    """
    sides = {"front": FRONT_CHARACTERS, "back": BACK_CHARACTERS}
    card = {
        "type": "object",
        "properties": {
            side: {"type": "string", "minLength": 1, "maxLength": characters}
            for side, characters in sides.items()
        },
        "required": ["front", "back"],
        "additionalProperties": False,
    }
    return {
        "type": "json_schema",
        "schema": {"type": "array", "items": card, "minItems": count, "maxItems": count},
        "grammar": answer_grammar(form),
        "limits": {
            "front": form.limits.front,
            "back": form.limits.back,
            "afterGap": form.limits.after_gap,
        },
    }


def answer_grammar(form: AnswerForm) -> str:
    """Return the grammar of an array of MAX_CARDS cards in the given form."""
    rules = [
        f'root ::= "[" card ("," card){{{MAX_CARDS - 1}}} "]"',
        r'card ::= "{\"front\":\"" front "\",\"back\":\"" back "\"}"',
        f"front ::= {form.front}",
        f"back ::= {form.back}",
        f"word ::= sign{{1,{WORD_CHARACTERS}}}",
        f"sign ::= {form.sign}",
    ]
    return "\n".join(rules)
