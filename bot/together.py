"""What one message says for several that wait for the same people: a line each, nothing lost."""

from collections.abc import Callable, Sequence

from bot.model.channel import Bundle
from bot.model.ledger import Waiting
from bot.model.replies import Replies
from bot.model.ticket import short

KEYS: dict[Bundle, str] = {
    "tickets": "tickets_together",
    "acks": "acks_together",
    "take": "untaken_together",
    "finish": "unfinished_together",
    "return": "returned_together",
}

LISTED = 20
"""So many tickets that are late one reminder names."""


def speaker(replies: Replies) -> Callable[[Sequence[Waiting]], str]:
    """Of rows that all have a brief of the same kind: the words that say them all, in their order."""

    def say(rows: Sequence[Waiting]) -> str:
        briefs = [row.brief for row in rows if row.brief is not None]
        numbers = [row.out.ticket for row in rows if row.out.ticket]
        lines = [line for brief in briefs for line in brief.line.splitlines()]
        if briefs[0].kind not in ("tickets", "acks"):
            lines = _first(lines, replies)
        listed = "\n".join(lines)
        return replies(
            KEYS[briefs[0].kind], count=str(len(briefs)), list=listed, short=" ".join(map(short, numbers[:2]))
        )

    return say


def _first(lines: Sequence[str], replies: Replies) -> list[str]:
    """The first tickets of many that are late, each once, and how many more there are: all stand in /工单 超时."""
    latest = list({line.split(" ", 1)[0]: line for line in lines}.values())
    more = len(latest) - LISTED
    return [*latest[:LISTED], *([replies("late_more", count=str(more))] if more > 0 else [])]
