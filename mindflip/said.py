"""What a program or an error said, cut down to the line that tells a person why."""

NOTHING = "no reason given"


def first_line(said: object, otherwise: str = NOTHING) -> str:
    """The first line, or `otherwise` when nothing was said."""
    return _lines(said, otherwise)[0]


def last_line(said: object, otherwise: str = NOTHING) -> str:
    """The last line, or `otherwise` when nothing was said."""
    return _lines(said, otherwise)[-1].strip()


def _lines(said: object, otherwise: str) -> list[str]:
    return str(said).strip().splitlines() or [otherwise]
