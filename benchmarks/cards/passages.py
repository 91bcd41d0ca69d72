"""Models that write cards from one sentence of the notes after the other, as in the page's client.

`static/js/client/passages.js` is the client. Its module finds the possible answers.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.cards.inputs import CardInput
from benchmarks.cards.metrics import QUESTION_MARKS
from benchmarks.cards.native import AnswerCache
from benchmarks.cards.node import run_module
from benchmarks.cards.systems import (
    GOAL_PARAMETERS,
    Card,
    MadeCards,
    Model,
    Sampling,
    page_sampling,
    prompt_text,
    request_options,
)
from flashcards.generation import Flashcards
from flashcards.passages import build_passages
from flashcards.prompts import PROMPT_VERSION

ANSWER_TOKENS, QUESTION_TOKENS = 60, 100  # as in static/js/client/passages.js
PLACEHOLDER = re.compile(r"\{(passage|sentence|answer)\}")


class PassageModel:
    """A model that copies an answer from a sentence and then asks for it.

    Inputs without notes are left out, because they have no sentences.
    """

    def __init__(self, model: Model, sampling: Sampling, cache: AnswerCache) -> None:
        self.name = f"{model.name}, prompt {PROMPT_VERSION}, sentences"
        self.is_goal = model.parameter_count() in GOAL_PARAMETERS
        self._model = model
        self._sampling = sampling
        self._cache = cache

    def make_cards(self, card_input: CardInput, count: int) -> MadeCards | None:
        options = request_options(card_input, count)
        passages = build_passages(prompt_text(card_input, count), options, [])
        if not passages:
            return None
        answers = _answers_in(passages)
        cards: list[Card] = []
        seconds = 0.0
        for sentence in passages["sentences"]:
            if len(cards) == count:
                break
            draft, spent = self._write(passages, sentence, answers[sentence["text"]])
            seconds += spent
            text = json.dumps([draft])
            cards += Flashcards().accept_cards(text, cards, count - len(cards), options)
        return MadeCards(cards, seconds, obeys=True)

    def _write(
        self, passages: Mapping[str, Any], sentence: Mapping[str, str], answers: Mapping[str, int]
    ) -> tuple[Card, float]:
        """Return the sides of a card, which may be empty, and the seconds that it took."""
        if not answers:
            return {"front": "", "back": ""}, 0.0
        text = sentence["text"]
        values = {"passage": sentence["passage"], "sentence": text}
        messages = [*passages["messages"], _user_message(passages["answerPrompt"], values)]
        grammar = "root ::= " + " | ".join(json.dumps(each, ensure_ascii=False) for each in answers)
        answer, seconds = self._complete(messages, grammar, ANSWER_TOKENS)
        if "questionPrompt" not in passages:
            start = answers[answer]
            front = f"{text[:start]}{{{{c1::{answer}}}}}{text[start + len(answer) :]}"
            return {"front": front, "back": answer}, seconds
        messages += [
            {"role": "assistant", "content": answer},
            _user_message(passages["questionPrompt"], {"answer": answer}),
        ]
        question, more = self._complete(messages, passages["questionGrammar"], QUESTION_TOKENS)
        front = question if question.endswith(QUESTION_MARKS) else ""
        return {"front": front, "back": answer}, seconds + more

    def _complete(
        self, messages: Sequence[dict[str, str]], grammar: str, max_tokens: int
    ) -> tuple[str, float]:
        page = page_sampling(self._model.name, 1, 1, 1)
        temperature = self._sampling.temperature
        request = {
            "messages": list(messages),
            "grammar": grammar,
            "temperature": page["temperature"] if temperature is None else temperature,
            "repeat_penalty": page["repetitionPenalty"],
            "max_tokens": max_tokens,
            "seed": self._sampling.seed,
        }
        answer = self._cache.get(request)
        if answer is None:
            answer = self._model.complete(request, lambda text: False)
            self._cache.put(request, answer)
        return answer.text.strip(), answer.seconds


def _user_message(template: str, values: Mapping[str, str]) -> dict[str, str]:
    return {"role": "user", "content": PLACEHOLDER.sub(lambda name: values[name[1]], template)}


def _answers_in(passages: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return the possible answers of each sentence, with their positions in characters."""
    texts = [sentence["text"] for sentence in passages["sentences"]]
    # JavaScript counts characters outside the Basic Multilingual Plane twice.
    lists: list[list[tuple[str, int]]] = run_module(
        "client/passages.js",
        """request.map((text) => [...module.answersIn(text)].map(
            ([answer, start]) => [answer, [...text.slice(0, start)].length],
        ))""",
        texts,
    )
    return {text: dict(answers) for text, answers in zip(texts, lists, strict=True)}
