"""receive(events): ordered intake, one transaction a batch, a savepoint a message, an error boundary."""

import logging
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.delivery import Books, Delivery, line
from bot.groups import Tree
from bot.loopguard import ANSWERS, ANSWERS_AT_WORK, SAME_CRY, SAME_TEXT, WINDOW, LoopGuard
from bot.model.channel import STOPPED
from bot.model.handling import Outcome, Request
from bot.model.ledger import (
    LedgerRefused,
    RoomBinding,
)
from bot.model.message import Deaf, Event, LoggedIn, Message, RoomLeft, RoomNamed
from bot.model.people import ROOM_ROLES, Grant, Person
from bot.model.replies import Replies
from bot.model.tree import Place
from bot.router import Router

log = logging.getLogger("xiaoxiang.assistant")

ERROR_ALERT_EVERY = timedelta(minutes=10)
"""The staff are told of messages that could not be handled at most so often."""

ECHO_WITHIN = timedelta(minutes=10)
"""So long after it left, the account may be heard saying it."""

SHOWN = 200
"""Characters of a message that an alert about its sender shows."""

WINDOW_MS = int(WINDOW.total_seconds() * 1000)

_TALKED_TO = "在吗|在不在|在么|在嘛|你|您|请|帮|麻烦|我|俺|咱|快|能不能|能帮|可以|可不可以|怎么|咋|啥|什么|为什么|为啥|到底|几点|说|查|告诉"
_ASKED = r"(?![里口子的头尾边内外东南西北道前后太]).{1,40}[吗呢么嘛?？]\s*$"
"""What follows the bot's name, without a comma, when somebody dictates or types in haste: 小巷超市还开门吗. 小巷口的菜店开门吗
is about a lane."""

HEARD_UNTIL = "heard_until"
"""Key of the moment up to which messages were certainly heard."""


