"""The one composition root: production and tests call the same build(...)."""

import asyncio
import contextlib
import gc
import json
import logging
import random
import sys
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.assistant import Assistant
from bot.bell import Bell
from bot.colleagues import Colleagues
from bot.coverage_files import CoverageFiles
from bot.delivery import Books, Delivery
from bot.gaps import Gaps
from bot.groups import Tree
from bot.guard import guarded
from bot.inspector import Inspector, Memory
from bot.inspector_process import InspectorProcess
from bot.learnt import engine_of
from bot.ledger.asked import AskedRows
from bot.ledger.audit import Audit
from bot.ledger.chains import Chains
from bot.ledger.coverage import Coverage
from bot.ledger.database import Ledger
from bot.ledger.deliveries import Deliveries
from bot.ledger.duty import Duty
from bot.ledger.edits import Edits
from bot.ledger.figures import Figures
from bot.ledger.intake import Intake, Rooms, State
from bot.ledger.isolation import Isolations
from bot.ledger.lists import Lists
from bot.ledger.members import Members
from bot.ledger.nameless import Nameless
from bot.ledger.notices import Notices
from bot.ledger.outbox import OutboxRows
from bot.ledger.people import Roster
from bot.ledger.privacy import Privacy
from bot.ledger.rounds import Rounds
from bot.ledger.rung import Rung
from bot.ledger.schedules import Schedules
from bot.ledger.talk import Dialogues, Records
from bot.ledger.tickets import Tickets
from bot.ledger.told import ToldRows
from bot.ledger.unanswered import Unanswered
from bot.ledger.versions import Versions
from bot.ledger.votes import Votes
from bot.ledger.why import WhyRows
from bot.live import Content, Live
from bot.loopguard import LoopGuard
from bot.model import ledger as model_ledger
from bot.model.channel import Channel
from bot.model.clock import Clock, millis
from bot.model.contacts import Contacts
from bot.model.ledger import LedgerRefused
from bot.model.message import Event, LoggedIn
from bot.model.people import Grant, Person
from bot.model.replies import Replies
from bot.model.services import Services
from bot.model.settings import Alarm, Settings
from bot.model.tree import Node
from bot.modes import Modes
from bot.noticeboard import Noticeboard
from bot.outbox import Outbox
from bot.reload import Reloader, Voice
from bot.router import Router
from bot.settings import Data, outlook_of, quiet_hours
from bot.shelf import MemoryShelf, Shelf
from bot.timekeeper import Timekeeper
from bot.together import speaker
from handlers.faq import live as speaking_live
from handlers.faq import news
from handlers.faq.versions import put_back
from handlers.table import COMMANDS, RINGS
from handlers.testing import calling
from intents.engine import Engine

log = logging.getLogger("xiaoxiang.app")

BATCH = 500
"""So many messages are handled in one transaction at most."""
DISK_RETRY_SECONDS = 1.0
LAST_SEND_SECONDS = 5.0
"""When stopped, how long the message just leaving may take: what is broken off stays unconfirmed."""
HEARTBEAT_SECONDS = 5.0
"""How often it is written down that the bot still hears."""
TICK_SECONDS = 2.0
"""How often it is asked whether something is due by the clock."""
LOOK_SECONDS = 0.1
"""How often it is looked whether data/ changed."""
GIVE_WAY_SECONDS = 0.0005
"""So long the loop waits for its turn at most, again and again, while data/ is checked beside it."""
RELOADS = 20
"""So many changes of data/ follow each other at most when they are worked out in line."""
REMEMBER_MESSAGES = timedelta(days=7)
"""How long a message is recognised when it comes again."""
FIRST_STARTED = "first_started"
"""Key of the moment at which the bot was first started on the ledger."""
TELL_NOTHING = timedelta.max


