"""A side of a card as safe HTML."""

import html


def card_html(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", "<br>")
