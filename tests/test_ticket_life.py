"""No sequence of moves, ticks of the clock and restarts reaches a state outside the table, loses an audit row, or lets
two people own one ticket."""

import itertools
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.app import App, build
from bot.groups import Tree
from bot.model.audit import Actor
from bot.model.message import LoggedIn, Message, RoomNamed
from bot.model.people import Person
from bot.model.settings import Settings
from bot.model.ticket import MOVES, OPEN, STATE_TITLES, EventKind, MoveRefused, NewTicket, State, Step, Ticket
from bot.model.understanding import Slots
from bot.settings import Data
from handlers.tickets.clocks import begun, queued
from intents.engine import Engine
from tests.conftest import MORNING, STAFF_ROOM, UNIT_ROOM, FakeChannel, FakeClock

PEOPLE = (Person("wxid_worker", "网格员小安"), Person("wxid_secretary", "刘书记"), Person("zheng", "老郑"))
RESIDENT = Person("wang", "王女士")
KINDS: tuple[EventKind, ...] = ("urged", "asked", "answered", "progress", "confirmed")
TYPED = ("接单 {n}", "派单 {n} @网格员小安", "办结 {n} 放门口了", "撤单 {n}", "/撤销", "/工单 {n}")

Holders = tuple[State, str, str, str, str]

people = st.sampled_from(PEOPLE)
which = st.integers(0, 9)


def holders(one: Ticket | Step) -> Holders:
    state = one.state if isinstance(one, Ticket) else one.after
    return state, one.owner_id, one.owner, one.dispatched_id, one.dispatched_to


def replayed(steps: list[Step]) -> Holders:
    """What the rows say, applied one by one: a move to where it leads, an undoing to what was before the last move."""
    line: list[Holders] = []
    for step in steps:
        if step.kind == "undone":
            line.append(line[-2])
        elif step.before is None or step.kind in ("moved", "returned") or step.before != step.after:
            line.append(holders(step))
    return line[-1]


