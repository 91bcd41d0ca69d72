"""Assemble the tokens of broken JSON into objects, and find the cards among them.

Cards are found at any depth, even if brackets are missing.
"""

from typing import Any

from django.utils.translation import gettext, gettext_noop

from flashcards.parsing.cards import ROLES, BareWord, Drafts, name_of, text_of

DEPTH_KEPT = 12
CUT_OFF = gettext_noop("was cut off before it ended")


class OpenContainer:
    """An object or a list that is still open.

    It stores the values so far, and how to interpret the next token.
    """

    def __init__(self, is_list: bool, parent: "OpenContainer | None") -> None:
        self.is_list = is_list
        self.parent = parent
        self.fields: dict[str, Any] = {}
        self.items: list[Any] = []
        self.key: str | None = None
        self.last: str | None = None  # a scalar that a colon may turn into a key
        self.has_value = self.is_bare = False
        self.has_inner = self.has_container = self.names_side = False
        self.filled: dict[str, str] = {}  # name of a side that has text -> its role
        self.inside_card: bool = parent is not None and (parent.inside_card or parent.is_full)
        self.holds_cards = is_list and (
            parent is None
            or (parent.parent is None and not parent.is_list and not parent.names_side)
        )

    @property
    def is_full(self) -> bool:
        return len(set(self.filled.values())) == 2

    @property
    def value(self) -> Any:
        return self.items if self.is_list else self.fields

    def name(self, key: str, is_bare: bool) -> None:
        """Use `key` as the name of the next value, because a colon followed it."""
        self.key, self.is_bare, self.has_value, self.last = key, is_bare, False, None
        self.names_side = self.names_side or name_of(key) in ROLES

    def put(self, value: Any) -> None:
        """Store a value as an item, as the value of a field, or as a possible key."""
        if self.is_list:
            self.items.append(value)
        elif self.key is not None and not self.has_value:
            self._set(self.key, value)
        else:
            self.end_field()
            self.last = value if isinstance(value, str) else None

    def _set(self, key: str, value: Any) -> None:
        self.fields[key] = value
        self.has_value = True
        role = ROLES.get(name_of(key))
        if role and text_of(value):
            self.filled[name_of(key)] = role

    def end_field(self) -> None:
        """Finish the current field, for example at a comma."""
        self.key = self.last = None
        self.has_value = False


class Assembler:
    """Collects tokens in open objects and lists, and adds each card to `drafts` when it closes."""

    def __init__(self, drafts: Drafts) -> None:
        self.drafts = drafts
        self.stack: list[OpenContainer] = []
        self._open = {True: 0, False: 0}

    @property
    def top(self) -> OpenContainer | None:
        return self.stack[-1] if self.stack else None

    @property
    def place(self) -> str:
        """The role of a string at this point: "list", "key", "value" or "bare".

        The role "bare" is a value whose key has no quotes.
        """
        top = self.stack[-1]
        if top.is_list:
            return "list"
        if top.key is None or top.has_value:
            return "key"
        return "bare" if top.is_bare else "value"

    def open(self, is_list: bool) -> None:
        top = self.top
        if top and not is_list and top.fields and self.place == "key":
            self._close_top()  # an object cannot be a key: the previous one lacks its brace
        self.stack.append(OpenContainer(is_list, self.top))
        self._open[is_list] += 1

    def close(self, is_list: bool) -> None:
        if not self._open[is_list]:
            return
        while self.stack[-1].is_list is not is_list:
            self._close_top()
        self._close_top()

    def colon(self) -> None:
        top = self.stack[-1]
        if top.is_list or top.last is None:
            return
        key = top.last
        if top.is_full and name_of(key) in top.filled:
            self.close(False)  # a repeated side starts the next card, whose brackets are missing
            self.open(False)
        self.stack[-1].name(key, isinstance(key, BareWord))

    def comma(self) -> None:
        self.stack[-1].end_field()

    def scalar(self, value: str) -> None:
        top = self.stack[-1]
        top.put(value)
        if top.holds_cards and not isinstance(value, BareWord):
            self.drafts.refuse(gettext("is only a text, without a front and a back"))

    def finish(self) -> None:
        """Close all containers that were cut off by the end of the text."""
        while self.stack:
            self._close_top(is_cut=True)

    def _close_top(self, is_cut: bool = False) -> None:
        frame = self.stack.pop()
        self._open[frame.is_list] -= 1
        if not frame.inside_card:
            self._judge_list(frame, is_cut) if frame.is_list else self._judge_object(frame, is_cut)
        if self.stack and not is_cut:
            self._hand_up(frame, self.stack[-1])

    def _hand_up(self, frame: OpenContainer, parent: OpenContainer) -> None:
        parent.has_container = True
        parent.has_inner = parent.has_inner or frame.has_inner
        if len(self.stack) < DEPTH_KEPT:
            parent.put(frame.value)

    def _judge_object(self, frame: OpenContainer, is_cut: bool) -> None:
        is_card = frame.is_full or (frame.names_side and not frame.has_inner)
        if not is_card and not self._should_be_card(frame, is_cut):
            return
        frame.has_inner = True
        if is_cut and not frame.is_full:
            self.drafts.refuse(gettext(CUT_OFF))
        else:
            self.drafts.add(frame.fields)

    def _should_be_card(self, frame: OpenContainer, is_cut: bool) -> bool:
        if frame.has_inner or frame.has_container:
            return False
        if frame.parent is None:
            return bool(frame.fields)
        return frame.parent.holds_cards and (is_cut or bool(frame.fields))

    def _judge_list(self, frame: OpenContainer, is_cut: bool) -> None:
        is_pair = frame.parent is not None and frame.parent.is_list and frame.parent.holds_cards
        if not is_pair or frame.has_container or not frame.items:
            return
        if [ROLES.get(name_of(item)) for item in frame.items] == ["front", "back"]:
            return  # the header of a table
        frame.has_inner = True
        if is_cut and len(frame.items) < 2:
            self.drafts.refuse(gettext(CUT_OFF))
        elif len(frame.items) != 2:
            why = gettext("is a list of %(count)s, not a pair of front and back")
            self.drafts.refuse(why % {"count": len(frame.items)})
        else:
            self.drafts.add({"front": frame.items[0], "back": frame.items[1]})