class Assistant:
    """Turns what a channel heard into outcomes and outbox rows."""

    def __init__(
        self,
        books: Books,
        delivery: Delivery,
        loops: LoopGuard,
        tree: Tree,
        router: Router,
        replies: Replies,
        people: dict[str, Person],
        bot_names: Collection[str],
        show_time: Callable[[datetime], str],
        tell_after: timedelta,
    ) -> None:
        """``people`` by id are those bot.yaml names; ``tell_after``: shorter outages are not worth a word."""
        self._books = books
        self._delivery = delivery
        self._tree = tree
        self._router = router
        self._replies = replies
        self._people = people
        names = "|".join(re.escape(name) for name in sorted(bot_names, key=len, reverse=True))
        self._called = re.compile(
            rf"\s*(?:@?(?:{names}))+(?:[\s\u2005,，:：!！。?？]+|$|(?={_TALKED_TO})|(?={_ASKED}))"
        )
        """What a message begins with that is said to the bot: 小巷，… or @小巷 …"""
        self._mentioned = re.compile(rf"@(?:{names})(?:[\s\u2005]|(?=[,，。!！?？])|$)")
        self._show_time = show_time
        self._tell_after = tell_after
        self._loops = loops
        self._places: dict[str, Place | None] = {}
        self._namesakes: set[str] = set()
        """Rooms whose name another room serves, as the staff were told."""
        self._error_told: datetime | None = None
        self._deaf_told: datetime | None = None
        self._started = False
        self.again = 0
        """Messages that had been handled before, since the start."""

    def receive(self, events: Iterable[Event]) -> None:
        """Handle a batch in order; everything it causes is on disk when this returns, or nothing is.

        Raises LedgerRefused when the disk does; the same batch may then be tried again.
        """
        before = self._started, self._deaf_told, self._error_told
        try:
            with self._books.transactions.transaction():
                self._handle_all(
                    [_storable(event) if isinstance(event, Message) else event for event in events]
                )
        except LedgerRefused:
            self._places.clear()  # what was read inside the transaction may never have been
            self._books.members.forget_cache()
            self._started, self._deaf_told, self._error_told = before
            raise

    def _handle_all(self, events: Sequence[Event]) -> None:
        intake = self._books.intake
        messages = [event for event in events if isinstance(event, Message)]
        intake.begin(messages, WINDOW_MS)
        self._router.think(self._calling(message) for message in messages if self._may_matter(message))
        for n, event in enumerate(events):
            match event:
                case Message():
                    self._message(event)
                case RoomNamed():
                    self._room(event.room_id, event.name, event.at)
                case RoomLeft():
                    self._delivery.room_left(event.room_id, event.at)
                case Deaf():
                    self._deaf(event)
                case LoggedIn():  # another account may have other messages
                    intake.write()
                    self._logged_in(event)
                    intake.begin([left for left in events[n + 1 :] if isinstance(left, Message)], WINDOW_MS)
        intake.write()

    def room_names(self) -> tuple[str, ...]:
        """Every room of the tree, by name."""
        return tuple(place.room for place in self._tree.rooms())

    # messages

    def _message(self, message: Message) -> None:
        if message.sender_kind == "self" and message.kind not in ("system", "recall"):
            self._books.outbox.echo(message, message.at - ECHO_WITHIN)
        if message.sender_kind != "person" or message.kind == "system":
            return
        heard = self._books.intake.look(message, WINDOW_MS)
        if heard.again:
            self.again += 1
            log.info("again", extra={"action": "message.again", "message_id": message.id})
            return
        try:
            with self._books.transactions.savepoint():
                outcome = self._decide(message, heard.repeats)
        except LedgerRefused:
            raise
        except Exception:
            log.exception("failed", extra={"action": "message.failed", "message_id": message.id})
            self._places.pop(message.room_id, None)
            self._books.members.forget_cache()
            self._books.intake.handled(message, heard, "error")
            self._error(message)
            return
        self._books.intake.handled(message, heard, outcome.label)
        if outcome.replies:
            log.info("handled", extra={"action": outcome.label, "message_id": message.id})

    def _decide(self, message: Message, repeats: int) -> Outcome:
        place = self._place(message)
        if place is None and not message.private:
            self._router.forget_code(message.text)
            return Outcome("silent:foreign")  # a group that bot.yaml does not name is none of our business
        if place is None or place.kind in ROOM_ROLES:
            self._books.members.seen(message.room_id, message.sender_id, message.sender, message.at)
        request = self._request(message, place)
        if silence := self._looping(request, repeats):
            return silence
        outcome = self._router.route(request)
        if outcome.replies:
            self._loops.answered(message.room_id, message.sender_id, message.at)
        for reply in outcome.replies:
            self._delivery.send(reply, request)
        return outcome

    def _may_matter(self, message: Message) -> bool:
        """False where the words will hardly be looked at: in groups that are not ours, and among staff."""
        place = self._places.get(message.room_id)
        return message.private or (place is not None and place.kind not in ROOM_ROLES)

    def _request(self, message: Message, place: Place | None) -> Request:
        text, called = self._calling(message)
        return Request(message, text, self._person(message, place), place, addressed=called)

    def _calling(self, message: Message) -> tuple[str, bool]:
        """The words meant for us, and whether they were said to the bot."""
        text, called = message.text, message.private or message.mentions_bot
        if calling := self._called.match(text):
            called, text = True, text[calling.end() :]
        elif "@" in text and (calling := self._mentioned.search(text)):
            called, text = True, text[: calling.start()] + text[calling.end() :]
        return text.strip(), called

    def _person(self, message: Message, place: Place | None) -> Person:
        listed = self._people.get(message.sender_id)
        grants = (*(listed.grants if listed else ()), *self._books.claims.grants(message.sender_id))
        if place is not None and (role := ROOM_ROLES.get(place.kind)):
            grants += (Grant(role, place.node.name),)
        return Person(message.sender_id, message.sender, grants)

    def _looping(self, request: Request, repeats: int) -> Outcome | None:
        """Silence for whoever says the same again and again, or speaks in our own words. Emergencies get through."""
        message, at_work = request.message, request.person.rank > 0
        if not message.text:
            return None
        if self._loops.echo(message.room_id or message.sender_id, message.text, message.at):
            return Outcome("silent:echo")
        if repeats >= SAME_TEXT and not at_work:
            label = "silent:repeat"
        elif self._loops.too_many(
            message.room_id, message.sender_id, message.at, ANSWERS_AT_WORK if at_work else ANSWERS
        ):
            label = "silent:loop"
        else:
            return None
        if repeats < SAME_CRY and self._router.is_emergency(request.text):
            return None
        return self._fall_silent(message, label, repeats)

    def _fall_silent(self, message: Message, label: str, repeats: int) -> Outcome:
        """No more answers for now; the staff hear of it once, for it may be somebody in need."""
        where = message.room_id, message.sender_id, message.at
        if self._loops.just_fell_silent(*where) or (repeats == SAME_TEXT and self._loops.lately(*where)):
            words = {"name": message.sender, "room": message.room or "私聊", "text": message.text[:SHOWN]}
            self._delivery.tell_staff(self._replies("alert_loop", **words), message.at)
        return Outcome(label)

    def _error(self, message: Message) -> None:
        if self._error_told and message.at - self._error_told < ERROR_ALERT_EVERY:
            return
        self._error_told = message.at
        words = {"name": message.sender, "room": message.room or "私聊", "message": message.id}
        self._delivery.tell_staff(self._replies("alert_error", **words), message.at)

    # rooms

    def _place(self, message: Message) -> Place | None:
        if message.private:
            return None
        if message.room_id not in self._places or message.room_id in self._delivery.left:
            self._room(message.room_id, message.room, message.at)
        return self._places[message.room_id]

    def _room(self, room_id: str, name: str, at: datetime) -> None:
        """Bind a room by id when its name is first seen in the tree; notice when it is renamed later."""
        known = self._books.rooms.get(room_id)
        if not name and known is not None:
            name = known.name
        tree_room = known.tree_room if known else None
        if tree_room is None or self._tree.place(tree_room) is None:
            tree_room = self._claim_tree_room(room_id, name, at)
        self._delivery.left.discard(room_id)
        if known is None or known.name != name or known.tree_room != tree_room or known.left:
            self._books.rooms.save(RoomBinding(room_id, name, tree_room), at)
        self._places[room_id] = self._tree.place(tree_room) if tree_room else None
        if tree_room:
            self._books.outbox.bind_room(tree_room, room_id)
        if known is not None and known.name != name and tree_room not in (None, name):
            self._delivery.tell_staff(self._replies("room_renamed", old=known.name, new=name), at)

    def _claim_tree_room(self, room_id: str, name: str, at: datetime) -> str | None:
        """The name as a room of the tree, if it is one that no other room serves."""
        place = self._tree.place(name)
        if place is None:
            return None
        serving = self._books.rooms.serving(name)
        if serving in (None, room_id):
            return name
        at_work = place.kind in ROOM_ROLES  # whoever is in it gets a role, and reads doors and phones
        if not at_work and self._books.rooms.release(name):  # dissolved and made anew
            self._places.pop(serving or "", None)
            self._delivery.tell_staff(self._replies("room_anew", new=name), at)
            return name
        if room_id not in self._namesakes:
            self._namesakes.add(room_id)
            log.warning("namesake", extra={"action": "room.namesake", "room_id": room_id})
            self._delivery.tell_staff(self._replies(self._why_not(serving), new=name), at)
        return None

    def _why_not(self, serving: str | None) -> str:
        """Why a room of those at work does not take the place of another: that one is there, or the account has left it."""
        old = self._books.rooms.get(serving) if serving else None
        return "room_work_anew" if old is not None and old.left else "room_unknown"

    # the connection

    def _logged_in(self, event: LoggedIn) -> None:
        other = self._books.transactions.account != event.account
        self._books.transactions.account = event.account
        self._places.clear()
        if not self._started:
            self._started = True
            self._report_last_run(event)
        elif other:
            self._report_stranded(event)
        self.heard(event.at)

    def _report_last_run(self, event: LoggedIn) -> None:
        """What an earlier process may have said, and what was said while none was running."""
        left = self._books.outbox.interrupted(event.at)
        for call in left:
            if call.kind == "call":
                self._delivery.astray("unconfirmed", call, STOPPED, event.at)
        if interrupted := [out for out in left if out.kind != "call"]:
            words = {"count": str(len(interrupted)), "list": "\n".join(map(line, interrupted[:10]))}
            self._delivery.tell_staff(self._replies("unconfirmed", **words), event.at)
        self._report_stranded(event)
        heard = self._books.state.get(f"{HEARD_UNTIL}:{event.account}")
        if heard:
            self._deaf(Deaf(datetime.fromisoformat(heard), event.at, "小巷没有在运行"))

    def _report_stranded(self, event: LoggedIn) -> None:
        """What waited for another account leaves no more."""
        stranded = self._books.outbox.stranded(event.at)
        if stranded:
            words = {"count": str(len(stranded)), "list": "\n".join(map(line, stranded[:10]))}
            self._delivery.tell_staff(self._replies("failed", **words), event.at)

    def heard(self, at: datetime) -> None:
        """Write down that everything up to this moment was heard. Needs an open transaction."""
        account = self._books.transactions.account
        if account:
            self._books.state.put(f"{HEARD_UNTIL}:{account}", at.isoformat())

    def _deaf(self, event: Deaf) -> None:
        since = event.since if event.lost else max(event.since, self._deaf_told or event.since)
        if not event.lost:
            if event.until - since < self._tell_after:
                return
            self._deaf_told = event.until
        span = {
            "since": self._show_time(since),
            "until": self._show_time(event.until),
            "reason": event.reason,
        }
        self._delivery.tell_staff(self._replies("deaf", **span), event.until)


def _storable(message: Message) -> Message:
    """The message without lone surrogates, which no file and no database can hold."""
    try:
        f"{message.text}{message.sender}{message.room}{message.id}{message.sender_id}{message.room_id}".encode()
    except UnicodeEncodeError:
        fields = ("text", "sender", "room", "id", "sender_id", "room_id")
        return replace(
            message, **{name: getattr(message, name).encode("utf-8", "replace").decode() for name in fields}
        )
    return message
