"""What a text was understood to mean."""

from dataclasses import dataclass
from typing import Literal

Action = Literal["silent", "answer", "suggest", "ticket", "record", "command", "handoff"]
"""What will be done about a message: the command line's contract (``classify``)."""


@dataclass(frozen=True, slots=True)
class Slots:
    """The details a text names. Values are bare: building "17", unit "3", room "501"."""

    building: str | None = None
    unit: str | None = None
    room: str | None = None
    phones: tuple[str, ...] = ()
    """Digits only, in order of appearance; a landline with its area code where given (037166668888)."""
    items: tuple[str, ...] = ()
    """Things wanted, with their quantities where given: ("大米10斤", "降压药两盒")."""
    people: str | None = None
    """Who it is about, as said: "老人", "孩子3岁"."""
    temperature: float | None = None
    """Degrees Celsius."""
    when: str | None = None
    """The time as said: "明天上午"."""

    def said(self) -> dict[str, str | float | tuple[str, ...]]:
        """The slots that were said, by name."""
        values = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: value for name, value in values if value not in (None, ())}


@dataclass(frozen=True, slots=True)
class FaqHit:
    """A FAQ entry that is sure enough to be answered."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Why:
    """The reason for an understanding, for ``classify`` and for administrators."""

    rule: str
    """The rule that decided, like "help.medicine/要药"; "" when none did."""
    words: tuple[str, ...] = ()
    """The words of the text that made it match."""
    runner_up: str = ""
    """The next best intent with its score, like "question 0.80"; "" when there was none."""
    near: tuple[tuple[str, float], ...] = ()
    """The entries of the FAQ most alike with how alike they are, best first; empty when it was not looked up."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """One text, understood."""

    intent: str
    """An id of the closed list, like "help.medicine"; "chitchat" when nothing else is meant."""
    score: float
    """How sure, 0 to 1; 0.5 is the threshold under which nothing is done."""
    urgent: bool
    action: Action
    slots: Slots
    faq: FaqHit | None = None
    suggest: tuple[str, ...] = ()
    """Ids of FAQ entries offered as a choice, best first."""
    why: Why = Why("")
    further: tuple["Understanding", ...] = ()
    """Other needs named in the same message, each understood from its own part of it."""
