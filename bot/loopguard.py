"""The loop guard: two bots in one group must not talk to each other all night."""

import re
from collections import OrderedDict, deque
from datetime import datetime, timedelta
from typing import Any

WINDOW = timedelta(minutes=10)
SAME_TEXT = 3
"""The same words by the same person in the same room so often within WINDOW: the next is met with silence."""
SAME_CRY = 10
"""The same for a cry for help, which gets through longer."""
ANSWERS = 12
"""So many answers to one person in one room within WINDOW: the next messages are met with silence."""
ANSWERS_AT_WORK = 60
"""The same for people with a role, who take many tickets in a row."""
LONGEST_SILENCE = timedelta(hours=12)
COMPARED = 80
"""Characters by which the bot knows its own words again."""
SHORTEST_ECHO = 8
"""Characters; shorter words are compared with their numbers: 「1」 answers a question."""
_NUMBERS = re.compile(r"[A-Za-z]{0,3}\d+")
_MENTION = re.compile(r"^@[^\s\u2005]+[\s\u2005]+")
REMEMBERED = 2000
"""So many (room, person) pairs and own sentences are remembered."""


class LoopGuard:
    """Remembers what was said to whom lately. In memory: forgetting it at a restart does no harm."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[str, str], deque[datetime]] = OrderedDict()
        self._silent: OrderedDict[tuple[str, str], tuple[datetime, timedelta]] = OrderedDict()
        self._own: OrderedDict[tuple[str, str], datetime] = OrderedDict()

    def answered(self, room_id: str, sender_id: str, at: datetime) -> None:
        """The bot answered this person here."""
        times = self._answers.setdefault((room_id, sender_id), deque(maxlen=ANSWERS_AT_WORK))
        times.append(at)
        _keep(self._answers, (room_id, sender_id))

    def too_many(self, room_id: str, sender_id: str, at: datetime, limit: int) -> bool:
        """True when this person was answered here ``limit`` times within WINDOW, and for a while afterwards: each
        time again twice as long."""
        where = room_id, sender_id
        since, span = self._silent.get(where, (at, timedelta()))
        if timedelta(0) <= at - since < span:
            return True
        times = self._answers.get(where, ())
        if sum(timedelta(0) <= at - time < WINDOW for time in times) < limit:
            return False
        self._answers.pop(where, None)
        self._silent[where] = (at, min(max(span * 2, WINDOW), LONGEST_SILENCE))
        _keep(self._silent, where)
        return True

    def just_fell_silent(self, room_id: str, sender_id: str, at: datetime) -> bool:
        """True at the very message from which on this person is met with silence."""
        return self._silent.get((room_id, sender_id), (None, None))[0] == at

    def lately(self, room_id: str, sender_id: str, at: datetime) -> bool:
        """True when this person was answered here within WINDOW."""
        times = self._answers.get((room_id, sender_id))
        return times is not None and timedelta(0) <= at - times[-1] < WINDOW

    def said(self, where: str, text: str, at: datetime) -> None:
        """The bot said this in a room, or to a person in private."""
        key = where, _folded(text)
        self._own[key] = at
        _keep(self._own, key)

    def echo(self, where: str, text: str, at: datetime) -> bool:
        """True when these are the bot's own words of a moment ago, coming back, be it with other numbers in them."""
        said = self._own.get((where, _folded(text)))
        return said is not None and timedelta(0) <= at - said < WINDOW


def _folded(text: str) -> str:
    text = (_MENTION.sub("", text) if text.startswith("@") else text)[:COMPARED]
    return _NUMBERS.sub("#", text) if len(text) > SHORTEST_ECHO else text


def _keep(book: OrderedDict[tuple[str, str], Any], key: tuple[str, str]) -> None:
    book.move_to_end(key)
    if len(book) > REMEMBERED:
        book.popitem(last=False)
