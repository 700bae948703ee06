"""What a handler is given and what it gives back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.model.audit import Actor
from bot.model.channel import Brief, OutKind
from bot.model.message import Message
from bot.model.notice import Level
from bot.model.people import Person, Role
from bot.model.services import Services
from bot.model.tree import Place
from bot.model.understanding import Understanding
from bot.model.why import Reason

Audience = Literal["here", "staff", "sender", "room", "person", "group", "named", "admins"]
"""Who hears a reply: the room it came from (or the private chat), the staff of the place, the sender in private,
the room or person whose id stands in ``to``, the residents' own group of ``node`` (the nearest above that has one),
the group that bot.yaml names as in ``to``, or those who edit data/ (``admin_room``, else the community's staff)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Something to say; it becomes an outbox row in the message's own transaction."""

    text: str
    kind: OutKind = "reply"
    audience: Audience = "here"
    to: str = ""
    """The room's id (audience "room") or the person's id (audience "person"); "isolation" (audience "group") for the
    group of those who isolate at home instead of the residents' own."""
    node: str = ""
    """For "staff": whose staff; empty means the staff of the place the message came from. For "group": whose."""
    mentions: tuple[tuple[str, str], ...] = ()
    """Whom to @: (id, name in the room) each. Ignored in private."""
    ticket: str | None = None
    urgent: bool = False
    """An emergency's: before everything else."""
    topic: str = ""
    """What it is about, for counting and for asking why: "faq:hours"."""
    notice: int | None = None
    """Number of the notice it belongs to."""
    level: Level = "normal"
    """How much a notice matters."""
    attachment: str = ""
    """Id of a message to be sent on, or "file:" and the path of a file, instead of ``text``."""
    held: str = ""
    """Why it waits from the start (bot.model.notice.DeliveryRow.held); empty: it does not."""
    because: Reason | None = None
    """What decided, kept beside the message; the router and the clock write it, handlers need not."""
    brief: Brief | None = None
    """What stands for it where it leaves together with others; None: it is always said alone."""


@dataclass(frozen=True, slots=True)
class Command:
    """A slash-command as it was typed, in no particular order of arguments."""

    name: str
    """A command of the table: 接单."""
    tickets: tuple[str, ...] = ()
    """Ticket numbers as typed: ("23", "A024")."""
    mentions: tuple[str, ...] = ()
    """Names typed after @."""
    rest: str = ""
    """Everything else, spaces collapsed."""
    note: str = field(default="", compare=False)
    """The same as it was typed, with its punctuation: words for people."""
    raw: str = field(default="", compare=False)
    """Everything after the command's name, as it was typed (half-width)."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A question the bot asked one person in one room and waits to hear about."""

    kind: Literal[
        "details",
        "choice",
        "which",
        "received",
        "declined",
        "asked",
        "take",
        "whom",
        "forget",
        "notice",
        "marks",
        "attachments",
        "round",
        "edit",
    ]
    """details: what belongs to a ticket just opened; choice: one of several FAQ entries; which: one of several
    tickets; received: whether what was done has arrived; declined: whether it is still needed; asked: what somebody at
    work wants to know; take: which of several to take; whom: which of several people of a name;
    forget: whether everything about them is really to be forgotten; notice: whether a previewed notice is to go out;
    attachments: which pictures and files wait for the notice they belong to;
    marks: what is asked before households are marked as tested; round: whether a round of testing is to begin (or to
    end), or what is still to be said about it; edit: whether a previewed edit of data/ is to go live."""
    ticket: str
    """The ticket it is about (details, received, declined, asked); the number of the edit (edit); the intent to act by (which); the tickets to be
    dispatched (whom); empty for a choice and for take."""
    options: tuple[str, ...] = ()
    """What was asked for (details), or ids in the order they were offered (choice, which, take, whom: after the note)."""


@dataclass(frozen=True, slots=True)
class Request:
    """One message with all that is known around it."""

    message: Message
    text: str
    """The words meant for us: mentions of the bot taken off."""
    person: Person
    place: Place | None
    """The node and kind of the room; None in private and in rooms outside the tree."""
    addressed: bool
    """Said to the bot: in private, @-mentioned, or called by name."""
    understanding: Understanding | None = None
    command: Command | None = None
    dialogue: Dialogue | None = None

    @property
    def by(self) -> Actor:
        """Who says it, when and where, for audit rows."""
        message = self.message
        return Actor(message.at, self.person.id, self.person.name, message.room_id, message.id)

    def understood(self, understanding: Understanding, dialogue: Dialogue | None) -> "Request":
        """The same with what it means and what the person was asked before (faster than dataclasses.replace)."""
        return Request(
            self.message,
            self.text,
            self.person,
            self.place,
            self.addressed,
            understanding,
            self.command,
            dialogue,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message."""

    label: str
    """One word and an id for the ledger and the log: "ticket:A023", "silent", "answer:hours"."""
    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True)
class Ring:
    """Something that happens by the clock alone: what is due is a pure question, ringing writes down that it rang."""

    name: str
    due: Callable[[Services], datetime | None]
    """When it has to ring next, however long ago that was; None: not as things are."""
    ring: Callable[[datetime, Services], Sequence[Reply]]
    """What has to be said at that moment. It must leave ``due`` later than that moment."""


Handler = Callable[[Request, Services], Outcome | None]
"""Decides about a request. None means: not mine, go on to the next."""


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """A line of the table of commands."""

    name: str
    handler: Handler
    role: Role
    """The least role that may use it."""
    usage: str
    """How to write it: /接单 编号 [编号…]."""
    help: str
    """What it does, one sentence."""
    example: str
    aliases: tuple[str, ...] = ()
    reads_place: bool = False
    """True when its argument is an address, to be understood like a message."""
    free: bool = False
    """True when its arguments are words and mentions, never ticket numbers."""
    one: bool = False
    """True when it takes one ticket number, and what follows are words, kept as they were typed."""
    bare: bool = False
    """True when staff and volunteers may leave the slash out: 接单 23."""
    more: str = ""
    """What /帮助 with its name says besides, for those at work: what comes next, what else can be said. May have lines."""
