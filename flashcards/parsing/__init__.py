"""Model text to card drafts, tolerantly (contract, section 4). Pure: no Django, no clock.

`static/js/client/parse.js` follows the same rules; `tests/contract/parser_cases.json` is the table
of both.
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
