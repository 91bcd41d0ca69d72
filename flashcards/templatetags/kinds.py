"""What kinds of cards can be wished for."""

from django import template

from flashcards.kind_table import KIND_ROWS, KindRow

register = template.Library()


@register.simple_tag
def card_kinds() -> tuple[KindRow, ...]:
    """The kinds in the order in which they are offered."""
    return KIND_ROWS
