"""Who asked what of the FAQ, what became of it, and how useful the answers were."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

How = Literal[
    "answered",
    "suggested",
    "pointed",
    "covered",
    "expired",
    "held",
    "silent",
    "limited",
    "handed",
    "forgotten",
]
"""answered: was given the answer; suggested: was offered some to choose from; pointed: is (or was) shown where the answer
stands in the group; covered: asked when the group had been shown already, so nothing was said; expired: the entry no longer
holds; held: one of many who ask what has no answer; silent: no answer, and silence; limited: too many answers of late;
handed: given to a person; forgotten: whoever asked is."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, as it stands in the ledger."""

    id: int
    """0 before it is written down."""
    at: datetime
    room_id: str
    """Empty in private."""
    room: str
    node: str
    """Name of the branch whose group it was asked in; empty in private."""
    person_id: str
    person: str
    """The name in the room."""
    entry: str
    """Id of the entry of the FAQ that answers (or answered) it; empty for none."""
    text: str
    message_id: str
    """Of the question; of the choice, where one of those offered was chosen: the answer was caused by it."""
    how: How
    addressed: bool = False
    """Said to the bot itself."""
    served_at: datetime | None = None
    """When the answer was given or shown, or a person answered; None: still waits."""
    surge: int = 0
    """Number of the surge it belongs to; 0: of none."""


@dataclass(frozen=True, slots=True)
class Given:
    """The latest time an answer was said in a group."""

    at: datetime
    """When it left; when it was queued, as long as it waits."""
    left: bool
    """False as long as it waits to leave."""
    text: str


@dataclass(frozen=True, slots=True)
class Surge:
    """Many people asking the same, which has no answer."""

    id: int
    at: datetime
    question: str
    """What was asked first; empty when whoever asked is forgotten."""
    entry: str
    """The entry that has expired; empty: there is none."""
    told: int
    """So many had asked when those who edit data/ were told last."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An answer that came when those who had asked were met with silence: given to them when somebody says so."""

    id: int
    at: datetime
    entry: str
    """Id of the entry; empty where ``text`` is what is given."""
    text: str
    """Words of somebody at work, to be passed on."""
    by: str
    """Whose words; empty for an entry."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How an entry fared."""

    given: int = 0
    """So many were answered with it or shown where it stands."""
    useful: int = 0
    useless: int = 0


class AskedBook(Protocol):
    """Tables asked, surges, offers."""

    def add(self, new: Asked) -> None:
        """Write a question down."""
        ...

    def given(self, entry: str, room_id: str, since: datetime) -> Given | None:
        """The latest answer of that entry queued for a group since then that has left, waits, or may have left."""
        ...

    def said(self, topic: str, room_id: str, since: datetime) -> bool:
        """True when something of that topic was queued for a group since then and did not fail."""
        ...

    def suggested(self, person_id: str, room_id: str, since: datetime) -> Asked | None:
        """The latest question since then to which the person was offered a choice there."""
        ...

    def chosen(self, row: Asked, entry: str, how: How, message_id: str, served_at: datetime | None) -> None:
        """One of those offered was chosen, with that message."""
        ...

    def answers(self, room_id: str, since: datetime, person_id: str = "") -> int:
        """How many answers and choices were given in a room since then, to one person or to all."""
        ...

    def offered(self, entry: str, room_id: str, since: datetime) -> bool:
        """True when that entry was the first of a choice offered aloud in a group since then."""
        ...

    def pointing(self, entry: str, room_id: str) -> list[Asked]:
        """Those who are to be shown where the answer stands in a group, in the order they asked."""
        ...

    def gathered(self) -> list[tuple[str, str, datetime]]:
        """(entry, room id, since when) of all who are to be shown where an answer stands."""
        ...

    def waiting(
        self, since: datetime, *how: How, entry: str | None = None, most: int | None = None
    ) -> list[Asked]:
        """Questions since then that still wait, of these kinds and this entry (None: any), oldest first; of more than
        ``most`` the latest."""
        ...

    def serve(self, rows: Sequence[Asked], at: datetime, *, entry: str = "") -> None:
        """They have their answer now (of that entry, where one is named)."""
        ...

    def serve_messages(self, message_ids: Collection[str], at: datetime) -> None:
        """Whoever asked with these messages has been answered by somebody."""
        ...

    def turn(self, rows: Sequence[Asked], how: How) -> None:
        """Something else became of them."""
        ...

    def hold(self, rows: Sequence[Asked], surge: int) -> None:
        """They belong to a surge from now on."""
        ...

    def open_surge(self, at: datetime, entry: str, told: int) -> Surge:
        """Write one down; its question is that of the first of its rows."""
        ...

    def surge(self, number: int) -> Surge | None:
        """By its number."""
        ...

    def surges(self, since: datetime) -> list[Surge]:
        """Those that began since then and are still without an answer, oldest first."""
        ...

    def of_surge(self, number: int) -> list[Asked]:
        """Those of a surge who still wait, in the order they asked."""
        ...

    def surge_wordings(self, number: int, most: int) -> list[str]:
        """What those of a surge who still wait asked, each wording once, those of most people first."""
        ...

    def surge_askers(self, number: int) -> int:
        """How many different people of a surge still wait."""
        ...

    def tell_surge(self, number: int, told: int) -> None:
        """Those who edit data/ were told that so many have asked."""
        ...

    def close_surge(self, number: int, at: datetime) -> None:
        """It is answered."""
        ...

    def make_offer(
        self, at: datetime, rows: Sequence[Asked], *, entry: str = "", text: str = "", by: str = ""
    ) -> Offer:
        """Write down that there is an answer for these."""
        ...

    def offer(self, number: int | None) -> Offer | None:
        """By its number, or the latest (None), if nobody took it up yet."""
        ...

    def untold_offer(self) -> Offer | None:
        """The first one of which those who edit data/ were not told."""
        ...

    def told_offer(self, number: int, at: datetime) -> None:
        """They were told."""
        ...

    def of_offer(self, number: int) -> list[Asked]:
        """Those of an offer who still wait, in the order they asked."""
        ...

    def close_offer(self, number: int, at: datetime) -> None:
        """It was taken up."""
        ...

    def between(self, since: datetime, until: datetime) -> list[Asked]:
        """Every question of that time, oldest first."""
        ...

    def latest(self, person_id: str, room_id: str, since: datetime) -> Asked | None:
        """The latest question of a person in a room that was served since then with an entry of the FAQ."""
        ...

    def latest_in(self, room_id: str, since: datetime) -> Asked | None:
        """The latest question of anybody in a group that was served since then with an entry of the FAQ."""
        ...

    def said_with_ticket(self, person_id: str, room_id: str, since: datetime) -> bool:
        """True when the bot spoke to that person there about a ticket since then."""
        ...

    def quoted(self, words: str, room_id: str, person_id: str, since: datetime) -> Asked | None:
        """The question whose answer, said in that room (or to that person in private) since then, begins with these
        words; the person's own, if they asked it."""
        ...


class VoteBook(Protocol):
    """Table votes."""

    def cast(self, row: Asked, person_id: str, useful: bool, at: datetime) -> bool:
        """Count one vote of a person on the answer to a question; a second one changes the first. False when it says the
        same again."""
        ...

    def tallies(self, since: datetime) -> Mapping[str, Tally]:
        """Entry -> how often it was given since then, and how people liked it."""
        ...
