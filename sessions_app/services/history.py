"""What happened in a session, by number: the rows carry the session's sequence number at which they changed, and there is no log
beside them. The number is given out under the session's row lock, which is held until commit: who has seen n has seen all below n.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from sessions_app.models import Generation, WebLLMSession


@dataclass(frozen=True)
class Changes:
    """The generations that changed after a number, oldest change first; `session` as it is at `seq`. `is_whole` is False when
    there were too many to tell one by one, or the number is none of ours: then the open generations alone are there."""

    seq: int
    session: WebLLMSession
    generations: list[Generation]
    open_generations: list[Generation]
    is_whole: bool = True


def session_advance(session_id: UUID, by: int = 1) -> int:
    """The last of `by` new numbers; the session's row stays locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sessions_app_webllmsession SET seq = seq + %s WHERE id = %s RETURNING seq", [by, session_id])
        return int(cursor.fetchone()[0])


def session_advance_moved(session_id: UUID) -> dict[str, int]:
    """The columns of a generation that has just been queued or leased, with a new number."""
    number = session_advance(session_id)
    return {"seq": number, "moved_seq": number}


def is_tracked(generation: Generation) -> bool:
    """Whether its changes are numbered. What the guide's dialect asks for is not: its clients cannot resume."""
    return generation.seq is not None


@transaction.atomic
def changes_since(*, session_id: UUID, after: int | None, now: datetime) -> Changes:
    """Everything numbered above `after`; None for a first look, which is the open generations."""
    WebLLMSession.objects.select_for_update(of=("self",)).filter(pk=session_id).values_list("pk").first()
    session = WebLLMSession.objects.as_of(now).select_related("user").get(pk=session_id)
    waiting = list(Generation.objects.open().filter(session=session_id).order_by("created_at"))
    if after is None or after > session.seq:
        return Changes(session.seq, session, [], waiting, is_whole=False)
    changed = list(Generation.objects.filter(session=session_id, seq__gt=after).order_by("seq")[: settings.RESUME_GENERATIONS + 1])
    if len(changed) > settings.RESUME_GENERATIONS:
        return Changes(session.seq, session, [], waiting, is_whole=False)
    return Changes(session.seq, session, changed, waiting)


def has_advanced(*, session_id: UUID, after: int) -> bool:
    """Whether there is anything numbered above `after`: one small query, no lock."""
    return WebLLMSession.objects.filter(pk=session_id, seq__gt=after).exists()
