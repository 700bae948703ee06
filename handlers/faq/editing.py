"""/faq 加 and /faq 改: a new entry, and new words in an old one. What is written in the file is decided by 「确认」."""

import re
from collections.abc import Mapping

from bot.model.faq import Faq
from bot.model.handling import Outcome, Request
from bot.model.services import Services
from handlers.faq import switching
from handlers.faq.entries import OTHER_TOPIC, as_read, edited
from handlers.faq.finding import Meant, leading, quoted_entry, which
from handlers.faq.proposing import new_id, propose, said, waiting_edit
from handlers.faq.reading import CHANGED, labelled, plain, read_new, read_questions

_FIELD = re.compile(
    r"(?:的)?(?P<name>答案|回答|内容|问法|问题|标题|来源|出处|主题|分类|话题|有效期)(?:\s*(?:改成|改为|换成|为))?[\s:：,，]*"
)
_ADD = re.compile(r"(?:再)?(?:加上?|添加?|增加|补充?|多)(?:一个|一种)?[\s:：,，]*")
_CUT = re.compile(r"(?:删[掉除]?|去掉|去除|减[去掉]?|不要)(?:一个)?[\s:：,，]*")
_HELD = re.compile(r"(?:把|将)\s*")
_NO_SOURCE = re.compile(r"(?:无|没有|去掉|删[掉除]?|不写|空)[\s。.]*")


def add(request: Request, services: Services) -> Outcome:
    """/faq 加 问法 | 答案, in the forms people type on a phone."""
    assert request.command is not None
    typed = request.command.raw
    topics = {entry.topic for entry in services.faq.values()}
    new = read_new(typed, topics)
    if new is None:
        return said(request, services.replies("faq_add_usage"))
    bare = set(map(plain, new.questions))
    if known := next((one for one in services.faq.values() if bare & set(map(plain, one.questions))), None):
        words = {"id": known.id, "title": known.title, "answer": as_read(known, services)}
        return said(request, services.replies("faq_known", **words))
    values: dict[str, object] = {"questions": list(new.questions), "answer": new.answer}
    values |= {"topic": new.topic or OTHER_TOPIC}
    values |= {"source": new.source} if new.source else {}
    if new.days:
        days = switching.read_validity(new.days, request.message.at, services)
        if isinstance(days, str):
            return said(request, days)
        values |= {key: day for key, day in days.items() if day}
    return propose("add", new_id(request.message.at, services), values, request, services)


def change(request: Request, services: Services) -> Outcome:
    """/faq 改 编号 答案 …, 问法 加 …, 问法 删 …, 来源 …, 主题 …; what names none of these is the new answer."""
    assert request.command is not None
    typed = _HELD.sub("", request.command.raw.strip(), count=1)
    entry, rest, meant = _which(typed, request, services)
    if entry is None:
        if not typed:
            return said(request, services.replies("faq_change_usage", id=next(iter(services.faq), "")))
        return said(request, which(meant, services))
    if not rest:
        words = {"id": entry.id, "title": entry.title, "answer": as_read(entry, services)}
        return said(request, services.replies("faq_change_what", **words))
    return _changed(entry, rest, request, services)


def _which(typed: str, request: Request, services: Services) -> tuple[Faq | None, str, Meant]:
    """The entry, and what is to be changed in it: 3 答案 …, 答案 3 …, or an answer quoted and nothing but the new words."""
    quoted = quoted_entry(request, services)
    meant = leading(typed, services)
    if quoted is not None:  # what follows is the new answer, whatever it begins with, unless an id is written
        by_id = meant.entry is not None and plain(meant.word) == plain(meant.entry.id)
        return (meant.entry, meant.rest, meant) if by_id else (quoted, typed, meant)
    if meant.entry is not None:
        return meant.entry, meant.rest, meant
    if field := _FIELD.match(typed):
        behind = leading(typed[field.end() :], services)
        if behind.entry is not None:
            return behind.entry, f"{field['name']} {behind.rest}".strip(), behind
        return None, typed, behind
    if not typed or (waiting := _waiting(meant.word, request, services)) is None:
        return None, typed, meant
    return waiting, typed[typed.index(meant.word) + len(meant.word) :].lstrip(" \t:：,，"), meant


