"""What never leaves a process, in a log or an error report: tickets, tokens, passwords, and what rows hold.

Nothing of ours writes these down; this is for what libraries put into their messages and exceptions.
"""

import re

HIDDEN = "[hidden]"
_NAMES = r"ticket|token|access|refresh|password|passwd|secret|csrfmiddlewaretoken|sessionid|csrftoken|authorization|cookie|dsn"
_RULES = [
    # PostgreSQL quotes whole rows, prompts and cards among them
    (re.compile(r"\b(DETAIL|CONTEXT|HINT): .*?(?=\n\n(?:The above exception|During handling)|\Z)", re.DOTALL), rf"\1: {HIDDEN}"),
    (re.compile(rf"(?i)(?<![A-Za-z0-9])({_NAMES})=[^&\s\"'<>]+"), rf"\1={HIDDEN}"),
    (re.compile(rf"""(?i)(["'](?:{_NAMES})["']\s*:\s*)(["']).*?\2"""), rf"\1\2{HIDDEN}\2"),
    (re.compile(r"(?i)\b(bearer|basic) [A-Za-z0-9._~+/=-]{8,}"), rf"\1 {HIDDEN}"),
    # a token of three parts; what follows the first part is looked at once, wherever in it the token begins
    (re.compile(r"(?<![\w-])(?=[\w-]++\.[\w-]++\.)([\w-]*?)\beyJ[\w-]++\.[\w-]++\.[\w-]*+"), rf"\1{HIDDEN}"),
    (re.compile(r"(://[^\s:/@]*:)[^\s@/]+@"), rf"\1{HIDDEN}@"),
]


def hide(text: str) -> str:
    """The text without secrets."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
