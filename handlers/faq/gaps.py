"""/faq 未答: what the FAQ has nothing for, in clusters, and what one word makes of one: a new entry, a phrasing, nothing."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model.edit import EditKind
from bot.model.gap import Gap
from bot.model.handling import Outcome, Reply, Request, Ring
from bot.model.people import ROLE_TITLES
from bot.model.services import Services
from handlers.authority import may
from handlers.faq import proposing
from handlers.faq.entries import MORE, OTHER_TOPIC
from handlers.speaking import to_sender
from intents.faq import SURE

SORTED_AT_ONCE = 20
"""So many questions are put into clusters at a time: 10 ms, and 15 where thousands of clusters are known."""

LISTED = 8
"""Clusters on a page."""

LOOKED_THROUGH = 5 * LISTED
"""Of the first so many clusters those that have an answer by now come last: they want nothing done."""

EXAMPLES = 3
"""Wordings shown of each."""

SHOWN = 24
"""Characters of a wording that the list shows."""

PHRASINGS = 3
"""Wordings that become phrasings of an entry."""

LONGEST = 40
"""Characters; what is longer tells a story and is no phrasing."""

DISTANT = 0.35
"""Likeness under which the nearest entry is about something else."""

_PAGE = re.compile(r"(?:(\d{1,3})\s*天)?\s*(?:第?\s*(\d{1,3})\s*页)?")
_ONE = re.compile(r"(?:第|#)?\s*(\d{1,6})\s*(?:号|条)?")
_ADD = re.compile(rf"{_ONE.pattern}\s*(?:加上?|新增|答)[\s:：]*(.*)", re.DOTALL)
_JOIN = re.compile(rf"{_ONE.pattern}\s*(?:归到?|并到?|算到?)[\s:：]*([\w.-]*)")
_DROP = re.compile(rf"{_ONE.pattern}\s*(?:不用|不管|忽略|算了|删)了?[。.!！]*")

_POLITE = re.compile(
    r"^(?:(?:请|想|麻烦)?问一?下?|[你您]好|各位(?:邻居|老师)?|大家好?|有没有人知道|谁知道)+[,，:：。!！\s]*"
)
_TAIL = re.compile(r"[啊呀呢哈哦~～]+(?=[?？。!！\s]*$)|[。!！\s]+$")


def gaps(request: Request, services: Services) -> Outcome:
    """/faq 未答, /faq 未答 3, 3 加 答案, 3 归 编号, 3 不用."""
    assert request.command is not None
    typed = request.command.raw.strip()
    services.gaps.sort(request.message.at, SORTED_AT_ONCE)
    if drop := _DROP.fullmatch(typed):
        return _of(int(drop[1]), request, services) or _drop(int(drop[1]), request, services)
    if join := _JOIN.fullmatch(typed):
        return _of(int(join[1]), request, services) or _join(int(join[1]), join[2], request, services)
    if add := _ADD.fullmatch(typed):
        return _of(int(add[1]), request, services) or _add(int(add[1]), add[2].strip(), request, services)
    if one := _ONE.fullmatch(typed):
        gap = _known(int(one[1]), request, services)
        return _said(request, _unknown(one[1], services) if gap is None else _details(gap, services))
    page = _PAGE.fullmatch(typed)
    if page is None:
        return _said(request, services.replies("gap_usage"))
    days = float(page[1]) if page[1] else services.faq_settings.gap_days
    return _said(request, _list(days, int(page[2] or 1), request, services))


def _list(days: float, page: int, request: Request, services: Services) -> str:
    """A page of the clusters, those of most people first."""
    since = request.message.at - timedelta(days=days)
    found, total = services.gaps.listed(since, max(page * LISTED, LOOKED_THROUGH))
    first, rest = found[:LOOKED_THROUGH], found[LOOKED_THROUGH:]
    found = [*sorted(first, key=lambda gap: _answered_now(gap, services)), *rest]
    if not total:
        return services.replies("gaps_none", days=f"{days:g}")
    pages = (total + LISTED - 1) // LISTED
    if page > pages:
        return f"一共 {pages} 页（{total} 件事）。"
    shown = found[(page - 1) * LISTED : page * LISTED]
    head = f"{days:g} 天里有 {total} 件事没答上" + (f"，第 {page}/{pages} 页：" if pages > 1 else "：")
    more = [f"往下看：/faq 未答 {page + 1}页"] if page < pages else []
    number = shown[0].number
    return "\n".join(
        [
            head,
            *(line(gap, services) for gap in shown),
            *more,
            services.replies("gaps_hint", number=str(number)),
        ]
    )


def line(gap: Gap, services: Services) -> str:
    """A cluster: its number, how many asked, some wordings, the nearest entry."""
    texts = [cut(services.guarded(text)) for text in gap.texts[:EXAMPLES]]
    handed = f"，转人工 {gap.handed} 次" if gap.handed else ""
    words = "｜".join(texts) or "（原话已抹去）"
    return f"{gap.number}. {gap.people} 人{handed}：{words}\n　{_nearest(gap, services)}"


def cut(text: str) -> str:
    """A wording on one line, as long as a list bears."""
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _answered_now(gap: Gap, services: Services) -> bool:
    near = services.known.nearest(gap.texts[0]) if gap.texts else ()
    return bool(near) and near[0][1] >= SURE


def _nearest(gap: Gap, services: Services) -> str:
    ranked = [one for text in gap.texts for one in services.known.nearest(text)[:1]]
    near = ranked[:1] if ranked and ranked[0][1] >= DISTANT else sorted(ranked, key=lambda one: -one[1])
    if (
        not near or near[0][1] < DISTANT
    ):  # any of the wordings: whoever asked it may have been offered that one
        return "没有像的问答"
    id_, score = near[0]
    return f"现在答得上了：{id_} {score:.2f}" if score >= SURE else f"最像 {id_} {score:.2f}"


def _details(gap: Gap, services: Services) -> str:
    """One cluster with all its wordings, and what can be done about it."""
    texts = [f"· {services.guarded(' '.join(text.split()))}" for text in gap.texts]
    head = f"{gap.number}. {gap.people} 人问过 {gap.times} 次，最近 {services.show_time(gap.last)}："
    return "\n".join(
        [head, *texts, _nearest(gap, services), services.replies("gaps_hint", number=str(gap.number))]
    )


def _of(number: int, request: Request, services: Services) -> Outcome | None:
    """What stands in the way of doing something about a cluster; None: nothing does."""
    if not may(request.person, "secretary", services.groups.root, services.groups):
        text = services.replies("command_refused", word="faq 未答 加", role=ROLE_TITLES["secretary"])
        return Outcome("refused:faq", (to_sender(request, text),))
    if _known(number, request, services) is None:
        return _said(request, _unknown(str(number), services))
    return None


def _known(number: int, request: Request, services: Services) -> Gap | None:
    since = request.message.at - timedelta(days=max(services.faq_settings.gap_days, 30))
    return services.gaps.get(number, since)


def _unknown(number: str, services: Services) -> str:
    if services.gaps.drafted(int(number)) in ("proposed", "previewed", "confirmed"):
        return services.replies("gap_waiting", number=number)
    return services.replies("gap_unknown", number=number)


def _drop(number: int, request: Request, services: Services) -> Outcome:
    services.gaps.drop(number, request.message.at)
    services.audit.write(request.by, "faq", f"未答 {number} 不用再列")
    return _said(request, services.replies("gap_dropped", number=str(number)))


def _add(number: int, answer: str, request: Request, services: Services) -> Outcome:
    """A new entry with the cluster's questions as phrasings; its preview is spoken when it was tried."""
    questions = phrasings(_known(number, request, services), services)
    if not answer:
        return _said(request, services.replies("gap_answer", number=str(number)))
    if not questions:
        return _said(request, services.replies("gap_no_words", number=str(number)))
    return _propose(
        number,
        "add",
        proposing.new_id(request.message.at, services),
        {"questions": list(questions), "answer": answer, "topic": OTHER_TOPIC},
        request,
        services,
    )


