"""The loop guard: two bots in one group must not talk to each other all night."""

import re
from collections import OrderedDict, deque
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=10)
SAME_TEXT = 3
"""The same words by the same person in the same room so often within WINDOW: the next is met with silence."""
ANSWERS = 12
"""So many answers to one person in one room within WINDOW: the next message is met with silence."""
_MENTION = re.compile(r"^@[^\s\u2005]+[\s\u2005]+")
REMEMBERED = 2000
"""So many (room, person) pairs and own sentences are remembered."""


class LoopGuard:
    """Remembers what was said to whom lately. In memory: forgetting it at a restart does no harm."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[str, str], deque[datetime]] = OrderedDict()
        self._silent: OrderedDict[tuple[str, str], datetime] = OrderedDict()
        self._own: OrderedDict[tuple[str, str], datetime] = OrderedDict()

    def answered(self, room_id: str, sender_id: str, at: datetime) -> None:
        """The bot answered this person here."""
        times = self._answers.setdefault((room_id, sender_id), deque(maxlen=ANSWERS))
        times.append(at)
        self._answers.move_to_end((room_id, sender_id))
        if len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)

    def lately(self, room_id: str, sender_id: str, at: datetime) -> bool:
        """True when this person was answered here within WINDOW."""
        times = self._answers.get((room_id, sender_id))
        return times is not None and at - times[-1] < WINDOW

    def first_silence(self, room_id: str, sender_id: str, at: datetime) -> bool:
        """True when this person has not been met with silence here within WINDOW before; remembers that now they
        have."""
        before = self._silent.get((room_id, sender_id))
        self._silent[(room_id, sender_id)] = at
        if len(self._silent) > REMEMBERED:
            self._silent.popitem(last=False)
        return before is None or at - before >= WINDOW

    def said(self, room_id: str, text: str, at: datetime) -> None:
        """The bot said this here."""
        self._own[(room_id, text)] = at
        self._own.move_to_end((room_id, text))
        if len(self._own) > REMEMBERED:
            self._own.popitem(last=False)

    def too_many(self, room_id: str, sender_id: str, at: datetime) -> bool:
        """True when this person was answered here ANSWERS times within WINDOW."""
        times = self._answers.get((room_id, sender_id))
        return times is not None and len(times) == ANSWERS and at - times[0] < WINDOW

    def echo(self, room_id: str, text: str, at: datetime) -> bool:
        """True when these are the bot's own words of a moment ago, coming back."""
        said = self._own.get((room_id, _MENTION.sub("", text) if text.startswith("@") else text))
        return said is not None and at - said < WINDOW
