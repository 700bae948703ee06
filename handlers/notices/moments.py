"""Moments as people write and dictate them before a notice: 明早6:30, 今晚八点半, 11-23 18:00, 半小时后, 现在. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers.days import day_title, read_day
from intents.numbers import arabic

_NUMERAL = r"(?:\d{1,3}|[零〇一二两三四五六七八九十]{1,4})"
_DAY = (
    r"(?:大后天|后天|明天|明日|明(?=[早晚晨夜])|今天|今日|今(?=[早晚晨夜])|当天|次日"
    r"|(?:下下|下|本|这)?个?(?:周|星期|礼拜)[一二三四五六日天]"
    r"|(?:20\d\d[-/.年])?\d{1,2}(?:[-/.]|月)\d{1,2}[日号]?|\d{1,2}[日号])"
)
_PART = r"(?:凌晨|清晨|清早|早上|早晨|早|上午|中午|正午|下午|午后|傍晚|晚上|晚间|晚|夜里|夜间|夜|半夜)"
_CLOCK = (
    rf"(?:(?P<h>\d{{1,2}})[:：](?P<m>\d{{2}})"
    rf"|(?P<hour>{_NUMERAL})[点时](?P<rest>整|半|[一三]刻|零?{_NUMERAL}分?)?钟?)"
)
_AT = re.compile(rf"(?P<day>{_DAY})?\s?(?P<part>{_PART})?\s?{_CLOCK}")
_DOTTED = re.compile(rf"((?:{_DAY}\s?{_PART}?|{_PART})\s?\d{{1,2}})\.(?=[0-5]\d(?!\d))")
"""明天6.30: behind a day or a part of it no date."""
_LATER = re.compile(
    rf"(?:(?P<half>半)个?(?:小时|钟头)|(?P<quarter>[一三])刻钟?"
    rf"|(?P<count>{_NUMERAL})(?P<more>个半|个)?(?P<unit>小时|钟头|分钟|天)(?P<and>半)?)(?:之?后|以后)?"
)
_NOW = re.compile(r"现在|立即|立刻|马上|即刻|立马")
_WHOLE_DAY = re.compile(_DAY)
_SENT = re.compile(r"(?:准时|再)?(?:发送|发出|发)?(?=\s|$)")
_SENT_COMMA = re.compile(r"(?:准时|再)?(?:发送|发出|发)?(?=[\s，,、：:；;。]|$)")
_DAY_ALONE = re.compile(rf"(?:{_DAY}\s?{_PART}?|{_PART})(?=[\s，,、：:；;。])")
_UNTIL = re.compile(r"(?:有效期?(?:到|至|截止到?)?|截止到?|截至|到|至)\s?")
_ENDS = re.compile(r"(?:前|之前|以前)?(?:有效|为止|止|失效|截止)?(?=\s|$|[，,])")


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that a text begins with."""

    at: datetime | None
    """None when ``problem`` says what is wrong with it."""
    length: int
    """So many characters of the text are it."""
    said: str
    problem: str = ""


def read_planned(text: str, now: datetime, *, comma: bool = False) -> Moment | None:
    """When something is to be sent, at the beginning of a text; None when it begins with something else: 6:30-9:00 is no
    moment, and 今晚8点停水 belongs to the words themselves. ``now`` carries the community's zone. ``comma``: a comma may
    end it as a blank does, as dictation writes it."""
    sent = _SENT_COMMA if comma else _SENT
    for read in (_now, _later, _clock):
        found = read(text, now)
        if found is not None and (end := sent.match(text, found.length)):
            return Moment(found.at, end.end(), found.said, found.problem)
    return None


def read_valid_until(text: str, now: datetime, planned: datetime) -> Moment | None:
    """Until when it holds: 到18:00, 有效到明天, 有效2小时; None when the text begins with something else."""
    start = _UNTIL.match(text)
    if start is None:
        return None
    rest = text[start.end() :]
    lasting = start[0].startswith("有效")
    found = _later(rest, planned, bare=True) if lasting and start[0].strip() in ("有效", "有效期") else None
    found = found or _clock(rest, now, after=planned) or _end_of_day(rest, now)
    end = _ENDS.match(rest, found.length) if found else None
    if found is None or end is None:
        return None
    said = text[: start.end() + found.length]
    return Moment(found.at, start.end() + end.end(), said, found.problem)


def day_alone(text: str) -> str:
    """周五, 今晚: the day a text begins with when no hour follows it, and a blank or comma does; "" when there is none."""
    found = _DAY_ALONE.match(text)
    return found[0].strip() if found else ""


def _now(text: str, now: datetime) -> Moment | None:
    found = _NOW.match(text)
    return Moment(now, found.end(), found[0]) if found else None


