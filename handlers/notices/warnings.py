"""What whoever sends a notice should know first: numbers that are hidden, other notices that say something else, the pace."""

import math
import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from bot.model.notice import Notice
from bot.model.services import Services
from bot.model.settings import Pace
from handlers.days import read_day
from handlers.notices.identifying import for_residents, given_away, tells_who_is_ill
from handlers.notices.quiet import begins_at, spell
from handlers.notices.wording import first_words
from intents.contradictions import Statement, clashes
from intents.numbers import arabic

RECENT = timedelta(hours=48)
"""A notice sent so long ago may still be believed."""

SAME = timedelta(hours=12)
"""The same words to the same groups within this time are mostly a slip."""

LOOKED_AT = 100
"""So many of the latest notices are compared."""

ALIKE = 0.4
"""The share of the shorter one's pairs of characters that two notices on the same thing have in common."""

NAMED = 5
_HEAD = re.compile(r"【[^】\n]*】")
_DAY_OR_TIME = re.compile(
    r"\d{1,2}[:：]\d{2}|[\d一二三四五六七八九十]+[点时](?!候)|\d{1,2}月\d{1,2}|\d{1,2}[日号](?!楼)"
    r"|今[天晚早日]|明[天晚早日]|后天|周[一二三四五六日天]|星期[一二三四五六日天]"
)
_TAIL = re.compile(
    r"[\s，,。；;]+(重要|紧急|收到|演练|要?回?收到|除了?\S{1,8}|不含\S{1,8}|[到至]\d{1,2}[:：]\d{2}|马上发)[\s。.!！]*(?:看到请回「收到」。)?$"
)
_SINCE = re.compile(
    rf"(?:(?:{_DAY_OR_TIME.pattern})[\s（()）]*(?:凌晨|早上|上午|中午|下午|傍晚|晚上|晚)?\s*半?)+(?:起|开始|以后|之后)"
    rf"|每(?:天|日|晚|早|个?(?:周|星期)[一二三四五六日天、和]+)(?:[\s（()）早上中下午晚]*(?:{_DAY_OR_TIME.pattern}))*"
)
"""From when on, and what comes again and again: nothing of that is ever over."""
_NUMERAL = re.compile(r"[零一二两三四五六七八九十]+")
_RELATIVE = re.compile(r"大后天|后天|明[天日早晚]|今[天日早晚夜]")
_NUMBER = re.compile(
    r"\d{1,2}[:：]\d{2}|\d+(?:\.\d+)?(?:[点时月日号单元栋楼户元个次天轮份]|小时|分钟)?"
    r"|[零一二两三四五六七八九十]+(?:[点时](?![间候刻段])|[月日号栋楼户元个次天轮份]|单元|小时|分钟)"
)


def pace_minutes(messages: int, waiting: int, pace: Pace) -> int:
    """How many minutes it takes, rounded up, until so many messages have left behind those that wait."""
    seconds = (pace.min_seconds + pace.max_seconds) / 2
    if pace.per_minute:
        seconds = max(seconds, 60 / pace.per_minute)
    return math.ceil((messages + waiting) * seconds / 60)


def warnings(notice: Notice, at: datetime, services: Services) -> list[str]:
    """A line for each thing to think of, the gravest first."""
    others = _overlapping(notice, at, services)
    found = [
        *_given_away(notice, services),
        *_hidden(notice, services),
        *_contradicted(notice, others),
        *_unlike_the_faq(notice, at, services),
        *_said_before(notice, others, at, services),
        *_per_day(notice, at, services),
        *_quiet(notice, at, services),
        *_unseen(notice, services),
        *_other_day(notice, at, services),
        *_endless(notice),
        *_files(notice, services),
        *_behind(notice),
    ]
    return list(dict.fromkeys(found))


def _given_away(notice: Notice, services: Services) -> list[str]:
    doors, names = given_away(notice, services)
    shown = [
        f"像{title} {'、'.join(found[:NAMED])}"
        for title, found in (("门牌的数字", doors), ("姓名的", names))
        if found
    ]
    found = [f"里面有{'、'.join(shown)}：群里人人看得到，去掉再发"] if shown else []
    if tells_who_is_ill(notice, services):
        found.append(f"看得出是谁感染、谁密接：真要发，只能带上编号回：确认 {notice.id}")
    return found


