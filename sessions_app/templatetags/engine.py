"""Modules that pages import by name, to run a language model and to display math and Markdown."""

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from msgspec import json

register = template.Library()

IMPORTS = {
    "@mlc-ai/web-llm": "js/engine/web-llm.js",
    "mindflip/engine": "js/engine/index.js",
    "mindflip/engine/worker.js": "js/engine/worker.js",
    "mindflip/wllama.wasm": "vendor/wllama/wasm/wllama.wasm",
    "mindflip/wllama-compat.wasm": "vendor/wllama-compat/wllama.wasm",
    "mindflip/wllama-compat.js": "vendor/wllama-compat/wllama.js",
    "mindflip/text": "js/pages/text.js",
    "dompurify": "vendor/dompurify/purify.es.mjs",
    "katex": "vendor/katex/katex.mjs",
    "katex/styles.css": "vendor/katex/katex.min.css",
    "markdown-it": "vendor/markdown-it/markdown-it.esm.min.mjs",
    "mindflip/pdf": "vendor/pdfjs/pdf.min.mjs",
    "mindflip/pdf-worker": "vendor/pdfjs/pdf.worker.min.mjs",
}


@register.simple_tag(takes_context=True)
def import_map(context: dict[str, Any]) -> SafeString:
    """Return the page's import map, which must precede its first module script.

    It maps `@mlc-ai/web-llm` as in the integration guide, `mindflip/engine`, and files that
    modules look up by name because the names of collected files contain hashes.
    """
    addresses = json.encode(
        {"imports": {name: static(path) for name, path in IMPORTS.items()}}
    ).decode()
    # Browsers only accept an import map in a script element of the page, which needs a nonce under
    # the strict content security policy.
    return format_html(
        '<script type="importmap" nonce="{}">{}</script>',
        context["request"].csp_nonce,
        mark_safe(addresses.replace("<", "\\u003c")),  # noqa: S308 - own paths, without "<"
    )
