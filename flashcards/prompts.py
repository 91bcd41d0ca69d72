"""From a request for flashcards to what an engine is asked: chat messages and the form of the answer. Pure.

Small models are meant (135 million to 8 billion parameters, a context of 2,048 tokens): few words, plain ones, the task last.
A change of any wording changes PROMPT_VERSION, so that results made with other words are not taken for these.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flashcards.answer_form import response_format
from flashcards.token_budget import cut_to_tokens, rough_tokens

PROMPT_VERSION = "1"
MESSAGE_TOKENS = 1_000  # the rest of 2,048 is for the answer
PROMPT_TOKENS, REPEAT_TOKENS, OPTION_TOKENS = 400, 200, 60
CUT_NOTE = "(The notes go on; this is their beginning.)"
KINDS = {
    "question-answer": "The front is a short question. The back is its answer.",
    "cloze": "The front is a true sentence in which one key word is replaced by ____. The back is the missing word.",
    "definition": "The front is a term. The back is its definition.",
}
DEFAULT_KIND = "question-answer"
SHAPE = 'Answer with a JSON array only, in the form [{"front":"…","back":"…"}], and with nothing before or after it.'


def build_messages(prompt: str, options: Mapping[str, Any], fronts_so_far: Sequence[str] = ()) -> list[dict[str, str]]:
    """A system and a user message for `options["count"]` cards; together at most about 1,000 tokens.

    `options`: count and topic; language, difficulty, kind and source when given. The prompt stands in the user's
    message; the source takes what room is left and says so when it was cut.
    """
    system = _system(options)
    task = _task(prompt, options, fronts_so_far)
    notes = _notes(str(options.get("source") or ""), MESSAGE_TOKENS - rough_tokens(system) - rough_tokens(task))
    return [{"role": "system", "content": system}, {"role": "user", "content": notes + task}]


def build_prompt(prompt: str, count: int, fronts_so_far: Sequence[str] = ()) -> str:
    """What the guide's clients send to their model: at first the user's own words, then a request for the rest."""
    if not fronts_so_far:
        return prompt
    return f"{prompt}\n\nWrite {_cards(count, 'more ')}. {_no_repeats(fronts_so_far)}"


def build_response_format(count: int) -> dict[str, Any]:
    """The form of an answer with exactly `count` cards, as JSON schema and as grammar."""
    return response_format(count)


def _system(options: Mapping[str, Any]) -> str:
    kind = KINDS.get(str(options.get("kind") or DEFAULT_KIND))
    shape = kind or f"{KINDS[DEFAULT_KIND]} Kind of card: {_short(options['kind'])}."
    return f"You write flashcards for a student. {shape} Be correct and brief. Every card asks something else. {SHAPE}"


def _task(prompt: str, options: Mapping[str, Any], fronts_so_far: Sequence[str]) -> str:
    wishes = [
        f"{name}: {_short(options[key])}." for key, name in (("difficulty", "Difficulty"), ("language", "Language")) if options.get(key)
    ]
    words = cut_to_tokens(prompt, PROMPT_TOKENS)
    topic = _short(options["topic"])
    lines = [
        words,
        "" if topic in words else f"Topic: {topic}.",
        *wishes,
        _no_repeats(fronts_so_far) if fronts_so_far else "",
        f"Write {_cards(int(options['count']), 'more ' if fronts_so_far else '')} now.",
    ]
    return "\n".join(filter(None, lines))


def _notes(source: str, tokens: int) -> str:
    if not source.strip():
        return ""
    kept = cut_to_tokens(source.strip(), max(0, tokens - 60))
    note = f"\n{CUT_NOTE}" if len(kept) < len(source.strip()) else ""
    return f"Use only these notes:\n<notes>\n{kept}\n</notes>{note}\n\n"


def _no_repeats(fronts_so_far: Sequence[str]) -> str:
    kept: list[str] = []
    left = REPEAT_TOKENS
    for front in reversed(fronts_so_far):  # the last ones are what a model is about to say again
        line = f"- {cut_to_tokens(' '.join(front.split()), 30)}"
        left -= rough_tokens(line)
        if left < 0:
            break
        kept.insert(0, line)
    return "Do not repeat these:\n" + "\n".join(kept)


def _short(value: Any) -> str:
    return cut_to_tokens(" ".join(str(value).split()), OPTION_TOKENS)


def _cards(count: int, more: str = "") -> str:
    return f"{count} {more}flashcard{'' if count == 1 else 's'}"
