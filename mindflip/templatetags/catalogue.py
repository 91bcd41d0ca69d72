"""The script with the texts of a page's modules, in the language of the page."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from mindflip.language import catalogue_url

register = template.Library()


@register.simple_tag
def catalogue_script() -> SafeString:
    """Return the script, which must precede the page's modules; nothing in English."""
    url = catalogue_url()
    return format_html('<script src="{}"></script>', url) if url else mark_safe("")
