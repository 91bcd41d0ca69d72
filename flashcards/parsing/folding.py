"""White space, and the folding of texts that are compared."""

import re
import unicodedata

WHITE = (
    "\t\n\v\f\r \u0085\u00a0\u1680"
    + "".join(map(chr, range(0x2000, 0x200C)))
    + "\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
TRAILING = WHITE + ".!?,;:…。"
WHITE_RUN = re.compile(f"[{WHITE}]+")


def fold(text: str) -> str:
    """Return the text without differences in capitalization, character width and white space.

    Punctuation at the end is removed, unless the text consists of nothing else.
    """
    if text.isascii():  # ASCII text has nothing to compose
        folded = text.lower()
    else:
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    spaced = WHITE_RUN.sub(" ", folded).strip(WHITE)
    return spaced.rstrip(TRAILING) or spaced
