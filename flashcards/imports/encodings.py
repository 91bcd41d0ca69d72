"""Bytes of a text file as text: its byte order mark first, then UTF-8, then a guess among what spreadsheets of the world write."""

import codecs

from charset_normalizer import from_bytes

from flashcards.imports.refusals import ImportRefused

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
GUESSED = ["cp1252", "cp1251", "cp1253", "shift_jis", "gb18030", "big5", "euc_kr"]  # those too like another are only chosen by hand
CHOICES = {  # to choose from on the page, as Python names them, and as people do
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Western European (Windows)",
    "cp1250": "Central European (Windows)",
    "cp1251": "Cyrillic (Windows)",
    "cp1253": "Greek (Windows)",
    "cp1254": "Turkish (Windows)",
    "shift_jis": "Japanese (Shift JIS)",
    "gb18030": "Chinese (GB 18030)",
    "big5": "Chinese (Big5)",
    "euc_kr": "Korean (EUC-KR)",
}
SAMPLE_BYTES = 50_000


def decoded(data: bytes, encoding: str = "") -> tuple[str, str]:
    """The text, and the name in CHOICES of what it was written in. Raises ImportRefused when the given `encoding` does not fit."""
    if encoding and encoding not in CHOICES:
        raise ImportRefused(f"Choose an encoding: {', '.join(CHOICES)}.", code="wrong_choice")
    chosen = encoding or guess(data)
    try:
        return _decode(data, chosen).removeprefix("\ufeff"), chosen
    except (UnicodeError, LookupError):
        raise ImportRefused("The file was not written with these letters: choose another encoding.", code="wrong_choice") from None


def guess(data: bytes) -> str:
    """A name in CHOICES."""
    marked = next((name for mark, name in MARKS if data.startswith(mark)), None)
    if marked:
        return marked.removesuffix("-sig")
    try:
        data.decode()
        return "utf-8"
    except UnicodeDecodeError:
        best = from_bytes(data[:SAMPLE_BYTES], cp_isolation=GUESSED).best()
        return best.encoding if best and best.encoding in CHOICES else "cp1252"


def _decode(data: bytes, encoding: str) -> str:
    """A sign that Windows' code page lacks is shown as one, and stops nothing; of Unicode every byte must fit."""
    return data.decode(encoding, "replace" if encoding == "cp1252" else "strict")
