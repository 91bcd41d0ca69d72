"""Template tags for export formats and card kinds."""

from django import template

from flashcards.card_kinds import KIND_ROWS, KindRow
from flashcards.formats.registry import FORMATS, Format

register = template.Library()


@register.simple_tag
def export_formats() -> list[Format]:
    """The formats in the order in which they are offered."""
    return list(FORMATS.values())


@register.simple_tag
def card_kinds() -> tuple[KindRow, ...]:
    """The kinds in the order in which they are offered."""
    return KIND_ROWS
