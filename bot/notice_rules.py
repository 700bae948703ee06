"""What notices.yaml, and ``notices`` of bot.yaml, must fulfil beyond their shape. Each rule yields the place and the reason."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from string import Formatter
from types import MappingProxyType
from typing import Any

from bot.data_rules import LONGEST, masked
from bot.groups import Tree
from bot.model.contacts import Contacts
from bot.model.mode import ModeName
from bot.model.schedule import (
    EVERY,
    LEVELS,
    RESTDAYS,
    VARIABLES,
    WORKDAYS,
    NotATime,
    NoticeEntry,
    moment_of,
    time_of,
    weekdays_of,
)  # fmt: skip
from bot.noticeboard import cron_mistake, due, target_text
from bot.yamlfile import Found, Steps
from bot.yamlwords import suggestion
from handlers.notices.quiet import goes_at
from handlers.notices.targets import read_targets

A_DAY = 24
"""An entry is posted so often a day at most: a group is not a ticker."""

_CRON_FIELDS = ("分", "时", "日", "月", "星期")
_TRIAL = datetime(2024, 1, 1, tzinfo=UTC)
"""Every day of the week and the 29th of February come after it."""


def notice_rules(
    entries: Sequence[NoticeEntry | None],
    contacts: Contacts | None,
    tree: Tree | None,
    quiet: Mapping[ModeName, str] = MappingProxyType({}),
) -> Iterator[Found]:
    """Everything about notices.yaml; None stands for an entry that has not even its shape. Without a tree, where they go is not
    looked at; without quiet hours by mode, not which have to wait for their end."""
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        if entry is None:
            continue
        if entry.id in seen:
            yield (index, "id"), f"编号「{entry.id}」用了两次：请给这一条换一个没用过的"
        seen.add(entry.id)
        timing = list(_timing(entry))
        yield from (((index, *steps), reason) for steps, reason in timing)
        if not timing:
            yield from (((index, *steps), reason) for steps, reason in _often(entry))
            yield from (((index, *steps), reason) for steps, reason in _resting(entry, quiet))
        texts = list(_variables(entry.text))
        yield from (((index, "text"), reason) for reason in texts or _words(entry, contacts))
        yield from (((index, *steps), reason) for steps, reason in _numbers(entry))
        if tree is not None:
            yield from (((index, *steps), reason) for steps, reason in _scope(entry, tree))


def _timing(entry: NoticeEntry) -> Iterator[Found]:
    if not entry.times and entry.cron is None:
        yield (), '这一条没有写什么时候发：请加一行 times: ["08:00"]，或者 cron: "0 8 * * *"'
    if entry.times and entry.cron is not None:
        yield ("cron",), "times 和 cron 只写一样：请删掉一个"
    for n, text in enumerate(entry.times):
        try:
            at = time_of(text)
        except NotATime:
            yield ("times", n), f'「{text}」要写成「几点:几分」，例如 "08:30"（英文冒号，到 "23:59" 为止）'
            continue
        if any(_same(other, at) for other in entry.times[:n]):
            yield ("times", n), f"「{text}」写了两次，请删掉一个"
    if entry.cron is not None:
        yield from _cron(entry.cron)
    try:
        weekdays_of(entry.days)
    except NotATime as wrong:
        meant = suggestion(str(wrong), (EVERY, WORKDAYS, RESTDAYS))
        hint = f"是不是想写「{meant}」？" if meant else ""
        yield ("days",), f"「{wrong}」不认识，{hint}可以写 每天、工作日、休息日，或者 [周一, 周三]"
    yield from _validity(entry)


def _same(text: str, at: object) -> bool:
    try:
        return time_of(text) == at
    except NotATime:
        return False


def _cron(line: str) -> Iterator[Found]:
    fields = line.split()
    if len(fields) != len(_CRON_FIELDS):
        yield (
            ("cron",),
            f'「{line}」要写五段：{" ".join(_CRON_FIELDS)}，例如 "0 8 * * 1-5" 是周一到周五 8:00；只按钟点发，写 times 更清楚',
        )
    elif cron_mistake(line):
        wrong = next(
            (
                f"第 {n + 1} 段（{_CRON_FIELDS[n]}）「{field}」不对"
                for n, field in enumerate(fields)
                if cron_mistake(" ".join((*["*"] * n, field, *["*"] * (len(fields) - n - 1))))
            ),
            "没有这样的日子",
        )
        yield (
            ("cron",),
            f'「{line}」{wrong}：分 0-59、时 0-23、日 1-31、月 1-12、星期 0-7（0 和 7 都是周日），例如 "30 8 * * 1,3" 是周一周三 8:30',
        )


def _validity(entry: NoticeEntry) -> Iterator[Found]:
    found: dict[str, datetime] = {}
    for key, text in (("valid_from", entry.valid_from), ("valid_until", entry.valid_until)):
        if text is None:
            continue
        try:
            found[key] = moment_of(text, UTC, end=key == "valid_until")
        except NotATime:
            yield (key,), f"「{text}」要写成「年-月-日」，例如 2022-11-18；也可以带钟点：2022-11-18 12:00"
    if len(found) == 2 and found["valid_until"] <= found["valid_from"]:
        yield (
            ("valid_until",),
            f"valid_until（{entry.valid_until}）早于 valid_from（{entry.valid_from}）：请改正日期",
        )


def _often(entry: NoticeEntry) -> Iterator[Found]:
    """Never, or too often, whatever the dates."""
    key = "cron" if entry.cron else "times"
    begin = moment_of(entry.valid_from, UTC) if entry.valid_from else _TRIAL
    end = moment_of(entry.valid_until, UTC, end=True) if entry.valid_until else begin + timedelta(days=800)
    first = due(entry, begin - timedelta(seconds=1), min(end, begin + timedelta(days=800)), UTC, _works)[:1]
    if not first:
        yield (key,), "照这样写永远不会发：请看看 cron、days、valid_from、valid_until 有没有互相矛盾"
        return
    midnight = first[0].replace(hour=0, minute=0, second=0)
    count = len(
        due(entry, midnight - timedelta(seconds=1), midnight + timedelta(days=1, seconds=-1), UTC, _works)
    )
    if count > A_DAY:
        yield (
            (key,),
            f"这样一天要发 {count} 次，居民受不了，最多 {A_DAY} 次；cron 的第一段是分，写 * 就是每分钟",
        )


def _resting(entry: NoticeEntry, quiet: Mapping[ModeName, str]) -> Iterator[Found]:
    """What the quiet hours hold back every time: whoever wrote it expects it at its time."""
    hours = {text for mode, text in quiet.items() if entry.active(mode)}
    planned = due(
        replace(entry, valid_from=None, valid_until=None), _TRIAL, _TRIAL + timedelta(days=7), UTC, _works
    )
    told: set[str] = set()
    for at in planned if LEVELS[entry.level] == "normal" else ():
        said = f"{at:%H:%M}"
        end = next((goes for text in sorted(hours) if (goes := goes_at(at, "normal", text, UTC)) > at), None)
        if end is None or said in told:
            continue
        told.add(said)
        place = (
            ("cron",) if entry.cron else ("times", [time_of(text) for text in entry.times].index(at.time()))
        )
        yield place, f"{said} 在安静时间里，要到 {end:%H:%M} 才发：写 level: 重要，或者改时间"


def _works(day: object) -> None:
    """Dates far away: from Monday to Friday."""


def _variables(text: str) -> Iterator[str]:
    try:
        fields = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(text)]
    except ValueError:
        yield "花括号没有配对：占位写成 {date} 这样；要显示花括号本身，请写两遍 {{ 或 }}"
        return
    for name, spec, conversion in fields:
        if name is not None and (name not in VARIABLES or spec or conversion):
            meant = suggestion(name, VARIABLES)
            hint = f"，是不是想写 {{{meant}}}？" if meant else "；"
            yield f"不认识占位 {{{name}}}{hint}可以用：{'、'.join(f'{{{word}}}' for word in VARIABLES)}"


def _words(entry: NoticeEntry, contacts: Contacts | None) -> Iterator[str]:
    if len(entry.text) > LONGEST:
        yield f"有 {len(entry.text)} 个字，一条最多 {LONGEST} 个，群里也没有人看得完：请分成几条"
    yield from masked(re.sub(r"\{\w+\}", "", entry.text), contacts, "通知")


def _numbers(entry: NoticeEntry) -> Iterator[Found]:
    if entry.late_minutes is not None and entry.late_minutes < 0:
        yield ("late_minutes",), f"「late_minutes」不能是负数，单位是分钟；现在写的是 {entry.late_minutes:g}"
    if entry.valid_minutes is not None and entry.valid_minutes <= 0:
        yield ("valid_minutes",), f"「valid_minutes」要大于 0，单位是分钟；现在写的是 {entry.valid_minutes:g}"


def _scope(entry: NoticeEntry, tree: Tree) -> Iterator[Found]:
    if not entry.scopes:
        yield ("scope",), "发给哪些群？例如 scope: 春晓苑，或者 scope: 全体"
        return
    single = isinstance(entry.scope, str)
    wrong = False
    for n, text in enumerate(entry.scopes):
        if problem := read_targets(text, None, tree).problem:
            wrong = True
            yield ("scope",) if single else ("scope", n), problem
    if wrong:
        return
    if problem := read_targets(target_text(entry), None, tree).problem:
        yield ("exclude",) if entry.excluded else ("scope",), problem


_TIME = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d")


def quiet_rules(settings: Mapping[str, Any]) -> Iterator[Found]:
    """``notices`` of bot.yaml."""
    notices = settings.get("notices")
    if not isinstance(notices, dict):
        return
    hours = notices.get("quiet_hours")
    if isinstance(hours, str) and hours.strip():
        begin, dash, end = (part.strip() for part in hours.partition("-"))
        if not (dash and _TIME.fullmatch(begin) and (_TIME.fullmatch(end) or end == "24:00")):
            yield (
                ("notices", "quiet_hours"),
                f'「{hours}」要写成「几点:几分-几点:几分」，例如 22:00-07:00（英文冒号、英文减号）；不停写 ""',
            )
        elif begin.zfill(5) == end.zfill(5) or (begin.zfill(5), end) == ("00:00", "24:00"):
            yield (
                ("notices", "quiet_hours"),
                f"「{hours}」是全天，普通通知就永远发不出去：请写夜里的一段，例如 22:00-07:00",
            )
    yield from _minutes(notices)


def _minutes(notices: Mapping[str, Any]) -> Iterator[Found]:
    steps: Steps
    for key, least in (("late_minutes", 0), ("confirm_minutes", 1), ("receipt_minutes", 1)):
        steps = ("notices", key)
        try:
            number = float(notices.get(key, least))
        except (TypeError, ValueError):
            continue
        if number < least:
            words = "不能是负数" if not least else f"至少 {least}"
            yield steps, f"「{key}」{words}，单位是分钟；现在写的是 {number:g}"
