"""What one message says for several that wait for the same people: a line each, nothing lost."""

from collections.abc import Callable, Sequence

from bot.model.ledger import Waiting
from bot.model.replies import Replies
from bot.model.ticket import short


def speaker(replies: Replies) -> Callable[[Sequence[Waiting]], str]:
    """Of rows that all have a brief of the same kind: the words that say them all, in their order."""

    def say(rows: Sequence[Waiting]) -> str:
        briefs = [row.brief for row in rows if row.brief is not None]
        numbers = [row.out.ticket for row in rows if row.out.ticket]
        listed = "\n".join(brief.line for brief in briefs)
        key = "tickets_together" if briefs[0].kind == "tickets" else "acks_together"
        return replies(key, count=str(len(briefs)), list=listed, short=" ".join(map(short, numbers[:2])))

    return say
