"""How far an import is, for whoever started it to see and to stop. Known for a minute, in Redis; without Redis imports go on unseen."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.cache import cache
from redis.exceptions import RedisError

from flashcards.imports.refusals import ImportRefused

KEPT_SECONDS = 60


class ImportWatch:
    """One import of one user, under the id that the client made for it."""

    def __init__(self, user: User, import_id: UUID) -> None:
        self._key = f"import:{user.pk}:{import_id}"

    def listen(self, phase: str, done: int, total: int) -> None:
        """Write down how far it is. Raises ImportRefused (`cancelled`) when it shall stop."""
        with suppress(RedisError):
            if cache.get(f"{self._key}:cancelled"):
                raise ImportRefused("The import was cancelled: nothing was saved.", code="cancelled")
            cache.set(self._key, {"phase": phase, "done": done, "total": total}, KEPT_SECONDS)

    def seen(self) -> dict[str, Any] | None:
        """`{phase, done, total}` in cards, or None when no such import is known."""
        with suppress(RedisError):
            known: dict[str, Any] | None = cache.get(self._key)
            return known
        return None

    def cancel(self) -> None:
        """Stop it soon, or at once should it begin later."""
        with suppress(RedisError):
            cache.set(f"{self._key}:cancelled", True, KEPT_SECONDS)
