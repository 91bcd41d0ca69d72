"""How values are written to Redis: as JSON, so that nobody who can write to Redis can run code here (pickle could)."""

from typing import Any

import msgspec


class JSONSerializer:
    """The serializer of Django's Redis cache: anything JSON can say. Integers stay bare, so that INCR works on them."""

    def dumps(self, value: Any) -> bytes | int:
        return value if type(value) is int else msgspec.json.encode(value)

    def loads(self, data: bytes) -> Any:
        return msgspec.json.decode(data)
