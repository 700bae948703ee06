"""``testing`` of bot.yaml: what must be true of it beyond its shape."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.data_rules import unknown_scope
from bot.yamlfile import Found

LEAST: tuple[tuple[str, float, str], ...] = (
    ("batch", 1, "一批至少叫 1 户"),
    ("minutes", 0.5, "一批至少算 0.5 分钟"),
    ("remind_minutes", 0, "不能是负数，0 表示不提醒"),
)


def testing_rules(settings: Mapping[str, Any], names: Sequence[str]) -> Iterator[Found]:
    """Numbers that make a round impossible, and branches of the order that do not exist: they would be passed over in
    silence. ``names``: those of all branches."""
    testing = settings.get("testing")
    if not isinstance(testing, dict):
        return
    for key, least, reason in LEAST:
        try:
            number = float(testing.get(key, least))
        except (TypeError, ValueError):
            continue
        if number < least:
            yield ("testing", key), f"「{key}」{reason}；现在写的是 {number:g}"
    order = testing.get("order")
    for index, name in enumerate(order if isinstance(order, list) else ()):
        if isinstance(name, str):
            yield from unknown_scope(("testing", "order", index), name.strip(), names)