class TicketLife(RuleBasedStateMachine):
    """One community on a ledger in a file, and people who do whatever they like."""

    def __init__(self, open_app: Callable[[FakeClock], App]) -> None:
        super().__init__()
        self.open_app = open_app
        self.clock = FakeClock(MORNING)
        self.ids = itertools.count()
        self.seen: dict[str, list[Step]] = {}

    @initialize()
    def begin(self) -> None:
        self.app = self.open_app(self.clock)
        self.plead(urgent=False, emergency=False)

    def teardown(self) -> None:
        self.app.ledger.close()

    def ticket(self, n: int) -> Ticket:
        tickets = self.app.tickets.all()
        return tickets[n % len(tickets)]

    def by(self, person: Person) -> Actor:
        return Actor(self.clock.now(), person.id, person.name, STAFF_ROOM, f"d{next(self.ids)}")

    def message(self, person: Person, text: str) -> Message:
        at, id_ = self.clock.now(), f"m{next(self.ids)}"
        return Message(id_, at, STAFF_ROOM, STAFF_ROOM, person.id, person.name, text)

    @rule(urgent=st.booleans(), emergency=st.booleans())
    def plead(self, *, urgent: bool, emergency: bool) -> None:
        intent = "help.emergency" if emergency else "help.supplies"
        new = NewTicket(
            intent, "买菜", urgent, UNIT_ROOM, UNIT_ROOM, RESIDENT.id, RESIDENT.name, "17号楼3单元", "17", "3", "501",
            "", "", "家里没菜了", by=self.by(RESIDENT),
        )  # fmt: skip
        with self.app.ledger.transaction():
            self.app.tickets.open(new)

    @rule(n=which, to=st.sampled_from(list(STATE_TITLES)), person=people, other=people)
    def move(self, n: int, to: State, person: Person, other: Person) -> None:
        ticket = self.ticket(n)
        sent = (other.id, other.name) if to == "dispatched" else None
        owner = person if to in ("taken", "dispatched", "done") else None
        with self.app.ledger.transaction():
            if to in MOVES[ticket.state]:
                moved = self.app.tickets.move(ticket, to, self.by(person), owner=owner, dispatched=sent)
                assert moved.state == to
            else:
                with pytest.raises(MoveRefused):
                    self.app.tickets.move(ticket, to, self.by(person), owner=owner)

    @rule(n=which, person=people)
    def undo(self, n: int, person: Person) -> None:
        ticket = self.ticket(n)
        with self.app.ledger.transaction():
            try:
                self.app.tickets.undo(ticket, self.by(person))
            except MoveRefused:
                assert self.app.tickets.get(ticket.number) == ticket

    @rule(n=which, kind=st.sampled_from(KINDS))
    def note(self, n: int, kind: EventKind) -> None:
        with self.app.ledger.transaction():
            self.app.tickets.note(self.ticket(n), self.by(PEOPLE[0]), kind)

    @rule(n=which, urgent=st.booleans())
    def add(self, n: int, *, urgent: bool) -> None:
        ticket = self.ticket(n)
        if ticket.state in OPEN:
            with self.app.ledger.transaction():
                self.app.tickets.add(ticket, self.by(RESIDENT), "再要一袋米", Slots(), urgent)

    @precondition(lambda self: len(self.app.tickets.all()) > 1)
    @rule(n=which, m=which)
    def merge(self, n: int, m: int) -> None:
        one, into = self.ticket(n), self.ticket(m)
        if one.number != into.number and one.state in OPEN and into.state in OPEN:
            with self.app.ledger.transaction():
                self.app.tickets.merge(one, into, self.by(PEOPLE[1]))

    @rule(n=which, person=people, text=st.sampled_from(TYPED))
    def type(self, n: int, person: Person, text: str) -> None:
        self.app.receive([self.message(person, text.format(n=self.ticket(n).short))])

    @rule(n=which)
    def both_take_at_once(self, n: int) -> None:
        ticket = self.ticket(n)
        self.clock.advance(seconds=11)  # the same words sooner are the gateway's, not theirs
        self.app.receive([self.message(person, f"接单 {ticket.short}") for person in PEOPLE[:2]])
        now = self.app.tickets.get(ticket.number)
        assert now is not None
        if ticket.state == "opened":
            assert (now.state, now.owner_id) == ("taken", PEOPLE[0].id)

    @rule(minutes=st.sampled_from([1, 3, 16, 45, 240, 1500]))
    def time_passes(self, minutes: int) -> None:
        self.clock.advance(minutes=minutes)
        self.app.tick(self.clock.now())
        following = self.app.tickets.next_watch()
        assert following is None or following > self.clock.now()
        looks = dict(self.app.ledger.execute("SELECT id, watch_at FROM tickets").fetchall())
        for id_, ticket in enumerate(self.app.tickets.all(), 1):
            if ticket.state in ("taken", "dispatched"):
                assert looks[id_] is not None, "nobody would notice if it were forgotten"

    @rule()
    def restart(self) -> None:
        self.app.ledger.close()
        self.app = self.open_app(self.clock)

    @invariant()
    def the_audit_tells_all(self) -> None:
        if not hasattr(self, "app"):
            return
        for ticket in self.app.tickets.all():
            steps = self.app.tickets.history(ticket)
            before = self.seen.get(ticket.number, [])
            assert steps[: len(before)] == before, "an audit row was lost or changed"
            self.seen[ticket.number] = steps
            assert holders(steps[-1]) == holders(ticket) == replayed(steps)
            _follows_the_table(steps)
            _each_step_once(steps)
            if ticket.state == "opened":
                assert not (ticket.owner_id or ticket.dispatched_id)
            if ticket.state == "taken":
                assert ticket.owner_id in {person.id for person in PEOPLE}


def _follows_the_table(steps: list[Step]) -> None:
    assert steps[0].before is None
    for earlier, step in itertools.pairwise(steps):
        assert step.before == earlier.after
        assert step.after in STATE_TITLES
        if step.before != step.after and step.kind != "undone":
            assert step.after in MOVES[step.before]


def _each_step_once(steps: list[Step]) -> None:
    for beginning, since in (("接单超时", queued(steps)), ("办结超时", begun(steps))):
        notes = [
            s.note for s in steps if s.kind == "escalated" and s.at >= since and s.note.startswith(beginning)
        ]
        assert len(notes) == len(set(notes))


def test_no_sequence_of_moves_and_restarts_breaks_a_ticket(
    settings: Settings, data: Data, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("lives")
    rooms = [place.room for place in Tree(settings.groups).rooms()]
    lives = itertools.count()

    def opener(database: Path) -> Callable[[FakeClock], App]:
        def open_app(clock: FakeClock) -> App:
            app = build(settings, data, FakeChannel(), clock, random.Random(1), database, engine)
            app.receive(
                [LoggedIn("bot", clock.now()), *(RoomNamed(room, room, clock.now()) for room in rooms)]
            )
            return app

        return open_app

    run_state_machine_as_test(
        lambda: TicketLife(opener(folder / f"{next(lives)}.db")),
        settings=examples(
            max_examples=40,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
