"""What handlers may ask for: the Protocols of the ledger and the tree, gathered in one frozen object."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Protocol

from bot.model.asked import AskedBook, VoteBook
from bot.model.audit import Actor, AuditBook
from bot.model.chain import ChainBook
from bot.model.clock import Clock
from bot.model.contacts import Contacts
from bot.model.coverage import CoverageSheets
from bot.model.deliveries import DeliveryBook
from bot.model.duty import DutyBook
from bot.model.edit import EditBook
from bot.model.faq import Faq, Knowledge
from bot.model.gap import GapBook
from bot.model.household import Household, Resident
from bot.model.isolation import IsolationBook
from bot.model.lists import TicketLists
from bot.model.mode import Modes
from bot.model.notice import Noticeboard, NoticeBook
from bot.model.people import Colleagues, Grant, Person
from bot.model.privacy import PrivacyBook
from bot.model.replies import Replies
from bot.model.report import FigureBook
from bot.model.rung import RungBook
from bot.model.settings import Desk, FaqSettings, NoticeSettings, Pace, TestingSettings
from bot.model.testing import CoverageBook, RoundBook
from bot.model.ticket import EventKind, Follower, NewTicket, State, Step, Ticket
from bot.model.told import ToldBook
from bot.model.tree import Node, Place, RoomKind
from bot.model.unanswered import UnansweredBook
from bot.model.understanding import Slots
from bot.model.version import VersionBook
from bot.model.why import WhyBook

if TYPE_CHECKING:
    from bot.model.handling import CommandEntry, Dialogue, Request


class Groups(Protocol):
    """The tree of nodes (bot/groups.py)."""

    @property
    def root(self) -> Node:
        """The community itself."""
        ...

    def find(self, name: str) -> Node | None:
        """The node called so."""
        ...

    def title(self, node: Node) -> str:
        """The node's name for people: 17号楼3单元."""
        ...

    def path(self, node: Node) -> tuple[Node, ...]:
        """From the root down to the node itself."""
        ...

    def below(self, node: Node) -> tuple[Node, ...]:
        """The node and everything below it, each before those below it."""
        ...

    def staff_room(self, node: Node) -> str | None:
        """The staff's group that looks after a node: its own, or the nearest above."""
        ...

    def nearest_room(self, node: Node, kind: RoomKind) -> str | None:
        """The room of this kind on the node itself or the nearest one above."""
        ...

    def place(self, room: str) -> Place | None:
        """Where a room hangs, by the group's name in bot.yaml."""
        ...

    def within(self, node: Node, scope: Node) -> bool:
        """True when the node is the scope or lies under it."""
        ...

    def resolve(self, building: str | None, unit: str | None, near: Node | None) -> Node | None:
        """The node of a building and unit near another node; None when there is none or more than one."""
        ...

    def matching(self, building: str | None, unit: str | None, near: Node | None) -> tuple[Node, ...]:
        """Every node a building and unit near another node may mean."""
        ...

    def compound(self, node: Node) -> Node | None:
        """The compound a node belongs to; None for the community itself."""
        ...


