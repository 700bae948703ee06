"""An entry of the FAQ in people's words: its state, how long it holds, how it would be after an edit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.model.edit import Edit
from bot.model.faq import Faq
from bot.model.services import Services
from handlers.faq.manners import wording

MORE, LESS = "+", "-"
"""Behind a key: texts to add to its list, and to take out of it (bot.model.edit.Edit.values)."""

OTHER_TOPIC = "其他"
"""Topic of an entry that was given none (bot/faq_file.py)."""


def as_read(entry: Faq, services: Services) -> str:
    """The answer as residents read it, in the community's own group."""
    return services.guarded(wording(entry, services.groups.root, services))


def edited(before: Faq | None, edit: Edit, services: Services) -> Faq:
    """The entry as the edit makes it."""
    values = edit.values
    entry = before or Faq(edit.entry, "", "", str(values.get("topic") or OTHER_TOPIC))
    questions = _questions(entry.questions, values)
    entry = replace(entry, questions=questions, title=questions[0] if questions else "")
    if "answer" in values:
        entry = replace(entry, answer=str(values["answer"]))
    if "topic" in values:
        entry = replace(entry, topic=str(values["topic"] or OTHER_TOPIC))
    if "source" in values:
        entry = replace(entry, source=str(values["source"] or ""))
    if "enabled" in values:
        entry = replace(entry, enabled=values["enabled"] is not False)
    if "valid_from" in values:
        entry = replace(entry, valid_from=_midnight(values["valid_from"], 0, services))
    if "valid_until" in values:
        entry = replace(entry, valid_until=_midnight(values["valid_until"], 1, services))
    return entry


def state(entry: Faq, at: datetime, services: Services) -> str:
    """停用, 已过期, 剩2天过期, 明天起; empty for an entry that is simply given."""
    if not entry.enabled:
        return "停用"
    if entry.expired(at):
        return "已过期"
    today = at.astimezone(services.zone).date()
    if entry.valid_from is not None and entry.valid_from > at:
        first = entry.valid_from.astimezone(services.zone).date()
        return "明天起" if first - today == timedelta(days=1) else f"{_day(first, today)}起"
    if entry.valid_until is None:
        return ""
    left = (last_day(entry, services) - today).days
    if left >= services.faq_settings.expiring_days:
        return ""
    return ("今天", "明天", "后天")[left] + "过期" if left < 3 else f"剩{left}天过期"


def validity(entry: Faq, at: datetime, services: Services) -> str:
    """长期有效, 到11月30日, 11月18日到11月30日."""
    today = at.astimezone(services.zone).date()
    first = _day(entry.valid_from.astimezone(services.zone).date(), today) if entry.valid_from else ""
    last = _day(last_day(entry, services), today) if entry.valid_until else ""
    if first and last:
        return f"只在 {first}" if first == last else f"{first}到{last}"
    return f"{first}起" if first else f"到{last}" if last else "长期有效"


def last_day(entry: Faq, services: Services) -> date:
    """The last day on which it holds; it has one."""
    assert entry.valid_until is not None
    return (entry.valid_until - timedelta(seconds=1)).astimezone(services.zone).date()


def _day(day: date, today: date) -> str:
    year = "" if day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"


def _questions(before: Sequence[str], values: Mapping[str, object]) -> tuple[str, ...]:
    questions = _texts(values.get("questions")) or tuple(before)
    more, less = _texts(values.get(f"questions{MORE}")), _texts(values.get(f"questions{LESS}"))
    return tuple(one for one in dict.fromkeys((*questions, *more)) if one not in less)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, (list, tuple)) else ()


def _midnight(value: object, later: int, services: Services) -> datetime | None:
    """The beginning of a day written as 2022-11-30, so many days later; None without one."""
    if not value:
        return None
    return datetime.combine(date.fromisoformat(str(value)) + timedelta(days=later), time(), services.zone)