def _later(text: str, now: datetime, *, bare: bool = False) -> Moment | None:
    """半小时后. ``bare``: 后 may be missing."""
    found = _LATER.match(text)
    if found is None or not (bare or found[0].endswith("后")):
        return None
    if found["half"]:
        span = timedelta(minutes=30)
    elif found["quarter"]:
        span = timedelta(minutes=15 * int(arabic(found["quarter"])))
    else:
        count = float(arabic(found["count"])) + (0.5 if found["more"] == "个半" or found["and"] else 0)
        span = {
            "小": timedelta(hours=count),
            "钟": timedelta(hours=count),
            "分": timedelta(minutes=count),
        }.get(found["unit"][0], timedelta(days=count))
    return Moment(now + span, found.end(), found[0])


def _dotted(text: str) -> str:
    found = _DOTTED.match(text)
    return text if found is None else f"{found[1]}:{text[found.end() :]}"


def _end_of_day(text: str, now: datetime) -> Moment | None:
    found = _WHOLE_DAY.match(text)
    day = read_day(found[0], now.date()) if found else None
    if found is None:
        return None
    if day is None:
        return _no_such_day(found[0], found.end(), found[0])
    return Moment(_midnight_after(day, now), found.end(), found[0])


def _midnight_after(day: date, now: datetime) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), now.tzinfo)


def _clock(text: str, now: datetime, after: datetime | None = None) -> Moment | None:
    """A time of the day, of today where no day is named; ``after``: of the first day on which it comes after that."""
    text = _dotted(text)
    found = _AT.match(text)
    if found is None:
        return None
    said, length = found[0], found.end()
    day = _day(found["day"], now)
    if found["day"] and day is None:
        return _no_such_day(found["day"], length, said)
    hour, minute = _hour_and_minute(found)
    part = found["part"] or ""
    hour, over = _of_day(hour, part)
    if not (0 <= hour < 24 and 0 <= minute < 60):
        return Moment(None, length, said, f"「{said}」不是一个时间")
    moment = datetime.combine((day or now.date()) + timedelta(days=over), time(hour, minute), now.tzinfo)
    if after is not None:
        while day is None and moment <= after:
            moment += timedelta(days=1)
        return Moment(moment, length, said)
    if moment < now.replace(second=0, microsecond=0):
        return Moment(None, length, said, _past(said, moment, found, now))
    return Moment(moment, length, said)


def _no_such_day(day: str, length: int, said: str) -> Moment | None:
    """2月30日; 17-3 is no day at all."""
    return Moment(None, length, said, f"没有「{day}」这一天，请看一下日期") if "月" in day else None


def _past(said: str, moment: datetime, found: re.Match[str], now: datetime) -> str:
    later = moment + timedelta(hours=12)
    if not (found["part"] or found["h"]) and moment.hour < 12 and later >= now:
        clock = said.removeprefix(found["day"] or "").strip()
        afternoon = 0 < moment.hour < 6
        half = "下午" if afternoon else "晚上"
        if found["day"]:
            return f"「{said}」是{half}吗？是的话写明白：{found['day']}{half}{clock}"
        today, tomorrow = ("下午", "明天凌晨") if afternoon else ("今晚", "明早")
        return f"「{said}」是{half}吗？写明白：{today}{clock}，或者 {tomorrow}{clock}"
    what = f"{day_title(moment.date(), now.date())} {moment:%H:%M}"
    return f"「{said}」是 {what}，已经过去了，请看一下时间"


def _day(said: str | None, now: datetime) -> date | None:
    if not said:
        return None
    said = {"明": "明天", "今": "今天", "次日": "明天"}.get(said, said)
    return read_day(said, now.date())


def _hour_and_minute(found: re.Match[str]) -> tuple[int, int]:
    if found["h"]:
        return int(found["h"]), int(found["m"])
    rest = (found["rest"] or "整").removesuffix("分")
    rest = rest[1:] if rest.startswith("零") and len(rest) > 1 else rest  # 8点零5分
    minutes = {"整": 0, "半": 30, "一刻": 15, "三刻": 45}.get(rest)
    return int(arabic(found["hour"])), int(arabic(rest)) if minutes is None else minutes


def _of_day(hour: int, part: str) -> tuple[int, int]:
    """The hour of 24, and how many days later: 晚上8点 is 20, 晚上12点 is 0 of the next day, 凌晨12点 is 0."""
    if part in ("下午", "午后", "傍晚") and hour < 12:
        return hour + 12, 0
    if part in ("晚上", "晚间", "晚", "夜里", "夜间", "夜", "半夜"):
        if hour == 12:
            return 0, 1
        return (hour, 1) if hour < 5 else (hour + 12 if hour < 12 else hour, 0)
    if part in ("中午", "正午") and hour < 4:
        return hour + 12, 0
    if part == "凌晨" and hour == 12:
        return 0, 0
    return (0, 1) if hour == 24 else (hour, 0)