class TicketBook(Protocol):
    """Tickets and their audit rows. Every change writes an audit row in the same transaction."""

    def open(self, new: NewTicket) -> Ticket:
        """Write a plea down and give it a number."""
        ...

    def get(self, number: str) -> Ticket | None:
        """By what people type: A023, a23, 23 (then the latest open ticket with that number, else the latest)."""
        ...

    def of_requester(self, requester_id: str) -> list[Ticket]:
        """A person's open tickets, those they follow among them, latest first."""
        ...

    def follow(
        self, ticket: Ticket, person_id: str, name: str, room_id: str, room_name: str, by: Actor
    ) -> bool:
        """From now on this person hears what the requester hears, in that room (or in private), and may do what the
        requester may. False, and nothing written, when they are the requester or follow it already."""
        ...

    def followers(self, ticket: Ticket) -> list[Follower]:
        """Who waits besides the requester, in the order they came."""
        ...

    def open_for_household(self, household: Household) -> list[Ticket]:
        """The open tickets of this very door, latest first. The compound is not a ticket's own: compare its node."""
        ...

    def closed_lately(self, person_id: str, since: datetime) -> list[Ticket]:
        """The tickets done or declined since then that this person asked for or follows, latest closed first."""
        ...

    def merge(self, ticket: Ticket, into: Ticket, by: Actor) -> Ticket:
        """Withdraw ``ticket`` because ``into`` takes it in: words, phones, things and urgency are added to that one, and
        whoever waits for it follows that one. Returns ``into`` as it is now.

        Raises MoveRefused when ``ticket`` is closed.
        """
        ...

    def loads(self) -> dict[str, int]:
        """How many open tickets each owner, or whoever was sent, has: by person id."""
        ...

    def held_by(self, person_id: str) -> list[Ticket]:
        """Open tickets that the person took or was sent to see to, oldest first."""
        ...

    def last_moved(self, person_id: str, since: datetime) -> list[str]:
        """Numbers of the tickets that the person's latest command moved (接单 23 24 moves two); none before ``since``."""
        ...

    def open_tickets(self, limit: int) -> list[Ticket]:
        """All open tickets, urgent first, then oldest first."""
        ...

    def count_open(self) -> dict[State, int]:
        """How many open tickets are in each state."""
        ...

    def move(
        self,
        ticket: Ticket,
        to: State,
        by: Actor,
        *,
        owner: Person | None = None,
        dispatched: tuple[str, str] | None = None,
        note: str = "",
        kind: EventKind = "moved",
    ) -> Ticket:
        """Change the state. ``owner`` becomes the owner, ``dispatched`` (id, name) whom it is sent to, if given; opened
        again it has neither. ``note`` goes into the audit row.

        Raises MoveRefused when the table of moves does not allow it.
        """
        ...

    def undo(self, ticket: Ticket, by: Actor) -> Ticket:
        """Take back the last move, made by the same person: state, owner and errand become what they were before it.

        Raises MoveRefused when the last move is not theirs, was itself taken back, or was the opening.
        """
        ...

    def add(self, ticket: Ticket, by: Actor, text: str, slots: Slots, urgent: bool) -> Ticket:
        """Add words and details to an open ticket (also its node, building and unit as ``ticket`` now has them);
        nothing already known is overwritten by nothing."""
        ...

    def history(self, ticket: Ticket) -> list[Step]:
        """Its audit rows, oldest first."""
        ...

    def note(self, ticket: Ticket, by: Actor, kind: EventKind, note: str = "") -> None:
        """Write an audit row that moves nothing: urged, asked."""
        ...

    def watched(self, at: datetime) -> list[Ticket]:
        """Tickets whose clocks have something to say by that moment: those changed since they were last looked at,
        and those for which that moment was set."""
        ...

    def watch(self, ticket: Ticket, at: datetime | None) -> None:
        """Look at it again at that moment, or, None, not before it changes."""
        ...

    def next_watch(self) -> datetime | None:
        """The first moment at which a ticket has to be looked at."""
        ...

    def watch_all(self) -> None:
        """Look at every open ticket anew: the limits have changed."""
        ...


class Roster(Protocol):
    """People: roles claimed by invitation, household bindings, names seen in rooms."""

    def household_of(self, person_id: str) -> Household | None:
        """The household an account is bound to."""
        ...

    def bound_to(self, household: Household) -> list[str]:
        """The accounts bound to a household, by id."""
        ...

    def residents(self, name: str = "", building: str = "", unit: str = "", room: str = "") -> list[Resident]:
        """The accounts bound under this name, or to this door; empty words stand for all."""
        ...

    def unbind(self, person_id: str) -> None:
        """Take an account's binding away; a household that only the binding made goes with the last of them."""
        ...

    def bind(self, person_id: str, name: str, household: Household, at: datetime) -> None:
        """Bind an account to a household, replacing an older binding."""
        ...

    def find_household(self, compound: str, building: str, unit: str, room: str) -> Household | None:
        """A household of the imported list; an empty compound matches when only one fits."""
        ...

    def knows_households(self) -> bool:
        """True when a list of households was imported."""
        ...

    def households(self, compound: str, building: str, unit: str) -> list[Household]:
        """The imported households of a branch, by building, unit and room; empty names stand for all."""
        ...

    def claim(self, code: str, person_id: str, name: str, at: datetime) -> Grant | None:
        """Use up a one-time code; None when it is unknown, used or expired."""
        ...

    def revoke(self, code: str) -> None:
        """Make a code worthless, because it was shown to others."""
        ...