class SystemClock:
    """The machine's time, in the community's zone."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)

    def now(self) -> datetime:
        """The present moment."""
        return datetime.now(self._zone)  # noqa: TID251 - the one place that asks the machine


@dataclass
class Health:
    """How the bot itself is doing."""

    started: datetime
    first_started: datetime
    channel: Channel

    @property
    def ready(self) -> bool:
        """True while the channel can send."""
        return self.channel.ready

    @property
    def takes_files(self) -> bool:
        """True where the channel can send pictures and files."""
        return self.channel.takes_files


@dataclass
class App:
    """Everything put together."""

    settings: Settings
    channel: Channel
    clock: Clock
    ledger: Ledger
    live: Live
    assistant: Assistant
    outbox: Outbox
    timekeeper: Timekeeper
    dialogues: Dialogues
    tickets: Tickets
    roster: Roster
    sheets: CoverageFiles
    gaps: Gaps
    reloader: Reloader
    inspector: Inspector
    heard: asyncio.Queue[Event] = field(default_factory=asyncio.Queue)
    in_hand: list[Event] = field(default_factory=list)
    """The batch that is being handled, until it is on disk."""
    deaf_reason: str = ""
    """Why nothing is heard, as the log was told last."""
    alarmed: datetime | None = None
    """Since when the outage lasts that the webhook was told of."""
    _logged_in: bool = False
    _begun: bool = False
    """Whether the version that is live was written down."""

    def receive(self, events: Iterable[Event]) -> None:
        """Handle events at once, in one transaction, and wake the outbox."""
        batch = list(events)
        self.assistant.receive(batch)
        if any(isinstance(event, LoggedIn) for event in batch):
            self.outbox.recall()
            self._logged_in = True
        self.outbox.wake()

    def tick(self, at: datetime) -> None:
        """Do what is due by the clock, once it is known which account speaks, and wake the outbox."""
        if self._logged_in and self.timekeeper.tick(at):
            self.outbox.wake()

    def reload_now(self) -> None:
        """Look whether data/ changed or an edit waits, and do all that follows, at once: for a replay and for tests."""
        at = self.clock.now()
        for _ in range(RELOADS):
            job = self.reloader.look(self.reloader.shelf.stamps(), at, patiently=False)
            if job is None:
                return
            self._begin()
            self.reloader.offer(self.reloader.work(job), self.reloader.shelf.stamps(), at)
            self.reloader.settle(at, patiently=False)
            self.outbox.wake()

    def _begin(self) -> None:
        if not self._begun:
            with self.ledger.transaction():
                self.reloader.begin(self.clock.now())
            self._begun = True

    async def watch(self) -> None:
        """See what changes in data/, ten times a second; what takes time is done beside the loop."""
        await asyncio.to_thread(self.reloader.warm)
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if not self._logged_in:
                continue
            try:
                await self._look()
            except LedgerRefused as error:
                log.error("disk", extra={"action": "ledger.refused", "error": str(error)})
                await asyncio.sleep(DISK_RETRY_SECONDS)

    async def _look(self) -> None:
        stamps = await asyncio.to_thread(self.reloader.shelf.stamps)
        if job := self.reloader.look(stamps, self.clock.now()):
            with yielding():
                result = await asyncio.to_thread(self.reloader.work, job)
            stamps = await asyncio.to_thread(self.reloader.shelf.stamps)
            self.reloader.offer(result, stamps, self.clock.now())
        if self.reloader.settle(self.clock.now()):
            self.outbox.wake()
            gc.freeze()

    async def run(self) -> None:
        """Listen, handle and send until the channel ends by itself or the task is cancelled."""
        self.gaps.prepare()
        self.live.content.engine.words("热身")  # jieba reads its dictionary now, not at somebody's plea
        self._begin()
        inspector = InspectorProcess(self.settings, self.inspector)
        self.reloader.worker.inspect = inspector
        steady()
        bell = Bell()
        bell.every(HEARTBEAT_SECONDS, self.heartbeat)
        bell.every(3600, self.housekeeping)
        bell.every(TICK_SECONDS, self.ring)
        bell.start()
        sending = asyncio.create_task(self.outbox.run())
        working = [
            asyncio.create_task(self.channel.run(self.heard.put_nowait)),
            asyncio.create_task(self._consume()),
            asyncio.create_task(self.watch()),
        ]
        try:
            done, _ = await asyncio.wait([*working, sending], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            await self.settled()
        finally:
            bell.stop()
            self.outbox.stop()
            await asyncio.wait([sending], timeout=LAST_SEND_SECONDS)
            for task in (*working, sending):
                task.cancel()
            await asyncio.gather(*working, sending, return_exceptions=True)
            left = [*self.in_hand, *(self.heard.get_nowait() for _ in range(self.heard.qsize()))]
            if left:
                self.receive(left)
            inspector.close()
            self.ledger.close()

    async def settled(self) -> None:
        """Wait until everything heard is handled and everything that can be sent is sent."""
        await self.heard.join()
        await self.outbox.idle.wait()

    async def _consume(self) -> None:
        while True:
            batch = [await self.heard.get()]
            while len(batch) < BATCH and not self.heard.empty():
                batch.append(self.heard.get_nowait())
            await self._receive(batch)
            for _ in batch:
                self.heard.task_done()

    async def _receive(self, batch: list[Event]) -> None:
        """Handle a batch, and try again as long as the disk refuses: nothing heard is dropped."""
        self.in_hand = batch
        while True:
            try:
                self.receive(batch)
                self.in_hand = []
                return
            except LedgerRefused as error:
                log.error("disk", extra={"action": "ledger.refused", "error": str(error)})
                await asyncio.sleep(DISK_RETRY_SECONDS)

    async def heartbeat(self) -> None:
        """Write down that all is heard, or ring the alarm when it has not been for too long."""
        at = self.clock.now()
        deaf_since = self.channel.deaf_since
        with self.ledger.transaction():
            self.dialogues.forget(at)
            if deaf_since is None and self.heard.empty() and not self.in_hand:
                self.assistant.heard(at)
        if self.channel.deaf_reason != self.deaf_reason:
            self.deaf_reason = self.channel.deaf_reason
            log.warning(f"听不到群消息：{self.deaf_reason}，正在重试" if deaf_since else "又能听到群消息了")
        await self._alarm(at, deaf_since)

    async def ring(self) -> None:
        """Do what is due by the clock."""
        self.tick(self.clock.now())

    async def housekeeping(self) -> None:
        """Forget what is only kept to recognise messages that come again, and files that name doors."""
        self.sheets.clear()
        with self.ledger.transaction():
            self.ledger.forget_messages(millis(self.clock.now() - REMEMBER_MESSAGES))

    async def _alarm(self, at: datetime, deaf_since: datetime | None) -> None:
        """Tell the webhook once an outage when it lasts, and once more when it is over."""
        alarm = self.settings.alarm
        if alarm.webhook is None:
            return
        if deaf_since and not self.alarmed and at - deaf_since >= timedelta(minutes=alarm.deaf_minutes):
            await _post(
                alarm, f"小巷从 {deaf_since:%m-%d %H:%M} 起听不到群消息：{self.channel.deaf_reason}。"
            )
            self.alarmed = deaf_since
        elif self.alarmed and deaf_since is None:
            await _post(alarm, f"小巷恢复了。{self.alarmed:%m-%d %H:%M} 起的消息补不回来，请翻一下各群。")
            self.alarmed = None


def steady() -> None:
    """Take everything loaded so far (rules, dictionaries) out of the garbage collector's rounds: it stays anyway."""
    gc.collect()
    gc.freeze()