def _join(number: int, entry: str, request: Request, services: Services) -> Outcome:
    """The cluster's best wordings become phrasings of an entry that is there."""
    gap = _known(number, request, services)
    if entry not in services.faq:
        near = services.known.nearest(gap.texts[0]) if gap and gap.texts else ()
        example = near[0][0] if near else next(iter(services.faq), "")
        return _said(request, services.replies("gap_entry", id=entry, number=str(number), suggestion=example))
    if not (questions := phrasings(gap, services)):
        return _said(request, services.replies("gap_no_words", number=str(number)))
    return _propose(number, "change", entry, {f"questions{MORE}": list(questions)}, request, services)


def phrasings(gap: Gap | None, services: Services) -> tuple[str, ...]:
    """The wordings of a cluster that may stand in a file: short, without doors and phones, without politeness."""
    texts = [_bare(" ".join(text.split())) for text in gap.texts] if gap else []
    fit = [text for text in texts if 2 < len(text) <= LONGEST and services.guarded(text) == text]
    return tuple(dict.fromkeys(fit))[:PHRASINGS]


def _bare(text: str) -> str:
    return _TAIL.sub("", _POLITE.sub("", text))


def _propose(
    number: int, kind: EditKind, entry: str, values: dict[str, object], request: Request, services: Services
) -> Outcome:
    outcome = proposing.propose(kind, entry, values, request, services)
    if outcome.label.startswith(proposing.LABEL):
        services.gaps.draft(number, int(outcome.label.rpartition(":")[2]), request.message.at)
        services.audit.write(request.by, "faq", f"未答 {number} → {entry}")
    return outcome


def _said(request: Request, text: str) -> Outcome:
    return Outcome("command:faq", (to_sender(request, text),))


def _due(services: Services) -> datetime | None:
    return services.gaps.due()


def _ring(at: datetime, services: Services) -> Sequence[Reply]:
    services.gaps.sort(at, SORTED_AT_ONCE)
    return ()


RING = Ring("faq.gaps", _due, _ring)
"""Puts what nobody answered into clusters, some at a time, while nothing else waits for it."""