def _waiting(word: str, request: Request, services: Services) -> Faq | None:
    """The entry that is being added and waits for 确认, by its id: it may be changed before it is there."""
    edit = waiting_edit(request.message.room_id, request.person.id, services)
    if edit is None or edit.kind != "add" or not word or plain(word) != plain(edit.entry):
        return None
    return edited(None, edit, services)


def _changed(entry: Faq, rest: str, request: Request, services: Services) -> Outcome:
    parts = labelled(rest)
    field = _FIELD.match(rest)
    if (
        "" in parts
        and len(parts) > 1
        and field is None
        and "answer" not in parts
        and "questions" not in parts
    ):
        parts["answer"] = CHANGED.sub("", parts.pop(""), count=1)  # the new answer, then 来源：…
    if len(parts) > 1 and "" not in parts:  # 答案：… 来源：…
        return _several(entry, parts, request, services)
    if field is None:
        changed = CHANGED.match(rest)
        words = rest[changed.end() :] if changed else rest
        return propose("change", entry.id, {"answer": words.strip()}, request, services)
    words = rest[field.end() :].strip()
    match field["name"]:
        case "答案" | "回答" | "内容":
            return _one(entry, "answer", words, request, services)
        case "来源" | "出处":
            source = None if _NO_SOURCE.fullmatch(words) else words
            return _one(entry, "source", source, request, services)
        case "主题" | "分类" | "话题":
            return _one(entry, "topic", words, request, services)
        case "有效期":
            return switching.hold(entry, words, request, services)
        case "标题":
            return said(request, services.replies("faq_title", id=entry.id, title=entry.title))
        case _:
            return _questions(entry, words, request, services)


def _one(entry: Faq, key: str, words: str | None, request: Request, services: Services) -> Outcome:
    if words == "":
        answer = {"id": entry.id, "title": entry.title, "answer": as_read(entry, services)}
        return said(request, services.replies("faq_change_what", **answer))
    return propose("change", entry.id, {key: words}, request, services)


def _several(entry: Faq, parts: Mapping[str, str], request: Request, services: Services) -> Outcome:
    values: dict[str, object] = {key: parts[key] for key in ("answer", "source", "topic") if parts.get(key)}
    if parts.get("questions"):
        values["questions+"] = list(read_questions(parts["questions"]))
    if parts.get("days"):
        days = switching.read_validity(parts["days"], request.message.at, services)
        if isinstance(days, str):
            return said(request, days)
        values |= days
    return propose("change", entry.id, values, request, services)


def _questions(entry: Faq, words: str, request: Request, services: Services) -> Outcome:
    """问法 加 …, 问法 删 …; 删 takes the number or the words of one."""
    if cut := _CUT.match(words):
        gone = [_phrasing(one, entry) for one in read_questions(words[cut.end() :])]
        if not gone or None in gone:
            lines = "\n".join(f"{n} {question}" for n, question in enumerate(entry.questions, 1))
            return said(request, services.replies("faq_which_question", id=entry.id, list=lines))
        return propose("change", entry.id, {"questions-": gone}, request, services)
    more = _ADD.match(words)
    questions = read_questions(words[more.end() :] if more else words)
    bare = {
        plain(one): other
        for other in services.faq.values()
        if other.id != entry.id
        for one in other.questions
    }
    taken = next((bare[plain(one)] for one in questions if plain(one) in bare), None)
    if taken is not None:
        words_of = {"id": taken.id, "title": taken.title, "answer": as_read(taken, services)}
        return said(request, services.replies("faq_known", **words_of))
    if not questions:
        return said(request, services.replies("faq_question_usage", id=entry.id))
    return propose("change", entry.id, {"questions+": list(questions)}, request, services)


def _phrasing(words: str, entry: Faq) -> str | None:
    """The question of the entry that is meant; None when none is, or several are."""
    if words.isdecimal() and 0 < int(words) <= len(entry.questions):
        return entry.questions[int(words) - 1]
    exact = [one for one in entry.questions if plain(one) == plain(words)]
    near = exact or [one for one in entry.questions if plain(words) and plain(words) in plain(one)]
    return near[0] if len(near) == 1 else None