@contextlib.contextmanager
def yielding() -> Iterator[None]:
    """While something is worked out beside the loop, it gives way to the loop more often than Python would."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(GIVE_WAY_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


async def _post(alarm: Alarm, text: str) -> None:
    """Post to the webhook, in the form WeCom's and DingTalk's robots read. Raises OSError when it fails."""
    assert alarm.webhook is not None
    body = json.dumps({"msgtype": "text", "text": {"content": text}}, ensure_ascii=False).encode()
    request = urllib.request.Request(alarm.webhook, body, {"Content-Type": "application/json"})

    def post() -> None:
        with urllib.request.urlopen(request, timeout=10):
            pass

    await asyncio.to_thread(post)


def build(
    settings: Settings,
    data: Data,
    channel: Channel,
    clock: Clock,
    rng: random.Random,
    database: Path | None,
    engine: Engine | None = None,
    shelf: Shelf | None = None,
    memory: Memory | None = None,
) -> App:
    """Put everything together. ``database`` None is a throw-away ledger in memory; ``engine``, where there is one of
    these data already, spares making it; ``shelf``: where the data lie, to be watched and written to, None: nowhere that
    anybody else sees; ``memory``: what another app has already worked out about data."""
    ledger = Ledger(database)
    tree = Tree(settings.groups)
    engine = engine or engine_of(data, semantic=settings.semantic)
    books = Books(
        ledger,
        Intake(ledger),
        Rooms(ledger),
        OutboxRows(ledger),
        roster := Roster(ledger),
        members := Members(ledger),
        State(ledger),
        whys := WhyRows(ledger),
    )
    dialogues, tickets, replies = Dialogues(ledger), Tickets(ledger), Replies(dict(data.replies))
    modes = Modes(settings, books.state)
    zone, people = ZoneInfo(settings.timezone), _people(settings)
    colleagues = Colleagues(people, roster, members, books.rooms, tree)

    live = Live(Content(data, engine, zone))

    def duty_phone(node: Node | None) -> str:
        return _duty_phone(live.contacts, tree, node)

    noticeboard = Noticeboard(data.notices, tree, zone, clock, modes, Schedules(ledger), duty_phone)
    services = Services(
        clock=clock,
        groups=tree,
        tickets=tickets,
        roster=roster,
        dialogues=dialogues,
        records=Records(ledger),
        chains=Chains(ledger),
        outbox=OutboxRows(ledger),
        replies=replies,
        known=live,
        duty_phone=duty_phone,
        patience=timedelta(minutes=settings.dialogue.minutes),
        show_time=lambda at: _show_time(at, zone),
        zone=zone,
        colleagues=colleagues,
        audit=Audit(ledger),
        duty=Duty(ledger),
        rung=Rung(ledger),
        lists=Lists(ledger),
        unanswered=Unanswered(ledger),
        gaps=(gaps := Gaps(ledger, live.plain, live.sentences)),
        whys=whys,
        figures=Figures(ledger),
        isolation=Isolations(ledger),
        modes=modes,
        health=Health(clock.now(), _first_started(books.state, clock.now()), channel),
        privacy=Privacy(Nameless(ledger, tree.building_of, people), members),
        notices=Notices(ledger),
        deliveries=Deliveries(ledger),
        noticeboard=noticeboard,
        rounds=Rounds(ledger),
        coverage=Coverage(ledger),
        sheets=(sheets := CoverageFiles(database, clock, zone)),
        faq_settings=settings.faq,
        asked=AskedRows(ledger),
        votes=Votes(ledger),
        edits=(edits := Edits(ledger)),
        versions=(versions := Versions(ledger)),
        told=ToldRows(ledger),
        guarded=lambda text: guarded(text, live.contacts.phones),
        commands=COMMANDS,
    )
    loops = LoopGuard()
    delivery = Delivery(
        books,
        tree,
        replies,
        colleagues,
        loops,
        lambda topic: calling.by_name(topic, services),
        lambda: live.version,
    )
    assistant = Assistant(
        books,
        delivery,
        loops,
        tree,
        Router(live, services, dialogues.of),
        replies,
        people,
        settings.bot_names,
        services.show_time,
        timedelta(seconds=settings.alarm.tell_staff_seconds) if channel.paced else TELL_NOTHING,
    )

    def residents_absent(room_id: str) -> bool:
        binding = books.rooms.get(room_id)
        place = tree.place(binding.tree_room) if binding and binding.tree_room else None
        return place is not None and place.at_work

    outbox = Outbox(
        books.outbox,
        ledger,
        channel,
        clock,
        rng,
        lambda: services.pace,
        residents_absent,
        lambda: live.contacts.phones,
        lambda key, words, at: delivery.tell_staff(replies(key, **words), at),
        delivery.astray,
        delivery.room_left,
        speaker(replies),
    )
    timekeeper = Timekeeper(RINGS, services, ledger, delivery)

    def renew(content: Content) -> None:
        replies.renew(dict(content.data.replies))
        noticeboard.renew(content.data.notices)

    inspector = Inspector(
        settings.data,
        tree,
        quiet_hours(settings),
        settings.semantic,
        lambda: outlook_of(settings, clock.now()),
        memory or Memory(),
    )
    reloader = Reloader(
        live,
        shelf or MemoryShelf(data.files),
        inspector,
        versions,
        edits,
        ledger,
        Voice(
            went_live=lambda swap: speaking_live.went_live(swap, services),
            tried=lambda edit, trial: speaking_live.tried(edit, trial, services),
            put_back=lambda edit, files, aside: put_back(edit, files, aside, services),
            broken=lambda complaints: news.broken(complaints, services),
            mended=lambda files, renewed: news.mended(files, renewed, services),
        ),
        delivery.ring,
        renew,
        settings.faq.keep_versions,
    )
    with ledger.transaction():
        tickets.watch_all()
        noticeboard.plan(clock.now())
        books.state.put(FIRST_STARTED, services.health.first_started.isoformat())
    return App(
        settings,
        channel,
        clock,
        ledger,
        live,
        assistant,
        outbox,
        timekeeper,
        dialogues,
        tickets,
        roster,
        sheets,
        gaps,
        reloader,
        inspector,
    )


def _first_started(state: model_ledger.State, now: datetime) -> datetime:
    known = state.get(FIRST_STARTED)
    return datetime.fromisoformat(known) if known else now


def _people(settings: Settings) -> dict[str, Person]:
    """Those bot.yaml names, by id; somebody may hold several roles, an entry each."""
    people: dict[str, Person] = {}
    for one in settings.people:
        before = people[one.id].grants if one.id in people else ()
        people[one.id] = Person(one.id, one.name, (*before, Grant(one.role, one.scope)))
    return people


def _show_time(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%m月%d日 %H:%M}"


def _duty_phone(contacts: Contacts, tree: Tree, node: Node | None) -> str:
    return contacts.duty_for(tree.path(node or tree.root)).phone
