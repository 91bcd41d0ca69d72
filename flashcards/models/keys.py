"""What a side of a card says, as a key: two sides with one key say the same (contract, section 4)."""

from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.db import models

from flashcards.parsing.drafts import card_key


def side_key(text: str) -> UUID:
    """The 16 bytes that every side saying the same has: capitals, width, white space and a last full stop make no difference."""
    said, _ = card_key(text, "")
    return UUID(bytes=blake2b(said.encode(), digest_size=16).digest())


class SideKeyField(models.UUIDField):
    """The key of the side named `side`, written whenever the card is: one rule, in Python, that SQL can compare by."""

    def __init__(self, *args: Any, side: str = "", **kwargs: Any) -> None:
        self.side = side
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"side": self.side}

    def pre_save(self, model_instance: models.Model, add: bool) -> UUID:
        key = side_key(getattr(model_instance, self.side))
        setattr(model_instance, self.attname, key)
        return key