def _hidden(notice: Notice, services: Services) -> list[str]:
    """Exactly what the guard hides; the marks are its own."""
    guarded = services.guarded(notice.text)
    if not for_residents(notice.rooms, services) or guarded == notice.text:
        return []
    marks = {"电话": "［电话已隐去］", "证件号": "［证件号已隐去］", "门牌": "***"}
    hidden = [title for title, mark in marks.items() if guarded.count(mark) > notice.text.count(mark)]
    public = "；能公开的电话先写进 contacts.yaml" if "电话" in hidden else ""
    return [f"里面的{'、'.join(hidden) or '号码'}，群里会隐去（就像上面这样）{public}"]


def _overlapping(notice: Notice, at: datetime, services: Services) -> list[Notice]:
    """Other notices to some of the same groups: those to come, and those sent lately."""
    rooms = set(notice.rooms)
    found = []
    for other in services.notices.latest(LOOKED_AT):
        if other.id in (notice.id, notice.corrects) or not rooms & set(other.rooms):
            continue
        coming = other.state in ("waiting", "sending", "paused")
        lately = other.state == "done" and at - (other.ended_at or other.planned_at) < RECENT
        if coming or (lately and not services.deliveries.corrected(other.id)):
            found.append(other)
    return found


def _contradicted(notice: Notice, others: Sequence[Notice]) -> list[str]:
    body = _words(notice.text)
    numbers = _numbers(body)
    found = []
    for other in others:
        theirs = _words(other.text)
        differ = _numbers(theirs) ^ numbers
        if body == theirs or not differ or likeness(body, theirs) < ALIKE:
            continue
        here, there = ("、".join(sorted(one & differ)) or "没写" for one in (numbers, _numbers(theirs)))
        state = "发过" if other.state == "done" else "还没发完" if other.begun_at else "在等着发"
        found.append(
            f"和{other.number}（{state}：{first_words(other)}）说法不一样：这条 {here}，那条 {there}"
        )
    return found[:NAMED]


def _unlike_the_faq(notice: Notice, at: datetime, services: Services) -> list[str]:
    """Answers that are given now and name other numbers or times: whoever asks tomorrow would hear the old ones."""
    if notice.entry or not for_residents(notice.rooms, services):
        return []
    given = (entry for entry in services.faq.values() if entry.valid(at))
    answers = (Statement(one.id, None, one.answer, one.questions) for one in given)
    found = clashes(Statement("", None, _HEAD.sub("", notice.text)), answers)
    return [
        f"问答 {one.name} 里还写着{one.there}，这条是{one.here}；要改：/faq 改 {one.name} 新的答案"
        for one in found[:NAMED]
    ]


def _said_before(notice: Notice, others: Sequence[Notice], at: datetime, services: Services) -> list[str]:
    body = _words(notice.text)
    found = []
    for other in others:
        since = other.begun_at or other.planned_at
        if body and _words(other.text) == body and abs(at - since) < SAME:
            same = len(set(notice.rooms) & set(other.rooms))
            when = services.show_time(since)
            said = "发过" if other.begun_at else "已经定好要发"
            found.append(f"一样的话 {when} {said}（{other.number}，{same} 个群相同），再发就是第二遍")
    return found[:1]


def likeness(one: str, other: str) -> float:
    """The share of the shorter text's pairs of characters, numbers left out, that stand in the other, too."""
    ours, theirs = _pairs(one), _pairs(other)
    return len(ours & theirs) / min(len(ours), len(theirs)) if ours and theirs else 0.0


def _pairs(text: str) -> set[str]:
    plain = re.sub(r"[\W\d_]", "", _NUMBER.sub("", text))
    return {plain[at : at + 2] for at in range(len(plain) - 1)}


