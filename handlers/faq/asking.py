"""Writing down who asked what of the FAQ: one row a question."""

from collections.abc import Iterable
from datetime import timedelta

from bot.model.asked import Asked, How
from bot.model.faq import Faq
from bot.model.handling import Request
from bot.model.services import Services

NAMED = 15
"""So many are named before a message at most."""


def among_residents(request: Request) -> bool:
    """True in a residents' group, where an answer is read by all: manners are for these alone."""
    return request.place is not None and not request.place.at_work


def note(
    request: Request, services: Services, how: How, entry: str = "", *, served: bool = False, surge: int = 0
) -> None:
    """Write the question down with what becomes of it. The choice of one of those offered completes the question it was
    offered for."""
    message = request.message
    at = message.at if served else None
    if request.dialogue is not None:
        since = message.at - services.patience
        offered = services.asked.suggested(request.person.id, message.room_id, since)
        if offered is not None:
            services.asked.chosen(offered, entry, how, message.id, at)
            return
    node = request.place.node.name if request.place else ""
    services.asked.add(
        Asked(
            0, message.at, message.room_id, message.room, node, message.sender_id, message.sender, entry,
            request.text, message.id, how, request.addressed, at, surge,
        )
    )  # fmt: skip


def present(id_: str, request: Request, services: Services) -> Faq | None:
    """The entry that answers now: the one named, or, where that one does not hold now, another with one of its questions
    that does. None where the one named is not there at all at present: not yet valid, put aside, or gone."""
    entry, at = services.faq.get(id_), request.message.at
    if entry is None or entry.valid(at):
        return entry
    asked = frozenset(entry.questions)
    twin = (
        other for other in services.faq.values() if other.valid(at) and not asked.isdisjoint(other.questions)
    )
    found = next(twin, None)
    return found or (entry if entry.enabled and entry.expired(at) else None)


def cooldown(entry: Faq | None, services: Services) -> timedelta:
    """So long an answer is not repeated in the same group."""
    usual = timedelta(minutes=services.faq_settings.cooldown_minutes)
    return usual if entry is None or entry.cooldown is None else entry.cooldown


def addressees(rows: Iterable[Asked]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Whom to @, each once, in portions that one message bears."""
    people = tuple({row.person_id: (row.person_id, row.person) for row in rows if row.person}.values())
    return tuple(people[n : n + NAMED] for n in range(0, len(people), NAMED))


def askers(rows: Iterable[Asked]) -> int:
    """How many different people."""
    return len({row.person_id for row in rows})


def rooms(rows: Iterable[Asked]) -> dict[str, list[Asked]]:
    """By the group it was asked in, in the order they asked; private chats are not among them."""
    found: dict[str, list[Asked]] = {}
    for row in rows:
        if row.room_id:
            found.setdefault(row.room_id, []).append(row)
    return found
