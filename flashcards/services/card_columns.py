"""From the members of a card, as REST and engines name them, to the columns that keep them."""

from collections.abc import Mapping
from typing import Any

from flashcards.cloze import has_gaps
from flashcards.models import SIDE_CHARACTERS, CardKind
from flashcards.parsing import extras_of
from flashcards.parsing.drafts import clean, trim
from flashcards.services.tags import tags_checked, tags_usable
from sessions_app.exceptions import Invalid

NO_GAP = "A cloze card needs a gap in its front: write {{c1::hidden words}}, with a hint as {{c1::hidden words::hint}}."
KINDS = ", ".join(CardKind.values)
OWN = frozenset({"kind", "tags", "sentence", "found"})


def columns_checked(members: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of those members that are there. Raises Invalid, which names the member; sides are checked elsewhere."""
    checks = {"kind": _kind, "tags": tags_checked, "sentence": _sentence, "found": _found}
    columns = {name: check(members[name]) for name, check in checks.items() if name in members}
    return {"is_found" if name == "found" else name: value for name, value in columns.items()}


def columns_usable(card: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an engine's card, wrong members as if they had not come. Never raises."""
    kind, found = card.get("kind"), card.get("found")
    is_kind = kind in CardKind.values and (kind != CardKind.CLOZE or has_gaps(str(card["front"])))
    return {
        "kind": kind if is_kind else CardKind.BASIC,
        "tags": tags_usable(card.get("tags")),
        "sentence": sentence_usable(card.get("sentence")),
        "is_found": found if isinstance(found, bool) else None,
    }


def sentence_usable(value: Any) -> str:
    """Return the sentence that a card came from as it can be stored; empty when it is too long or not a text."""
    return trim(clean(value)) if isinstance(value, str) and len(value) <= SIDE_CHARACTERS else ""


def other_members(members: Mapping[str, Any]) -> dict[str, Any]:
    """What has no column and stays beside the card as `extras`."""
    return extras_of({name: value for name, value in members.items() if name not in OWN})


def check_gap(kind: str, front: str) -> None:
    """Raises Invalid when a cloze hides nothing."""
    if kind == CardKind.CLOZE and not has_gaps(front):
        raise Invalid(NO_GAP, fields={"front": [NO_GAP]})


def _kind(value: Any) -> str:
    if isinstance(value, str) and value in CardKind.values:
        return value
    raise _refused("kind", f"A card's kind is one of {KINDS}.")


def _sentence(value: Any) -> str:
    sentence = trim(clean(value)) if isinstance(value, str) else None
    if sentence is None or len(sentence) > SIDE_CHARACTERS:
        raise _refused("sentence", f"Send the sentence as a text of at most {SIDE_CHARACTERS} characters.")
    return sentence


def _found(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise _refused("found", "Send found as true, false or null.")


def _refused(member: str, sentence: str) -> Invalid:
    return Invalid(sentence, fields={member: [sentence]})
