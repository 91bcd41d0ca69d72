"""Parse model text into card drafts, tolerantly (contract, section 4).

The package is pure: it uses neither the clock nor, except to translate messages, Django.
`static/js/client/parse.js` follows the same rules, and `tests/contract/parser_cases.json` contains
the test cases for both.
"""

from flashcards.parsing.cards import InvalidCard, draft_card, extras_of
from flashcards.parsing.parser import ParsedCards, accept_cards, parse_cards

__all__ = [
    "InvalidCard",
    "ParsedCards",
    "accept_cards",
    "draft_card",
    "extras_of",
    "parse_cards",
]
