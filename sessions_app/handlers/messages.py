"""Conversion of rows to messages: how generations and sessions are represented on the wire."""

from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext, pgettext

from sessions_app import protocol
from sessions_app.exceptions import MindFlipError, RateLimited
from sessions_app.models import Generation, GenerationStatus
from sessions_app.protocol import ServerMessage
from sessions_app.services.changes import Changes, Snapshot
from sessions_app.services.generation_kinds import get_kind
from sessions_app.services.generations import places
from sessions_app.services.representations import session_shape

RETRYABLE = {"engine_lost", "no_engine", "timeout", "no_valid_cards"}
STARTED = 5


def error_message(error: MindFlipError, message: Any = None) -> protocol.Error:
    """Return the `error` for an exception, with the IDs of the message that caused it."""
    return protocol.Error(
        error=error.message,
        code=error.code,
        retryable=error.retryable,
        retry_after=error.retry_after if isinstance(error, RateLimited) else msgspec.UNSET,
        **protocol.ids_of(message),
    )


def engine_generate(generation: Generation) -> protocol.EngineGenerate:
    """Return the request to an engine for the cards that are still missing.

    The first request is for all cards.
    """
    assert generation.lease
    kind = get_kind(generation.kind)
    request = kind.engine_request(generation.prompt, generation.options, generation.cards)
    return protocol.EngineGenerate(
        prompt=request.prompt,
        options=request.options,
        generation_id=generation.pk,
        attempt=generation.attempt_count,
        lease=generation.lease,
        cache_key=protocol.cache_key(request.options["topic"], request.options["count"]),
        messages=request.messages,
        response_format=request.response_format,
        cards_so_far=generation.cards,
        passages=request.passages or msgspec.UNSET,
    )


def result_messages(generation: Generation) -> list[ServerMessage]:
    """Return the messages for the outcome of a generation.

    They are `progress` 100 and `result` if the generation succeeded, and an `error` otherwise.
    """
    request_id = generation.request_id
    if generation.status == GenerationStatus.SUCCEEDED:
        data = protocol.ResultData(cards=generation.cards, partial=generation.is_partial)
        return [
            done_message(request_id, generation.pk),
            protocol.Result(data, request_id, generation.pk, seq=generation.seq),
        ]
    return [
        protocol.Error(
            gettext(generation.error),
            generation.error_code,
            generation.error_code in RETRYABLE,
            generation_id=generation.pk,
            request_id=request_id or msgspec.UNSET,
            seq=msgspec.UNSET if generation.seq is None else generation.seq,
        )
    ]


def done_message(request_id: str | None, generation_id: UUID) -> protocol.Progress:
    """Return `progress` 100, which precedes a result."""
    text = pgettext("progress of a generation", "Done")
    return protocol.Progress(100, text, request_id, generation_id)


def change_messages(changes: Changes) -> list[ServerMessage]:
    """Return the messages to a `mindflip.v1` client for a page of changes.

    Cards and outcomes are in order. A snapshot follows them if one is due.
    """
    messages = [
        message
        for number, generation, index in changes.numbered
        for message in _numbered(number, generation, index)
    ]
    return [*messages, snapshot(changes.snapshot, changes.seq)] if changes.snapshot else messages


def _numbered(number: int, generation: Generation, index: int | None) -> list[ServerMessage]:
    if index is None:
        return result_messages(generation)
    card = protocol.Card(
        generation.pk, index, generation.cards[index], number, generation.request_id
    )
    return [_card_progress(generation, card), card]


def snapshot(state: Snapshot, seq: int) -> protocol.SessionSnapshot:
    """Return the session and its open generations as of the number `seq`."""
    place = places(user_id=state.session.user_id)
    generations = [
        _open_generation(generation, place.get(generation.pk, 0))
        for generation in state.open_generations
    ]
    session = msgspec.to_builtins(session_shape(state.session))
    return protocol.SessionSnapshot(session, generations, seq)


def _card_progress(generation: Generation, card: protocol.Card) -> protocol.Progress:
    count = int(generation.options["count"])
    part = STARTED + (100 - STARTED) * (card.index + 1) // (count + 1)
    text = gettext("Card %(number)d of %(count)d") % {"number": card.index + 1, "count": count}
    return protocol.Progress(part, text, generation.request_id, generation.pk)


def _open_generation(generation: Generation, place: int) -> protocol.OpenGeneration:
    return protocol.OpenGeneration(
        generation_id=generation.pk,
        status=generation.status,
        attempt=generation.attempt_count,
        place=place,
        topic=generation.options["topic"],
        count=int(generation.options["count"]),
        cards=generation.cards,
        request_id=generation.request_id,
        engine=generation.engine_name or None,
    )
