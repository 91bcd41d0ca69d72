"""What pages offer to take along."""

from django import template

from flashcards.exports import FORMATS, Format

register = template.Library()


@register.simple_tag
def export_formats() -> list[Format]:
    """The formats in the order in which they are offered."""
    return list(FORMATS.values())
