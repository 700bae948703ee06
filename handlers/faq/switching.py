"""/faq 停用, 启用, 有效期: whether and how long an answer is given."""

import re
from datetime import datetime, timedelta

from bot.model.edit import Edit
from bot.model.faq import Faq
from bot.model.handling import Outcome, Request
from bot.model.services import Services
from handlers.days import read_days
from handlers.faq import confirming
from handlers.faq.entries import state, validity
from handlers.faq.finding import Meant, half_width, leading, quoted_entry, which
from handlers.faq.proposing import propose, said

_ALWAYS = re.compile(
    r"(?:改成|改为|设为)?\s*(?:长期|一直|永久|不限|没有期限|取消|去掉|删[掉除]?)(?:有效)?[\s。.]*"
)
_FOR = re.compile(
    r"(?:有效|管|再管|先管)?\s*(?P<n>\d{1,3}|[一两二三四五六七八九十])\s*(?P<unit>天|周|个?星期|个?礼拜)(?:以?内|有效)*[\s。.]*"
)
_NUMERALS = {"一": 1, "两": 2} | {word: n for n, word in enumerate("二三四五六七八九十", 2)}
_ON = re.compile(r"从|自|起|开始|以后")
_ONLY = re.compile(r"只|仅|当天|一天")
_HELD = re.compile(r"(?:把|将)\s*")


def disable(request: Request, services: Services) -> Outcome:
    """/faq 停用 编号: kept, but not given."""
    return _switch(request, services, on=False)


def enable(request: Request, services: Services) -> Outcome:
    """/faq 启用 编号."""
    return _switch(request, services, on=True)


def limit(request: Request, services: Services) -> Outcome:
    """/faq 有效期 编号 到11月30日, 从…到…, 长期."""
    entry, rest, meant = _which(request, services)
    if entry is None:  # 到周五 hesuan-time
        days = read_days(half_width(_typed(request)), request.message.at.astimezone(services.zone).date())
        behind = leading(days.rest, services) if days.first or days.last else meant
        if behind.entry is None:
            return said(request, which(behind, services))
        entry, rest = behind.entry, _typed(request).replace(behind.word, " ", 1)
    return hold(entry, rest, request, services)


def hold(entry: Faq, words: str, request: Request, services: Services) -> Outcome:
    """Propose how long an entry holds."""
    at = request.message.at
    if not words:
        now = validity(entry, at, services)
        return said(request, services.replies("faq_days_usage", id=entry.id, title=entry.title, days=now))
    values = read_validity(words, at, services)
    if isinstance(values, str):
        return said(request, values)
    return propose("validity", entry.id, values, request, services)


def read_validity(words: str, at: datetime, services: Services) -> dict[str, object] | str:
    """The days as the file has them; the question back when they cannot be read, or are over."""
    if _ALWAYS.fullmatch(words.strip()):
        return {"valid_from": None, "valid_until": None}
    today = at.astimezone(services.zone).date()
    if spell := _FOR.fullmatch(half_width(words).strip()):  # today is the first of them
        count = _NUMERALS.get(spell["n"]) or int(spell["n"])
        length = count * (1 if spell["unit"] == "天" else 7)
        return {"valid_until": str(today + timedelta(days=max(length, 1) - 1))}
    days = read_days(half_width(words), today)
    if days.first is None and days.last is None:
        return services.replies("faq_days_unread", word=words.strip()[:20])
    if days.last is not None and days.last < today:
        return services.replies("faq_days_over", day=f"{days.last.month}月{days.last.day}日")
    one = days.first == days.last and not _ONLY.search(words)
    if (one and _ON.search(words)) or days.last is None:
        return {"valid_from": str(days.first), "valid_until": None}
    if one or days.first is None:
        return {"valid_until": str(days.last)}  # 有效期 11月30日
    return {"valid_from": str(days.first), "valid_until": str(days.last)}


def _switch(request: Request, services: Services, *, on: bool) -> Outcome:
    entry, _, meant = _which(request, services)
    if entry is None:
        return said(request, which(meant, services))
    if entry.enabled == on and (waiting := _waiting(entry, request, services)):
        return confirming.drop(waiting, request, services)  # 启用, of what was to be put aside a moment ago
    if entry.enabled == on:
        now = state(entry, request.message.at, services)
        key = "faq_on_already" if on else "faq_off_already"
        return said(request, services.replies(key, id=entry.id, title=entry.title, state=now or "照常在答"))
    values: dict[str, object] = {"enabled": None if on else False}
    return propose("enable" if on else "disable", entry.id, values, request, services)


def _waiting(entry: Faq, request: Request, services: Services) -> Edit | None:
    """Their own edit of it that would do the opposite and waits for 确认 here."""
    where = "" if request.message.private else request.message.room_id
    mine = (entry.id, where, request.person.id)
    opposite = "disable" if entry.enabled else "enable"
    return next(
        (
            one
            for one in services.edits.in_state("previewed")
            if one.kind == opposite and (one.entry, one.room_id, one.person_id) == mine
        ),
        None,
    )


def _which(request: Request, services: Services) -> tuple[Faq | None, str, Meant]:
    typed = _typed(request)
    meant = leading(typed, services)
    if meant.entry is None and (quoted := quoted_entry(request, services)):
        return quoted, typed, meant
    return meant.entry, meant.rest, meant


def _typed(request: Request) -> str:
    assert request.command is not None
    return _HELD.sub("", request.command.raw.strip(), count=1)
