"""Who has heard an answer that no longer holds, and has not heard since that it does not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model.faq import Faq
from bot.model.handling import Reply
from bot.model.notice import Notice
from bot.model.services import Services
from bot.model.told import Told
from handlers.faq.manners import wording

TIMES = 3
"""So many times of the day are named for one group."""

NAMED = 6
"""So many groups are named; of the others the number is enough."""


@dataclass(frozen=True, slots=True)
class Hearers:
    """Whoever heard an old answer lately."""

    entry: str
    rooms: dict[str, tuple[datetime, ...]]
    """Group -> when it was said there."""
    private: tuple[str, ...]
    """Ids of those who heard it in private, in the order they did."""
    people: int
    """So many asked, or were named where it was said."""
    heard: str
    """The words that were said last."""

    def __bool__(self) -> bool:
        return bool(self.rooms or self.private)


def hearers(entry: str, at: datetime, services: Services) -> Hearers:
    """Who heard an old answer of this entry within the hours that bot.yaml names, however many versions ago."""
    since = at - timedelta(hours=services.faq_settings.correct_hours)
    told = services.told.told(entry, since)
    now = holding(services.faq.get(entry), at)
    changes = (one.at for one in services.told.superseded(since) if one.entry == entry)
    changed = next(changes, None)
    rooms: dict[str, tuple[datetime, ...]] = {}
    private: dict[str, None] = {}
    old: list[Told] = []
    for those in _by_place(told):
        stale = _stale(those, now, changed, services)
        old += stale
        if stale and those[0].room_id:
            rooms[those[0].room] = tuple(dict.fromkeys(one.at for one in stale))
        elif stale:
            private |= dict.fromkeys(stale[-1].people)
    people = {person for one in old for person in one.people}
    if old:  # whoever was shown since then where it stands read it, too
        first = min(one.queued for one in old)
        waiting = {person for one in services.told.queued(entry) for person in one.people}
        people |= services.told.served(entry, first) - _served_right(told, old) - waiting
    heard = max(old, key=lambda one: one.at).text if old else ""
    return Hearers(entry, rooms, tuple(private), len(people), heard)


def holding(entry: Faq | None, at: datetime) -> Faq | None:
    """The entry, as far as its answer is given at that moment."""
    return entry if entry is not None and entry.valid(at) else None


def _by_place(told: Iterable[Told]) -> list[list[Told]]:
    """Each group's, and each person's in private."""
    found: dict[tuple[str, tuple[str, ...]], list[Told]] = {}
    for one in told:
        found.setdefault((one.room_id, () if one.room_id else one.people), []).append(one)
    return list(found.values())


def _stale(
    those: Sequence[Told], now: Faq | None, changed: datetime | None, services: Services
) -> list[Told]:
    """Those that said something else than the present answer, unless it was put right afterwards: in a group by a correction,
    in private by the answer itself."""
    right = [
        _says(one, now, services) or (one.correction and changed is not None and one.queued >= changed)
        for one in those
    ]
    put_right = [n for n, one in enumerate(those) if right[n] and (one.correction or not one.room_id)]
    first = put_right[-1] + 1 if put_right else 0
    return [one for n, one in enumerate(those) if n >= first and not right[n]]


def _says(one: Told, now: Faq | None, services: Services) -> bool:
    if now is None:
        return False
    place = services.groups.place(one.room) if one.room else None
    text = wording(now, place.node if place else services.groups.root, services)
    return text in one.text or services.guarded(text) in one.text


def _served_right(told: Sequence[Told], old: Sequence[Told]) -> frozenset[str]:
    """Whoever was only ever named where the present answer was said."""
    wrong = {person for one in old for person in one.people}
    return frozenset(person for one in told for person in one.people) - wrong


def listed(found: Hearers, services: Services) -> str:
    """For people: 12 人：春晓苑17号楼3单元群（8:10、9:25）…，私聊 3 人."""
    parts = [f"{room}（{_times(times, services)}）" for room, times in found.rooms.items()]
    more = len(parts) - NAMED
    groups = "、".join(parts[:NAMED]) + (f"等 {len(parts)} 个群" if more > 0 else "")
    private = f"私聊 {len(found.private)} 人" if found.private else ""
    return "，".join(part for part in (groups, private) if part)


def _times(times: Sequence[datetime], services: Services) -> str:
    named = [f"{at.astimezone(services.zone):%H:%M}".removeprefix("0") for at in times]
    named = list(dict.fromkeys(named))
    return "、".join(named[:TIMES]) + (f"等 {len(named)} 次" if len(named) > TIMES else "")


def to_individuals(notice: Notice, at: datetime, services: Services) -> list[Reply]:
    """Those who heard the old answer in private hear the correction there."""
    found = hearers(notice.entry, at, services) if notice.entry else None
    return [
        Reply(notice.text, "private", "person", to=person, topic=f"corrected:{notice.entry}")
        for person in (found.private if found else ())
    ]