def _numbers(text: str) -> set[str]:
    """Numbers with what they count, numerals in digits: 三点 and 3点 are the same."""
    found = (number.replace("：", ":") for number in _NUMBER.findall(text))
    return {_NUMERAL.sub(lambda numeral: arabic(numeral[0]), number) for number in found}


def _words(text: str) -> str:
    return "".join(_HEAD.sub("", text).split())


def _per_day(notice: Notice, at: datetime, services: Services) -> list[str]:
    limit = services.pace.per_day
    local = at.astimezone(services.zone)
    if not limit or notice.planned_at.astimezone(services.zone).date() != local.date():
        return []
    midnight = datetime.combine(local.date(), time(), services.zone)
    sent = services.outbox.counts(midnight).get("sent", 0) + services.outbox.waiting_count()
    total = sent + messages(notice)
    return (
        [f"今天已有 {sent} 条，加上这些超过一天的限数 {limit} 条，微信可能限制账号"] if total > limit else []
    )


def messages(notice: Notice) -> int:
    """How many messages it is: the words and each picture or file, in every group."""
    return len(notice.rooms) * (bool(notice.text) + len(notice.attachments))


def _quiet(notice: Notice, at: datetime, services: Services) -> list[str]:
    planned = max(notice.planned_at, at)
    goes = begins_at(planned, notice.level, services)
    if goes == planned:
        return _into_the_night(notice, planned, at, services)
    return [
        f"安静时间（{services.notice_settings.quiet_hours}）不发普通通知，等到 {services.show_time(goes)}；急的加「重要」"
    ]


def _into_the_night(notice: Notice, planned: datetime, at: datetime, services: Services) -> list[str]:
    """The quiet hours begin before the last group's turn."""
    quiet = spell(planned, services.notice_settings.quiet_hours, services.zone)
    if quiet is None or notice.level != "normal":
        return []
    waiting = services.outbox.waiting_count() if planned <= at else 0
    done = planned + timedelta(minutes=pace_minutes(messages(notice), waiting, services.pace))
    if done <= quiet[0]:
        return []
    first = quiet[0].astimezone(services.zone)
    return [f"{first:%H:%M} 起是安静时间，来不及发的等到 {services.show_time(quiet[1])} 再发；急的加「重要」"]


def _unseen(notice: Notice, services: Services) -> list[str]:
    unseen = services.outbox.unseen(notice.rooms)
    if not unseen:
        return []
    more = f"等 {len(unseen)} 个群" if len(unseen) > NAMED else ""
    return [f"{'、'.join(unseen[:NAMED])}{more}还没见过小巷，发不到：请在群里说句话，或者核对群名"]


def _other_day(notice: Notice, at: datetime, services: Services) -> list[str]:
    """明早, written today and read tomorrow, is another day."""
    sent = begins_at(max(notice.planned_at, at), notice.level, services).astimezone(services.zone).date()
    if sent == at.astimezone(services.zone).date():
        return []
    said = dict.fromkeys(_RELATIVE.findall(_words(notice.text)))
    meant = [
        f"「{word}」说的就是 {day.month}月{day.day}日"
        for word in said
        if (day := read_day(word, sent)) is not None
    ]
    return [f"{sent.month}月{sent.day}日 发出去，里面的{'，'.join(meant)}"] if meant else []


def _endless(notice: Notice) -> list[str]:
    """A day or a time by which it is over, and nobody said when it no longer holds."""
    if (
        notice.valid_until is not None
        or notice.entry
        or not _DAY_OR_TIME.search(_SINCE.sub("", _words(notice.text)))
    ):
        return []
    return ["写了时间，没写到几点有效；过了就不该再发的，加「到18:00」这样一句"]


def _behind(notice: Notice) -> list[str]:
    """A word that is read only before the words of the notice, written behind them."""
    found = _TAIL.search(notice.text)
    if found is None or notice.corrects is not None:
        return []
    return [f"「{found[1]}」写在最后，会当正文发出去；不是正文的，请写在前面重打一遍"]


def _files(notice: Notice, services: Services) -> list[str]:
    if not notice.attachments or services.health.takes_files:
        return []
    return ["这里发不了图片和文件，只能发文字"]
