"""What the days say about data/: what is over, what soon will be, and what is so far ahead that the year is mistyped."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, timedelta

from bot.model.schedule import NotATime, NoticeEntry, moment_of
from intents.finding import Finding, Path
from intents.spec import FaqEntry

FAR = timedelta(days=60)
"""Who writes an answer for later than this has mistyped the month or the year."""

LASTING = timedelta(days=3 * 365)
"""So long no answer holds that has an end at all."""


def days_of_answers(faq: Sequence[FaqEntry], today: date, expiring_days: float) -> Iterator[Finding]:
    """Answers that are not given any more, or not for long; entries put aside (enabled: false) are left in peace."""
    for place, entry in enumerate(faq):
        end = entry.valid_until
        if not entry.enabled or (end and entry.valid_from and end < entry.valid_from):
            continue  # dates the wrong way round are told elsewhere
        path: Path = ("faq", place, "valid_until")
        if end and end < today:
            reason = (
                f"这条 {end} 就过期了（今天 {today}），问的人得不到答案：还有效就改 valid_until；"
                "换了新的说法就改 answer；不要了就写 enabled: false"
            )
            yield Finding(path, reason, "warning")
        elif end and end < today + timedelta(days=expiring_days):
            left = (end - today).days
            when = {0: "今天", 1: "明天"}.get(left, f"再过 {left} 天")
            yield Finding(
                path, f"这条{when}（{end}）过期：到时还有效，请把 valid_until 改到新的日子", "warning"
            )
        elif end and end > today + LASTING:
            yield Finding(
                path, f"valid_until 是 {end}，太远了：是不是年份写错了？一直有效就不用写", "warning"
            )
        if entry.valid_from and entry.valid_from > today + FAR:
            yield Finding(
                ("faq", place, "valid_from"), _too_far(str(entry.valid_from), today, "答"), "warning"
            )


def days_of_notices(notices: Sequence[NoticeEntry], today: date) -> Iterator[Finding]:
    """Entries that are never posted again, or not for a long time."""
    for place, entry in enumerate(notices):
        last, first = _day(entry.valid_until, end=True), _day(entry.valid_from)
        if last and first and last < first:
            continue
        if last and last < today:
            reason = f"这条通知的 valid_until（{entry.valid_until}）已经过了，不会再发：要接着发就改日期，不要了就删掉这一条"
            yield Finding(("notices", place, "valid_until"), reason, "warning")
        elif first and first > today + FAR:
            yield Finding(
                ("notices", place, "valid_from"), _too_far(str(entry.valid_from), today, "发"), "warning"
            )


def last_day(entry: NoticeEntry) -> date | None:
    """The last day on which a notice is posted, as far as it has one."""
    return _day(entry.valid_until, end=True)


def first_day(entry: NoticeEntry) -> date | None:
    """The first day on which a notice is posted."""
    return _day(entry.valid_from)


def _too_far(written: str, today: date, what: str) -> str:
    return f"valid_from 是 {written}，两个多月以后才开始{what}（今天 {today}）：是不是月份或年份写错了？"


def _day(text: str | None, *, end: bool = False) -> date | None:
    """The day of a date or a moment; None for none, and for what is told elsewhere as no date."""
    if text is None:
        return None
    try:
        moment = moment_of(text, UTC, end=end)
    except NotATime:
        return None
    return (moment - timedelta(microseconds=1)).date() if end else moment.date()
