"""What a notice will be, shown before it is: the exact words, the groups, when, how long, what to think of."""

from collections.abc import Sequence
from datetime import datetime

from bot.model.notice import Notice
from bot.model.services import Services
from handlers.days import day_title
from handlers.notices.identifying import for_residents, tells_who_is_ill
from handlers.notices.quiet import begins_at
from handlers.notices.seconding import asked_of, others_of_rank
from handlers.notices.warnings import messages, pace_minutes, warnings

NAMED = 12
"""So many groups are named; of the others the number is enough."""

RULE = "————"


def preview(notice: Notice, notes: Sequence[str], at: datetime, services: Services) -> str:
    """The preview. The words stand between two rules, just as the groups will read them."""
    head = services.replies(
        "notice_preview",
        number=notice.number,
        place=notice.scope,
        count=str(len(notice.rooms)),
        list=rooms_named(notice.rooms),
        when=when(notice, at, services),
        took=took(notice, services),
        until=f"有效到 {moment(notice.valid_until, at, services)}" if notice.valid_until else "",
    )
    think = [*notes, *warnings(notice, at, services)]
    listed = "\n".join(f"· {line}" for line in think)
    second = _second(notice, services) if community_wide(notice, services) else ""
    foot = services.replies(
        "notice_preview_foot",
        word=f"确认 {notice.id}" if tells_who_is_ill(notice, services) else "确认",
        list=f"请留意：\n{listed}" if listed else "",
        second=second,
        id=str(notice.id),
        again=f"/faq 更正 {notice.entry} 要说的话" if notice.entry else "/通知",
        minutes=f"{services.notice_settings.confirm_minutes:g}",
    )
    return "\n".join([head, RULE, *_words(notice, services), RULE, foot])


def _second(notice: Notice, services: Services) -> str:
    if others_of_rank(notice, services):
        return services.replies("notice_preview_second", list=asked_of(notice, services))
    return services.replies("notice_preview_alone", id=str(notice.id))


def community_wide(notice: Notice, services: Services) -> bool:
    """True when it is the whole community's business, which a second person has to confirm. The community's own staff and
    volunteers are told without."""
    return notice.node == services.groups.root.name and for_residents(notice.rooms, services)


def _words(notice: Notice, services: Services) -> list[str]:
    text = notice.text
    if notice.corrects is not None and notice.update_text:
        text = notice.update_text
    if for_residents(notice.rooms, services):
        text = services.guarded(text)
    files = f"（后面跟 {len(notice.attachments)} 张图片或文件）" if notice.attachments else ""
    return [line for line in (text, files) if line]


def rooms_named(rooms: Sequence[str]) -> str:
    """The groups by name, those beyond the first few as a number."""
    named = "、".join(rooms[:NAMED])
    return f"{named}等" if len(rooms) > NAMED else named


def when(notice: Notice, at: datetime, services: Services, now: str = "确认后马上") -> str:
    """When it is sent: 确认后马上, or 明天（11月17日 周四） 07:00, after the quiet hours where they hold it."""
    goes = begins_at(max(notice.planned_at, at), notice.level, services)
    return moment(goes, at, services) if goes > at else now


def moment(at: datetime, now: datetime, services: Services) -> str:
    """A moment with its day for people; midnight is 24:00 of the day before."""
    local, today = at.astimezone(services.zone), now.astimezone(services.zone).date()
    return f"{day_title(local.date(), today)} {local:%H:%M}"


def took(notice: Notice, services: Services) -> str:
    """约4分钟: behind what waits already, when it is sent at once."""
    later = notice.planned_at > services.clock.now()
    waiting = 0 if later else services.outbox.waiting_count()
    return f"约{max(pace_minutes(messages(notice), waiting, services.pace), 1)}分钟"
