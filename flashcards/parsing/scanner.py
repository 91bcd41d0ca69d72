"""Split the text of an engine into JSON tokens.

The scanner finds where JSON starts in prose, and where a string ends if the quotes inside it are
not escaped. It reads the text once with bounded lookahead, so the time is linear in the length of
the text. `static/js/client/parse/scanner.js` implements the same rules for text that is still
arriving.
"""

import re

from flashcards.parsing.assembler import Assembler
from flashcards.parsing.cards import BareWord
from flashcards.parsing.folding import WHITE

S = f"[{WHITE}]{{0,64}}"
DOUBLE, SINGLE = '"\u201c\u201d\u201e\u201f', "'\u2018\u2019\u201a\u201b"  # straight and curly
STRUCTURE = "{}[],:"
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
# A closing quote is missing where the next card, or a field on a new line, starts.
UNCLOSED = {
    quotes: re.compile(rf"(?:\}}{S},{S}\{{|\n){S}[{quotes}][^{quotes}:\n]{{1,60}}[{quotes}]{S}:")
    for quotes in FAMILIES
}
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([bf])(?![A-Za-z])|([^bfu])|)", re.DOTALL)
# A line break that a model escaped twice. It is followed by something that starts a line, and does
# not belong to a LaTeX command such as \\nRightarrow.
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
    """Reads a whole text and passes each token to the assembler."""

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
            end = self.text.find("</think>", match.end())
            self.at = len(self.text) if end < 0 else end + len("</think>")
        else:
            self.at = match.start()
            if OPENING.match(self.text, self.at):
                self._token()
            else:
                self.at += 1

    def _token(self) -> None:
        spaces = SPACES.match(self.text, self.at)
        if spaces:
            self.at = spaces.end()
            return
        character = self.text[self.at]
        if character not in STRUCTURE and character not in DOUBLE + SINGLE:
            bare = BARE.match(self.text, self.at)
            assert bare  # all other characters have been handled
            self.at = bare.end()
            self.assembler.scalar(BareWord(bare[0].strip(WHITE)))
            return
        self.at += 1
        if character in "{[":
            self.assembler.open(character == "[")
        elif character in "}]":
            self.assembler.close(character == "]")
        elif character == ":":
            self.assembler.colon()
        elif character == ",":
            self.assembler.comma()
        else:
            self._string(character)

    def _string(self, opening: str) -> None:
        # A straight quote is closed by the same character, and a curly quote by any quote of its
        # family.
        quotes = opening if opening in "\"'" else DOUBLE if opening in DOUBLE else SINGLE
        parts: list[str] = []
        while True:
            run = RUNS[quotes].match(self.text, self.at)
            assert run  # the run may be empty
            parts.append(run[0])
            self.at = run.end()
            character = self.text[self.at : self.at + 1]
            if not character:
                return  # the string is never closed, so its value is lost
            if character == "\\":
                parts.append(self._escape())
            elif character in quotes and self._closes():
                self.at += 1
                self.assembler.scalar("".join(parts))
                return
            elif character in "}\n" and self._is_unclosed(quotes):
                self.assembler.scalar("".join(parts).rstrip(WHITE + ","))
                return
            else:
                parts.append(character)
                self.at += 1

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
        r"""Read the escape sequence at the current position, and return its meaning.

        An unknown sequence stays unchanged, because it is LaTeX, such as \alpha and \frac.
        """
        line_break = LINE_BREAK.match(self.text, self.at)
        if line_break:
            self.at = line_break.end()
            return "\n"
        match = ESCAPE.match(self.text, self.at)
        assert match  # a single backslash also matches
        self.at = match.end()
        code, control, character = match.groups()
        if code:
            return chr(int(code, 16))
        if control:
            return "\b" if control == "b" else "\f"
        return ESCAPED.get(character, match[0]) if character else "\\"
