"""From text to tokens: finds where JSON begins in prose, and where a string ends whose own quotes
are not escaped.

One pass; every look ahead is bounded, so the time is linear in the text. The same rules are written
in `static/js/client/parse/scanner.js`, for text that is still arriving.
"""

import re

from flashcards.parsing.assembler import Assembler
from flashcards.parsing.cards import WHITE, BareWord

S = f"[{WHITE}]{{0,64}}"
DOUBLE, SINGLE = '"\u201c\u201d\u201e\u201f', "'\u2018\u2019\u201a\u201b"  # straight and curly
QUOTE = f"[{DOUBLE}{SINGLE}]"
KEY = (
    f"(?:[{DOUBLE}][^{DOUBLE}:\n]{{0,60}}[{DOUBLE}]|[{SINGLE}][^{SINGLE}:\n]{{0,60}}[{SINGLE}]){S}:"
)
BARE_KEY = f"[A-Za-z_][A-Za-z0-9_]{{0,40}}{S}:"
PROSE = re.compile(r"<think>|[{\[]")
OPENING = re.compile(rf"\{{{S}(?:{QUOTE}|[{{}}]|{BARE_KEY})|\[{S}[{{\[]")
SPACES = re.compile(f"[{WHITE}]+")
BARE = re.compile(f"[^,:{{}}\\[\\]\n{DOUBLE}]{{1,200}}")
FAMILIES = ('"', "'", DOUBLE, SINGLE)
RUNS = {quotes: re.compile(rf"[^\\}}\n{quotes}]*") for quotes in FAMILIES}
# a closing quote is missing where the next card, or a member on a line of its own, begins
UNCLOSED = {
    quotes: re.compile(rf"(?:\}}{S},{S}\{{|\n){S}[{quotes}][^{quotes}:\n]{{1,60}}[{quotes}]{S}:")
    for quotes in FAMILIES
}
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([bf])(?![A-Za-z])|([^bfu])|)", re.DOTALL)
# a line break that a model escaped twice: before what begins a line, and not in LaTeX's own
# \\nRightarrow
LINE_BREAK = re.compile(r'\\\\n(?= ?[A-Z0-9*"-]|\\\\n)(?!(?:Right|Left|Leftright)arrow|V[Dd]ash)')
ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "\n": "\n", '"': '"', "'": "'", "\\": "\\", "/": "/"}
AFTER_VALUE = rf"[}}\]]|,{S}(?:[}}\]{{]|/[/*])|,?{S}{KEY}|\{{{S}{QUOTE}"
END_OF_STRING = {
    "key": re.compile(""),
    "value": re.compile(f"{S}(?:{AFTER_VALUE})"),
    "bare": re.compile(f"{S}(?:{AFTER_VALUE}|,{S}{BARE_KEY})"),
    "list": re.compile(rf"{S}(?:\]|,{S}(?:{QUOTE}|[\[\]{{0-9-]|true|false|null))"),
}
END_OF_TEXT = re.compile(rf"{S}\Z")


class Scanner:
    """Reads one whole text and tells the assembler each token."""

    def __init__(self, text: str, assembler: Assembler) -> None:
        self.text = text
        self.at = 0
        self.assembler = assembler

    def run(self) -> None:
        while self.at < len(self.text):
            if self.assembler.stack:
                self._token()
            else:
                self._prose()
        self.assembler.finish()

    def _prose(self) -> None:
        match = PROSE.search(self.text, self.at)
        if not match:
            self.at = len(self.text)
        elif match[0] == "<think>":
            self._thinking(match.end())
        else:
            self.at = match.start()
            if OPENING.match(self.text, self.at):
                self._token()
            else:
                self.at += 1

    def _thinking(self, start: int) -> None:
        end = self.text.find("</think>", start)
        self.at = len(self.text) if end < 0 else end + len("</think>")

    def _token(self) -> None:
        spaces = SPACES.match(self.text, self.at)
        if spaces:
            self.at = spaces.end()
            return
        character = self.text[self.at]
        if character in "{}[],:":
            self.at += 1
            self._structure(character)
        elif character in DOUBLE or character in SINGLE:
            self.at += 1
            self._string(character)
        else:
            self._bare()

    def _structure(self, character: str) -> None:
        if character in "{[":
            self.assembler.open(character == "[")
        elif character in "}]":
            self.assembler.close(character == "]")
        elif character == ":":
            self.assembler.colon()
        else:
            self.assembler.comma()

    def _bare(self) -> None:
        match = BARE.match(self.text, self.at)
        assert match  # every other sign was taken before
        self.at = match.end()
        self.assembler.scalar(BareWord(match[0].strip(WHITE)))

    def _string(self, opening: str) -> None:
        quotes = _closing(opening)
        parts: list[str] = []
        is_open = True
        while is_open:
            match = RUNS[quotes].match(self.text, self.at)
            assert match  # it may be empty
            parts.append(match[0])
            self.at = match.end()
            is_open = not self._at_end_of_string(quotes, parts)

    def _at_end_of_string(self, quotes: str, parts: list[str]) -> bool:
        character = self.text[self.at : self.at + 1]
        if not character:
            return True  # never closed: the value is lost, and the card with it
        if character == "\\":
            parts.append(self._escape())
        elif character in quotes and self._closes():
            self.at += 1
            self.assembler.scalar("".join(parts))
            return True
        elif character in "}\n" and self._is_unclosed(quotes):
            self.assembler.scalar("".join(parts).rstrip(WHITE + ","))
            return True
        else:
            parts.append(character)
            self.at += 1
        return False

    def _is_unclosed(self, quotes: str) -> bool:
        return self.assembler.place in ("value", "bare") and bool(
            UNCLOSED[quotes].match(self.text, self.at)
        )

    def _closes(self) -> bool:
        after = self.at + 1
        return bool(
            END_OF_STRING[self.assembler.place].match(self.text, after)
            or END_OF_TEXT.match(self.text, after)
        )

    def _escape(self) -> str:
        """What the backslash at this place means.

        An unknown one stands for itself: it is LaTeX, as in \\alpha and \\frac.
        """
        line_break = LINE_BREAK.match(self.text, self.at)
        if line_break:
            self.at = line_break.end()
            return "\n"
        match = ESCAPE.match(self.text, self.at)
        assert match  # a backslash alone is matched too
        self.at = match.end()
        code, control, character = match.groups()
        if code:
            return chr(int(code, 16))
        if control:
            return "\b" if control == "b" else "\f"
        return ESCAPED.get(character, match[0]) if character else "\\"


def _closing(opening: str) -> str:
    """What may close a string: its own plain quote, or any of its family when it opened with a
    curly one.
    """
    if opening in "\"'":
        return opening
    return DOUBLE if opening in DOUBLE else SINGLE
