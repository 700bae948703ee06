"""What became of a notice in each of its groups: its rows, put together. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.model.notice import DeliveryRow

SHOWN = 20
"""So many groups are named; beyond that their number is said."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The groups of a notice by what became of it there, each once, in the order they were queued."""

    sent: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]
    """(group, why in Chinese)."""
    unsure: tuple[str, ...]
    """Groups that may or may not have got it."""
    waiting: tuple[str, ...]
    cancelled: tuple[str, ...] = ()
    """Groups that somebody, a correction or the end of its time took it back from before it left."""

    @property
    def total(self) -> int:
        """How many groups there are."""
        return len(self.sent) + len(self.failed) + len(self.unsure) + len(self.waiting) + len(self.cancelled)


def tally(rows: Iterable[DeliveryRow]) -> Tally:
    """Count groups, not rows: a group has a row for the words and one for each picture, and more after a 补发. It got the
    notice when it got all of its parts, be it at the second try."""
    rooms: dict[str, dict[str, DeliveryRow]] = {}
    for row in rows:
        parts = rooms.setdefault(row.room, {})
        best = parts.get(row.attachment)
        if best is None or _RANK[row.state] >= _RANK[best.state]:
            parts[row.attachment] = row
    sent, failed, unsure, waiting, cancelled = [], [], [], [], []
    for room, parts in rooms.items():
        states = {row.state for row in parts.values()}
        if states & {"pending", "sending"}:
            waiting.append(room)
        elif lost := [row for row in parts.values() if row.state == "failed"]:
            failed.append((room, _why(lost[0], whole=len(lost) == len(parts))))
        elif "cancelled" in states:
            cancelled.append(room)
        elif "unconfirmed" in states:
            unsure.append(room)
        else:
            sent.append(room)
    return Tally(tuple(sent), tuple(failed), tuple(unsure), tuple(waiting), tuple(cancelled))


_RANK = {"cancelled": 0, "failed": 1, "pending": 2, "sending": 3, "unconfirmed": 4, "sent": 5}
"""Of several tries the one that came farthest counts."""


def _why(row: DeliveryRow, *, whole: bool) -> str:
    reason = row.error or "没发出去"
    return reason if whole else f"{'图片或文件' if row.attachment else '文字'}没发到：{reason}"


def failed_list(tally: Tally) -> str:
    """The groups that did not get it and why: 17号楼3单元群（小巷已不在这个群）、…; those of one reason stand together."""
    shown = tally.failed[:SHOWN]
    by_reason: dict[str, list[str]] = {}
    for room, why in shown:
        by_reason.setdefault(why, []).append(room)
    more = f"……等 {len(tally.failed)} 个群" if len(tally.failed) > SHOWN else ""
    return "、".join(f"{'、'.join(rooms)}（{why}）" for why, rooms in by_reason.items()) + more


def named_rooms(rooms: tuple[str, ...]) -> str:
    """Groups by name, as many as one likes to read."""
    return "、".join(rooms[:SHOWN]) + (f"……等 {len(rooms)} 个群" if len(rooms) > SHOWN else "")