class Dialogues(Protocol):
    """Open questions, one a person and room."""

    def begin(self, room_id: str, person_id: str, dialogue: "Dialogue", expires: datetime) -> None:
        """Open one, replacing an older one of the same kind with the same person in the same room."""
        ...

    def end(self, request: "Request", kind: str) -> None:
        """Close the person's dialogue of that kind in this room."""
        ...

    def waiting(self, room_id: str, person_id: str, kind: str, at: datetime) -> "Dialogue | None":
        """The person's open one of that kind in a room (empty: in private), whatever they say meanwhile."""
        ...

    def close(self, room_id: str, person_id: str, kind: str) -> None:
        """Close somebody's dialogue of that kind in a room."""
        ...


class Records(Protocol):
    """Things worth keeping that are nobody's task: reports, sign-ups, offers, complaints."""

    def add(self, request: "Request") -> None:
        """Keep what was understood, with its slots."""
        ...


class OutboxStatus(Protocol):
    """What the outbox can tell."""

    def waiting_count(self) -> int:
        """How many messages wait to leave, held ones not counted."""
        ...

    def counts(self, since: datetime) -> dict[str, int]:
        """How many rows are in each state: all pending and sending ones, others since a moment."""
        ...

    def unseen(self, rooms: Sequence[str]) -> list[str]:
        """Those of these groups (names of bot.yaml) that the account has never heard of, or has left."""
        ...

    def called_out(self, room_id: str, person_id: str, since: datetime) -> list[str]:
        """Numbers of the tickets that alerts sent to a room after that moment were about (without a room: to this
        person in private), latest first, each once."""
        ...


class Health(Protocol):
    """How the bot itself is doing."""

    @property
    def started(self) -> datetime:
        """When this process began."""
        ...

    @property
    def first_started(self) -> datetime:
        """When the bot was first started on this ledger."""
        ...

    @property
    def ready(self) -> bool:
        """True while the channel can send."""
        ...

    @property
    def takes_files(self) -> bool:
        """True where the channel can send pictures and files."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a handler may use; built once by bot/app.py. What data/ says is asked anew each time."""

    clock: Clock
    groups: Groups
    tickets: TicketBook
    roster: Roster
    dialogues: Dialogues
    records: Records
    chains: ChainBook
    outbox: OutboxStatus
    replies: Replies
    known: Knowledge
    """The present content of data/."""
    duty_phone: Callable[[Node | None], str]
    """The number to ring for a node; None means the community."""
    patience: timedelta
    """How long a dialogue waits for its answer."""
    show_time: Callable[[datetime], str]
    """A moment for people, in the community's zone: 11月16日 08:10."""
    zone: tzinfo
    """The community's, in which times of the day and days are meant."""
    colleagues: Colleagues
    audit: AuditBook
    duty: DutyBook
    rung: RungBook
    lists: TicketLists
    unanswered: UnansweredBook
    gaps: GapBook
    whys: WhyBook
    figures: FigureBook
    isolation: IsolationBook
    modes: Modes
    health: Health
    privacy: PrivacyBook
    notices: NoticeBook
    deliveries: DeliveryBook
    noticeboard: Noticeboard
    rounds: RoundBook
    coverage: CoverageBook
    sheets: CoverageSheets
    faq_settings: FaqSettings
    """How often an answer is repeated, what counts as a surge, how long edits wait."""
    asked: AskedBook
    votes: VoteBook
    edits: EditBook
    versions: VersionBook
    told: ToldBook
    guarded: Callable[[str], str]
    """What a residents' group would read of a text: doors, phones and ID numbers hidden."""
    commands: Sequence["CommandEntry"] = field(default=())

    @property
    def faq(self) -> Mapping[str, Faq]:
        """Every entry of the FAQ by id, in the order of the file."""
        return self.known.faq

    @property
    def titles(self) -> Mapping[str, str]:
        """Intent id -> what people call it."""
        return self.known.titles

    @property
    def wants(self) -> Mapping[str, tuple[str, ...]]:
        """Intent id -> slots worth asking for."""
        return self.known.wants

    @property
    def contacts(self) -> Contacts:
        """The telephone numbers that may be shown."""
        return self.known.contacts

    @property
    def desk(self) -> Desk:
        """The help desk's clocks and shifts, as the present mode has them."""
        return self.modes.desk

    @property
    def pace(self) -> Pace:
        """How slowly the bot speaks at present."""
        return self.modes.pace

    @property
    def notice_settings(self) -> NoticeSettings:
        """Notices: when they are held back, and how long things wait, as the present mode has it."""
        return self.modes.notices

    @property
    def testing(self) -> TestingSettings:
        """Testing rounds, as the present mode has them."""
        return self.modes.testing
