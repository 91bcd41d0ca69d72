"""The chat messages and the prompt that request flashcards from an engine.

The texts are written for small models (135 million to 8 billion parameters, a context of 2,048
tokens). They use few and plain words, and the task comes last. Change PROMPT_VERSION whenever you
change any wording, the grammar or the checks of cards, so that cached results are not reused.

This module is pure.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flashcards.card_kinds import DEFAULT_KIND, KIND_OF_OPTION

PROMPT_VERSION = "3"
MESSAGE_TOKENS = 1_000  # the rest of 2,048 is for the answer
PROMPT_TOKENS, REPEAT_TOKENS, OPTION_TOKENS = 400, 200, 60
CUT_NOTE = "(The notes go on; this is their beginning.)"
SYSTEM = (
    "You write flashcards for a student. %(kind)s Be correct and brief. Every card asks something"
    " else. Answer with a JSON array only."
)
# One example exchange helps a small model more than any rule.
EXAMPLE_SUBJECT = "Moon"
EXAMPLE_TASK = f"Generate 2 flashcards about the {EXAMPLE_SUBJECT}"
ASCII_PER_TOKEN = 3.5  # about 4 in English, less in names, numbers and code
TOKENS_PER_OTHER = 1.5  # small vocabularies split other characters into bytes
# The page splits long notes into parts of this size. Such a part fits into MESSAGE_TOKENS, uncut,
# together with the rest of the messages.
SOURCE_TOKENS = 450
LAST_ASCII = "\x7f"
BREAK = re.compile(r"[.!?。]\s|\n|\s")


def build_messages(
    prompt: str, options: Mapping[str, Any], fronts_so_far: Sequence[str] = ()
) -> list[dict[str, str]]:
    """Return the messages that request `options["count"]` cards, about 1,000 tokens at most.

    The messages are the rules, one example exchange, and the task. `options` contains `count` and
    `topic`, and optionally `language`, `difficulty`, `kind` and `source`. The prompt is part of the
    last message. The source takes the remaining tokens, and a note follows it if it was cut.
    """
    opening = opening_messages(options.get("kind") or DEFAULT_KIND.option)
    task = _task(prompt, options, fronts_so_far)
    if source := str(options.get("source") or "").strip():
        texts = [*(message["content"] for message in opening), task]
        left = MESSAGE_TOKENS - sum(map(estimate_tokens, texts))
        notes = cut_to_tokens(source, max(0, left - 60))
        cut_note = f"\n{CUT_NOTE}" if len(notes) < len(source) else ""
        task = f"Use only these notes:\n<notes>\n{notes}\n</notes>{cut_note}\n\n{task}"
    return [*opening, {"role": "user", "content": task}]


def opening_messages(kind: str) -> list[dict[str, str]]:
    """Return the messages that all requests for cards of this kind start with.

    They are the rules and one example exchange. A kind that is not in the table of kinds is passed
    to the model as text.
    """
    row = KIND_OF_OPTION.get(kind, DEFAULT_KIND)
    rule = row.rule if kind in KIND_OF_OPTION else f"{row.rule} Kind of card: {short(kind)}."
    return [
        {"role": "system", "content": SYSTEM % {"kind": rule}},
        {"role": "user", "content": EXAMPLE_TASK},
        {"role": "assistant", "content": row.example},
    ]


def build_prompt(prompt: str, count: int, fronts_so_far: Sequence[str] = ()) -> str:
    """Return the prompt for clients that are written against the integration guide.

    The first prompt is the user's text, unchanged. Later prompts also request the remaining cards.
    """
    if not fronts_so_far:
        return prompt
    return f"{prompt}\n\nWrite {_cards(count, 'more ')}. {_no_repeats(fronts_so_far)}"


def _task(prompt: str, options: Mapping[str, Any], fronts_so_far: Sequence[str]) -> str:
    text = cut_to_tokens(prompt, PROMPT_TOKENS)
    topic = short(options["topic"])
    lines = [
        text,
        "" if topic in text else f"Topic: {topic}.",
        *option_lines(options),
        _no_repeats(fronts_so_far) if fronts_so_far else "",
        f"Write {_cards(int(options['count']), 'more ' if fronts_so_far else '')} now.",
    ]
    return "\n".join(filter(None, lines))


def option_lines(options: Mapping[str, Any]) -> list[str]:
    """Return the lines with the difficulty and the language, if they are requested."""
    return [
        f"{name}: {short(options[key])}."
        for key, name in (("difficulty", "Difficulty"), ("language", "Language"))
        if options.get(key)
    ]


def _no_repeats(fronts_so_far: Sequence[str]) -> str:
    lines: list[str] = []
    left = REPEAT_TOKENS
    for front in reversed(fronts_so_far):  # a model is most likely to repeat the last ones
        line = f"- {cut_to_tokens(' '.join(front.split()), 30)}"
        left -= estimate_tokens(line)
        if left < 0:
            break
        lines.insert(0, line)
    return "Do not repeat these:\n" + "\n".join(lines)


def short(value: Any) -> str:
    """Return the value of an option in one line of at most OPTION_TOKENS."""
    return cut_to_tokens(" ".join(str(value).split()), OPTION_TOKENS)


def _cards(count: int, more: str = "") -> str:
    return f"{count} {more}flashcard{'' if count == 1 else 's'}"


def estimate_tokens(text: str) -> int:
    """Return a cautious estimate of the number of tokens, more likely too high than too low."""
    others = 0 if text.isascii() else sum(character > LAST_ASCII for character in text)
    return round((len(text) - others) / ASCII_PER_TOKEN + others * TOKENS_PER_OTHER) + 1


def cut_to_tokens(text: str, tokens: int) -> str:
    """Return the text, shortened to at most `tokens` tokens.

    The text is cut after its last complete sentence, or else at its last white space. Either cut is
    made only if more than half of the text that fits remains. Otherwise the text is cut at the
    limit.
    """
    if estimate_tokens(text) <= tokens:
        return text
    left: float = tokens - 1
    for end, character in enumerate(text):
        left -= 1 / ASCII_PER_TOKEN if character <= LAST_ASCII else TOKENS_PER_OTHER
        if left < 0:
            text = text[:end]
            break
    ends = [match.start() + (match[0].strip() != "") for match in BREAK.finditer(text)]
    sentence_ends = [end for end in ends if text[end - 1 : end] in {".", "!", "?", "。"}]
    for candidates in (sentence_ends, ends):
        if candidates and candidates[-1] * 2 > len(text):
            return text[: candidates[-1]].rstrip()
    return text.rstrip()
