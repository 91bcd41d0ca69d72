"""Read cards from prose: lines that start with Q: and A:, numbered or not."""

import re

from flashcards.parsing.cards import Drafts, trim
from flashcards.parsing.folding import WHITE

MARKS = r"[ \t>*#_(-]{0,12}"
FRONT_LABEL = "q|question|front|term|prompt"
BACK_LABEL = "a|answer|back|definition|response"
AFTER_LABEL = r"[ \t]{0,4}(?:[0-9]{1,3}[*_)]{0,3}[ \t]{0,4}[.:)]|[*_)]{0,3}[ \t]{0,4}:)"
LABEL = re.compile(
    rf"{MARKS}(?:[0-9]{{1,3}}[.)])?{MARKS}(?:({FRONT_LABEL})|({BACK_LABEL})){AFTER_LABEL}",
    re.IGNORECASE | re.ASCII,
)
NUMBERED = re.compile(rf"{MARKS}[0-9]{{1,3}}[.)]")
INNER_ANSWER = re.compile(
    rf"[ \t|;][ \t*_|;-]{{0,8}}(?:{BACK_LABEL}){AFTER_LABEL}", re.IGNORECASE | re.ASCII
)
EDGES = WHITE + "*_|"


class ProseCards:
    """Reads cards line by line.

    A card ends at the next question, or at the first blank or numbered line after the start of its
    answer.
    """

    def __init__(self, drafts: Drafts) -> None:
        self.drafts = drafts
        self.sides: dict[str, list[str]] = {}
        self.side = ""
        self.before = ""

    def read(self, text: str) -> None:
        for line in re.split(r"\r\n|\r|\n", text):
            self._line(line)
        self._end_card()

    def _line(self, line: str) -> None:
        label = LABEL.match(line)
        if label and label[1]:
            self._end_card()
            self.sides, self.side = {"front": [line[label.end() :]]}, "front"
        elif label:
            self._begin_back(line[label.end() :])
        elif trim(line):
            self._continue(trim(line))
        elif self.side == "back":
            self._end_card()

    def _begin_back(self, rest: str) -> None:
        if "front" not in self.sides or "back" in self.sides:
            self._end_card()
            if not self.before:
                return
            self.sides = {"front": [self.before]}
        self.sides["back"] = [rest]
        self.side, self.before = "back", ""

    def _continue(self, line: str) -> None:
        numbered = NUMBERED.match(line)
        if numbered and self.side == "back":
            self._end_card()
        if self.side:
            self.sides[self.side].append(line)
        else:
            self.before = line[numbered.end() :] if numbered else line if line.endswith("?") else ""

    def _end_card(self) -> None:
        front, back = ("\n".join(self.sides.get(side, [])) for side in ("front", "back"))
        inner = INNER_ANSWER.search(front) if front and not trim(back) else None
        if inner:
            front, back = front[: inner.start()], front[inner.end() :]
        if front:
            self.drafts.add({"front": front.strip(EDGES), "back": back.strip(EDGES)})
        self.sides, self.side = {}, ""
