"""/faq 列表 and /faq 看: the entries at a glance, those most often called useless first; everything about one of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from bot.model.asked import Tally
from bot.model.faq import Faq
from bot.model.handling import Outcome, Request
from bot.model.services import Services
from handlers.faq.entries import as_read, state, validity
from handlers.faq.finding import leading, listed, quoted_entry
from handlers.faq.proposing import said
from handlers.faq.reading import plain
from handlers.tickets.views import page_of

LISTED = 10
"""Entries on a page."""

WEEK = timedelta(days=7)

_STATES = ("停用", "已过期", "过期", "快过期", "没用")
"""Words that list the entries of such a state."""


def show_list(request: Request, services: Services) -> Outcome:
    """/faq 列表 [主题|词|停用|过期|没用] [2页]."""
    assert request.command is not None
    page, words = page_of(request.command.raw)
    return said(request, page_text(words.strip(), page, request.message.at, services))


def page_text(word: str, page: int, at: datetime, services: Services) -> str:
    """A page of the entries a word is about; of all of them without one."""
    week = services.votes.tallies(at - WEEK)
    found = ranked(_about(word, week, at, services), week)
    if not found:
        return services.replies("faq_list_none", word=word)
    pages = (len(found) + LISTED - 1) // LISTED
    if page > pages:
        return f"一共 {pages} 页（{len(found)} 条）。"
    day = services.votes.tallies(_midnight(at, services))
    places = {id_: n for n, id_ in enumerate(services.faq, 1)}
    about = f"「{word}」" if word else "问答"
    head = f"{about} {len(found)} 条" + (f"，第 {page}/{pages} 页：" if pages > 1 else "：")
    shown = found[(page - 1) * LISTED :][:LISTED]
    lines = [_line(one, places[one.id], day, week, at, services) for one in shown]
    more = [f"往下看：/faq 列表 {f'{word} ' if word else ''}{page + 1}页"] if page < pages else []
    return "\n".join(
        [head, *lines, *more, services.replies("faq_list_hint", number=str(places[shown[0].id]))]
    )


def ranked(entries: Sequence[Faq], tallies: Mapping[str, Tally]) -> list[Faq]:
    """Those called useless more often than useful first, the worst of them at the top; the others as the file has them."""

    def complaints(entry: Faq) -> int:
        tally = tallies.get(entry.id, Tally())
        return max(tally.useless - tally.useful, 0)

    return sorted(entries, key=complaints, reverse=True)


def show_one(request: Request, services: Services) -> Outcome:
    """/faq 看 编号: as people read it."""
    assert request.command is not None
    typed, at = request.command.raw.strip(), request.message.at
    meant = leading(typed, services)
    entry = meant.entry or quoted_entry(request, services)
    if entry is not None:
        return said(request, _details(entry, at, services))
    if meant.several:
        return said(
            request, services.replies("faq_which", word=meant.word, list=listed(meant.several, services))
        )
    return said(request, page_text(typed, 1, at, services))


def _line(
    entry: Faq,
    place: int,
    day: Mapping[str, Tally],
    week: Mapping[str, Tally],
    at: datetime,
    services: Services,
) -> str:
    facts = [state(entry, at, services)]
    today, lately = day.get(entry.id, Tally()), week.get(entry.id, Tally())
    if lately.given:
        facts.append(f"今天{today.given}次，7天{lately.given}次")
    facts.append(f"没用{lately.useless}" if lately.useless else "")
    behind = "，".join(fact for fact in facts if fact)
    return f"{place} {entry.title}（{entry.id}）{behind}".rstrip()


def _details(entry: Faq, at: datetime, services: Services) -> str:
    places = {id_: n for n, id_ in enumerate(services.faq, 1)}
    now = state(entry, at, services)
    questions = "\n".join(f"{n} {question}" for n, question in enumerate(entry.questions, 1))
    waiting = next((one for one in services.edits.in_state("previewed") if one.entry == entry.id), None)
    text = services.replies(
        "faq_entry",
        number=str(places[entry.id]),
        id=entry.id,
        topic=entry.topic,
        list=questions,
        answer=as_read(entry, services),
        source=entry.source or "没写",
        days=validity(entry, at, services) + (f"（{now}）" if now else ""),
        counts=_counts(entry, at, services),
        who=_last_change(entry, services),
    )
    if waiting is not None:
        text += "\n" + services.replies("faq_entry_waiting", name=waiting.person, number=str(waiting.id))
    return text


def _counts(entry: Faq, at: datetime, services: Services) -> str:
    today = services.votes.tallies(_midnight(at, services)).get(entry.id, Tally())
    week = services.votes.tallies(at - WEEK).get(entry.id, Tally())
    votes = "".join(f"，{word} {n}" for word, n in (("有用", week.useful), ("没用", week.useless)) if n)
    return f"今天 {today.given} 次，7 天 {week.given} 次{votes}"


def _last_change(entry: Faq, services: Services) -> str:
    latest = services.edits.latest(entry.id)
    return f"{latest[0].person} {services.show_time(latest[1])}" if latest else "在文件里写的"


def _about(word: str, week: Mapping[str, Tally], at: datetime, services: Services) -> list[Faq]:
    entries = list(services.faq.values())
    if not word:
        return entries
    if word in _STATES:
        if word == "没用":
            return [one for one in entries if week.get(one.id, Tally()).useless]
        wanted = word.removeprefix("已").removeprefix("快")
        return [one for one in entries if wanted in state(one, at, services)]
    if topic := [one for one in entries if one.topic == word]:
        return topic
    bare = plain(word)
    return [
        one
        for one in entries
        if bare and any(bare in plain(text) for text in (one.id, one.topic, *one.questions))
    ]


def _midnight(at: datetime, services: Services) -> datetime:
    return datetime.combine(at.astimezone(services.zone).date(), time(), services.zone)
