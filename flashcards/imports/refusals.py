"""Why a file cannot be imported at all: a sentence that says what to do, and a stable code."""

from sessions_app.exceptions import MindFlipError


class ImportRefused(MindFlipError):
    """Nothing of the file was taken. Codes: `too_large`, `unknown_format`, `damaged_file`, `wrong_choice`, `too_many_cards`,
    `no_cards`, `takes_too_long`, `cancelled`."""

    code = "damaged_file"
    status = 400


def damaged(what: str) -> ImportRefused:
    """`what` is the end of a sentence about the file."""
    return ImportRefused(f"This file {what}: export it again and send the new one.", code="damaged_file")


def too_large(sentence: str) -> ImportRefused:
    refused = ImportRefused(sentence, code="too_large")
    refused.status = 413
    return refused
