"""How many tokens a text takes, roughly, and how to cut it: no tokenizer is the right one for every model."""

import re

ASCII_PER_TOKEN = 3.5  # English is near 4; names, figures and code are below
TOKENS_PER_OTHER = 1.5  # small vocabularies split what is not ASCII into bytes
SOURCE_TOKENS = 450  # what the page cuts long notes to, so that MESSAGE_TOKENS hold them whole with all the rest
LAST_ASCII = "\x7f"
BREAK = re.compile(r"[.!?。]\s|\n|\s")


def rough_tokens(text: str) -> int:
    """A cautious estimate: rather too many than too few."""
    others = 0 if text.isascii() else sum(sign > LAST_ASCII for sign in text)
    return round((len(text) - others) / ASCII_PER_TOKEN + others * TOKENS_PER_OTHER) + 1


def cut_to_tokens(text: str, tokens: int) -> str:
    """The text, or its beginning that takes at most `tokens`, ending with a sentence, else a line, else a word."""
    if rough_tokens(text) <= tokens:
        return text
    return _to_a_break(text[: _signs_that_fit(text, tokens - 1)])


def _signs_that_fit(text: str, tokens: float) -> int:
    for at, sign in enumerate(text):
        tokens -= 1 / ASCII_PER_TOKEN if sign <= LAST_ASCII else TOKENS_PER_OTHER
        if tokens < 0:
            return at
    return len(text)


def _to_a_break(text: str) -> str:
    ends = [match.start() + (match[0].strip() != "") for match in BREAK.finditer(text)]
    sentences = [end for end in ends if text[end - 1 : end] in {".", "!", "?", "。"}]
    for candidates in (sentences, ends):
        if candidates and candidates[-1] * 2 > len(text):
            return text[: candidates[-1]].rstrip()
    return text.rstrip()
