"""Template tags for export formats, card kinds and the fates of generated cards."""

from functools import cache

from django import template
from django.utils import timezone
from django.utils.html import json_script
from django.utils.safestring import SafeString

from flashcards.card_kinds import KIND_ROWS, KindRow
from flashcards.formats.registry import FORMATS, Format
from flashcards.grammar import answer_grammar
from flashcards.prompts import opening_messages
from flashcards.services.fates import FateCounts, fates_of_site

register = template.Library()


@register.simple_tag
def export_formats() -> list[Format]:
    """Return the export formats in the order in which they are offered."""
    return list(FORMATS.values())


@register.simple_tag
def card_kinds() -> tuple[KindRow, ...]:
    """Return the kinds of cards in the order in which they are offered."""
    return KIND_ROWS


@register.simple_tag
def site_fates() -> list[FateCounts]:
    """Return the fates of all users' generated cards in the last 30 days."""
    return fates_of_site(now=timezone.now())


@register.simple_tag
def card_kinds_script() -> SafeString:
    """Return the kinds as JSON for static/js/pages/lib/card-kinds.js."""
    return json_script(
        [{"name": row.name, "option": row.option, "hasGaps": row.has_gaps} for row in KIND_ROWS],
        "card-kinds",
    )


@register.simple_tag
@cache
def warm_up_requests_script() -> SafeString:
    """Return a short request for each kind, as JSON for static/js/pages/make.js."""
    requests = {
        row.option: {
            "messages": [*opening_messages(row.option), {"role": "user", "content": "."}],
            "grammar": answer_grammar(row.answer_form),
        }
        for row in KIND_ROWS
    }
    return json_script(requests, "warm-up-requests")
