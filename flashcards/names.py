"""Names of columns as clients know them."""


def camel(column: str) -> str:
    """`card_id` as `cardId`."""
    first, *others = column.split("_")
    return first + "".join(other.capitalize() for other in others)
