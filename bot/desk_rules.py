"""What ``desk`` of bot.yaml must fulfil beyond its shape: times of the day, hours, minutes, categories."""

import re
from collections.abc import Iterator
from typing import Any

from bot.yamlfile import Found, Steps
from bot.yamlwords import suggestion
from intents.spec import INTENTS

_TIME = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d")
_CATEGORIES = ("default", *INTENTS)


def desk_rules(desk: Any) -> Iterator[Found]:
    """Everything about ``desk``."""
    if not isinstance(desk, dict):
        return
    yield from _hours(desk.get("duty_hours"))
    for key in ("shifts", "temperature_at"):
        yield from _times(key, desk.get(key))
    if desk.get("shifts") == []:
        yield ("desk", "shifts"), '至少写一个交班的时间，例如 shifts: ["08:00", "20:00"]'
    limits = desk.get("limits")
    for category in limits if isinstance(limits, dict) else ():
        if category not in _CATEGORIES:
            meant = suggestion(str(category), _CATEGORIES)
            hint = f"是不是想写「{meant}」？" if meant else ""
            yield (
                ("desk", "limits", category),
                f"没有「{category}」这一类。{hint}这里写意图的名字（例如 help.medicine），没写的都按 default",
            )
    yield from _above_zero(desk, ("desk",))


def _hours(value: Any) -> Iterator[Found]:
    if not isinstance(value, str):
        return
    steps = ("desk", "duty_hours")
    begin, dash, end = (part.strip() for part in value.partition("-"))
    if not (dash and _TIME.fullmatch(begin) and (_TIME.fullmatch(end) or end == "24:00")):
        yield steps, f"「{value}」要写成「几点:几分-几点:几分」，例如 08:00-20:00（英文冒号、英文减号）"
    elif _minutes(begin) >= _minutes(end):
        yield steps, f"{begin} 不比 {end} 早：请先写开始，再写结束，例如 08:00-20:00；全天写 00:00-24:00"


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _times(key: str, value: Any) -> Iterator[Found]:
    for index, one in enumerate(value if isinstance(value, list) else ()):
        if isinstance(one, str) and not _TIME.fullmatch(one.strip()):
            yield (
                ("desk", key, index),
                f'「{one}」要写成「几点:几分」，例如 "08:30"（英文冒号，到 "23:59" 为止）',
            )
        elif isinstance(one, str) and one in value[:index]:
            yield ("desk", key, index), f"「{one}」写了两次，请删掉一个"


def _above_zero(value: Any, steps: Steps) -> Iterator[Found]:
    """Every number there is a length of time, and none of nothing."""
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for step, item in inner:
            yield from _above_zero(item, (*steps, step))
        return
    try:
        number = float(value)
    except (TypeError, ValueError):
        return
    if number <= 0:
        name = next(step for step in reversed(steps) if isinstance(step, str))
        unit = "天" if name == "keep_days" else "分钟"
        yield steps, f"「{name}」要大于 0，单位是{unit}；现在写的是 {value}"
