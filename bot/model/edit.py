"""Edits of data/ asked for in the chat: proposed, tried, previewed, confirmed, live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

EditKind = Literal["add", "change", "disable", "enable", "validity", "rollback"]
"""加, 改, 停用, 启用, 有效期 of an entry of the FAQ; rollback: files as an earlier version had them (回退)."""

EditState = Literal["proposed", "previewed", "confirmed", "live", "refused", "dropped"]
"""proposed: the reloader has to try it; previewed: it waits for 确认; confirmed: the reloader has to write it; live: it is
in the file and in use; refused: it does not check, or the file could not be written; dropped: taken back or waited too long."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit, as it stands in the ledger."""

    id: int
    """0 before it is written down."""
    at: datetime
    room_id: str
    """Where it was asked for, and where its preview is spoken; empty in private."""
    person_id: str
    person: str
    message_id: str
    kind: EditKind
    entry: str
    """Id of the entry of the FAQ; empty for rollback."""
    values: Mapping[str, object] = field(default_factory=dict)
    """Key of the entry -> its new value: text, a list of texts, True or False, a day as 2022-11-30, None to take the key out;
    behind the key of a list + and - stand for texts to add and to take out (questions+). rollback: {"version": number}."""
    state: EditState = "proposed"
    reason: str = ""
    """Why it was refused, in Chinese."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What trying an edit found."""

    problems: tuple[str, ...]
    """What stands in its way, each as file:line: reason; empty: it can go live."""
    warnings: tuple[str, ...]
    """What is worth a look, but does not stand in its way."""
    diff: tuple[str, ...]
    """The lines of data/ that change, as a unified diff without its head."""


class EditBook(Protocol):
    """Table edits."""

    def propose(self, new: Edit) -> Edit:
        """Write one down; the reloader tries it. Returns it with its number."""
        ...

    def get(self, number: int) -> Edit | None:
        """By its number."""
        ...

    def in_state(self, *states: EditState) -> Sequence[Edit]:
        """Those in these states, oldest first."""
        ...

    def confirmed_since(self, person_id: str, room_id: str, since: datetime) -> bool:
        """True when they confirmed an edit there that was asked for since then."""
        ...

    def move(self, number: int, state: EditState, at: datetime, reason: str = "") -> None:
        """Change its state."""
        ...

    def latest(self, entry: str) -> tuple[Edit, datetime] | None:
        """The last one of an entry that went live, and when it did."""
        ...
