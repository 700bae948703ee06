"""What is different from one mode to the other, in a few words: 值班 00:00-24:00，买药送药 10 分钟内要有人接."""

from collections.abc import Iterator
from dataclasses import fields

from bot.model.mode import ModeView, Standing
from bot.model.services import Services
from bot.model.settings import Desk, Limits, NoticeSettings, Pace, TestingSettings

_DESK = {
    "shifts": "{} 换班",
    "emergency_again": "急症没人接，过 {} 分钟再喊",
    "ladder_minutes": "催办每级隔 {} 分钟",
    "waiting_minutes": "等居民回话最多停表 {} 分钟",
    "unanswered_minutes": "群里问话 {} 分钟没人回就记下",
    "temperature_at": "{} 问体温",
    "keep_days": "办结 {} 天后可以抹去",
}
_PACE = {
    "min_seconds": "两条消息至少隔 {} 秒",
    "max_seconds": "两条消息最多隔 {} 秒",
    "per_room_seconds": "同一个群至少隔 {} 秒",
    "per_minute": "每分钟最多 {} 条",
    "per_day": "一天最多 {} 条",
    "backoff_seconds": "发得太快时停 {} 秒",
}
_NOTICES = {
    "late_minutes": "通知迟到 {} 分钟以内还补发",
    "confirm_minutes": "通知预览等确认 {} 分钟",
    "receipt_minutes": "通知发出 {} 分钟后催「收到」",
}
_TESTING = {
    "batch": "核酸一批叫 {} 户",
    "minutes": "核酸一批先按 {} 分钟算",
    "order": "核酸先叫 {}",
    "remind_minutes": "核酸结束前 {} 分钟提醒没测的",
}
_LIMITS = {
    "take": "{} 分钟内要有人接",
    "finish": "{} 分钟内办结",
    "progress": "接了 {} 分钟没动静就放回",
    "night": "夜里接了 {} 分钟没动静就放回",
}
_NEVER = {
    "temperature_at": "不问体温",
    "per_minute": "每分钟几条不限",
    "per_day": "一天几条不限",
    "remind_minutes": "核酸结束前不提醒",
    "order": "核酸按楼号顺序叫",
    "emergency_again": "急症没人接也不再喊",
}
"""What is said instead where the value is nothing."""


def changes(before: ModeView, after: ModeView, services: Services) -> list[str]:
    """How ``after`` is, wherever it is not as ``before``; empty when they are alike."""
    return [
        *_desk(before.desk, after.desk, services),
        *_plain(before.pace, after.pace, _PACE),
        *_notices(before.notices, after.notices),
        *_plain(before.testing, after.testing, _TESTING),
    ]


def leads(roster: tuple[Standing, ...], services: Services) -> str:
    """Who leads the shifts as long as a mode lasts: 刘书记，春晓苑白班 网格员小安; empty without a roster."""
    root = services.groups.root.name
    said = (
        f"{'' if one.node == root else one.node}{one.shift}".strip() + f" {one.name}"
        for one in roster
        if one.lead
    )
    return "，".join(part.strip() for part in said)


def _desk(before: Desk, after: Desk, services: Services) -> Iterator[str]:
    if after.duty_hours != before.duty_hours:
        yield f"值班 {after.duty_hours}"
    for category in dict.fromkeys((*before.limits, *after.limits)):
        title = "其他各类" if category == "default" else services.titles.get(category, category)
        old, new = (_limits(desk, category) for desk in (before, after))
        yield from _titled(title, old, new)
    yield from _titled("急的", before.urgent, after.urgent)
    yield from _plain(before, after, _DESK)


def _limits(desk: Desk, category: str) -> Limits:
    return desk.limits.get(category) or desk.limits.get("default") or Limits()


def _titled(title: str, before: Limits, after: Limits) -> Iterator[str]:
    """买药送药 10 分钟内要有人接、60 分钟内办结."""
    if said := list(_plain(before, after, _LIMITS)):
        yield f"{title} {'、'.join(said)}"


def _notices(before: NoticeSettings, after: NoticeSettings) -> Iterator[str]:
    if after.quiet_hours != before.quiet_hours:
        yield f"{after.quiet_hours} 不发普通通知" if after.quiet_hours else "普通通知昼夜都发"
    yield from _plain(before, after, _NOTICES)


def _plain(
    before: Desk | Pace | NoticeSettings | TestingSettings | Limits,
    after: Desk | Pace | NoticeSettings | TestingSettings | Limits,
    words: dict[str, str],
) -> Iterator[str]:
    for field in fields(after):
        value = getattr(after, field.name)
        if field.name in words and value != getattr(before, field.name):
            yield (
                words[field.name].format(_shown(value))
                if value or field.name not in _NEVER
                else _NEVER[field.name]
            )


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "、".join(map(_shown, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
