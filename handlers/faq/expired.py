"""An answer that no longer holds is never given: the askers are told so and wait, and those who edit data/ hear of it."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from bot.model.asked import Asked
from bot.model.faq import Faq
from bot.model.handling import Outcome, Reply, Request, Ring
from bot.model.services import Services
from handlers import daily
from handlers.faq import surge
from handlers.faq.asking import addressees, among_residents, askers, cooldown, note
from handlers.speaking import to_sender

MORNING_LATE = timedelta(hours=12)
"""What was not told in the morning because the bot was not running is told so much later at most."""

_EXPIRING = "faq-expiring"


def hold(entry: Faq, request: Request, services: Services) -> Outcome:
    """Say once in a while that it no longer holds, keep the asker, and tell those who can renew it, once a day."""
    message = request.message
    note(request, services, "expired", entry.id)
    since = message.at - cooldown(entry, services)
    replies: list[Reply] = []
    if not among_residents(request) or not services.asked.said(_topic(entry.id), message.room_id, since):
        text = services.replies("faq_expired")
        said = to_sender(request, text)
        replies.append(Reply(said.text, said.kind, mentions=said.mentions, topic=_topic(entry.id)))
    elif request.addressed:
        replies.append(to_sender(request, services.replies("faq_held")))
    return Outcome(
        f"held:{entry.id}",
        (*replies, *_nag(entry, message.at, services), *surge.swell(entry.id, message.at, services)),
    )


def withdrawn(rows: Sequence[Asked], at: datetime, services: Services) -> list[Reply]:
    """They waited to be shown an answer that does not hold any more: one line in their group, and they wait for the next."""
    services.asked.turn(rows, "expired")
    first = rows[0]
    named, *_ = addressees(rows) or ((),)
    text = services.replies("faq_expired")
    topic = _topic(first.entry)
    return [Reply(text, "reply", "room", to=first.room_id, mentions=named, topic=topic)]


def _topic(entry: str) -> str:
    return f"expired:{entry}"


def _nag(entry: Faq, at: datetime, services: Services) -> list[Reply]:
    name = f"faq-expired:{entry.id}"
    last = services.rung.last(name)
    if last is not None and last.astimezone(services.zone).date() == at.astimezone(services.zone).date():
        return []
    services.rung.mark(name, at, at)
    waiting = services.asked.waiting(at - surge.PROMISED, "expired", entry=entry.id)
    words = {
        "title": entry.title,
        "id": entry.id,
        "until": _last_day(entry, services),
        "count": str(askers(waiting)),
    }
    return [Reply(services.replies("faq_expired_nag", **words), "alert", "admins")]


def _last_day(entry: Faq, services: Services) -> str:
    """The last day on which it held: 11月18日."""
    if entry.valid_until is None:
        return ""
    last = (entry.valid_until - timedelta(seconds=1)).astimezone(services.zone)
    return f"{last.month}月{last.day}日"


# what expires soon


def _morning(services: Services) -> tuple[str, ...]:
    return (services.desk.duty_hours.partition("-")[0],)


def _due(services: Services) -> datetime | None:
    return daily.due(_EXPIRING, _morning(services), MORNING_LATE, services)


def _ring(at: datetime, services: Services) -> Sequence[Reply]:
    """Every answer that will soon hold no more, each told once."""
    daily.mark(_EXPIRING, _morning(services), MORNING_LATE, at, services)
    within = timedelta(days=services.faq_settings.expiring_days)
    midnight = datetime.combine(at.astimezone(services.zone).date(), time(), services.zone)
    lines = []
    for entry in services.faq.values():
        if not entry.enabled or entry.valid_until is None or entry.valid_until > midnight + within:
            continue
        name = f"{_EXPIRING}:{entry.id}"
        if (services.rung.last(name) or datetime.min.replace(tzinfo=at.tzinfo)) >= entry.valid_until:
            continue
        services.rung.mark(name, entry.valid_until, at)
        state = "已过期" if entry.expired(at) else "到期"
        lines.append(f"{entry.title}（{entry.id}）{_last_day(entry, services)}{state}")
    if not lines:
        return ()
    text = services.replies("faq_expiring", count=str(len(lines)), list="\n".join(lines))
    return (Reply(text, "alert", "admins"),)


RING = Ring(_EXPIRING, _due, _ring)
"""In the morning of the duty hours, what expires within the next days."""
