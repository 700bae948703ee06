"""/我的信息 and /删除我的信息: what is kept about somebody is theirs to read and to have forgotten, in private only."""

import re
from collections.abc import Sequence
from datetime import datetime

from bot.model.audit import Actor
from bot.model.handling import Dialogue, Outcome, Reply, Request, Ring
from bot.model.people import ROLE_TITLES, Person
from bot.model.privacy import Kept
from bot.model.services import Services
from bot.model.ticket import COMPLAINT, OPEN, STATE_TITLES
from handlers.speaking import to_sender

LISTED = 10
"""So many tickets are listed at most."""

SOMEBODY = "居民"
"""Who wished to be forgotten, in the audit row that says that they were."""

_CONFIRMED = re.compile(r"(?:确认|确定)删除[了吧]?[。.!！]*")
_KEEP = re.compile(r"不删|别删|不要删|不抹|取消|算了|不用|再想想")
_A_WORD = 12
"""Characters; a longer message is not taken for a no."""


def my_data(request: Request, services: Services) -> Outcome:
    """/我的信息: what is kept about this account, and for how long."""
    if not request.message.private:
        return _in_private(request, services, "我的信息")
    kept = services.privacy.kept(request.person.id)
    lines = _lines(kept, request.person, services)
    if lines:
        days = f"{services.desk.keep_days:g}"
        text = services.replies("my_data", list="\n".join(lines), count=days)
    else:
        said = f"只有跟您说过、提到您的话 {kept.said} 条。" if kept.said else ""
        text = services.replies("my_data_none", list=said)
    return Outcome("command:我的信息", (to_sender(request, text),))


def forget_me(request: Request, services: Services) -> Outcome:
    """/删除我的信息: asks once whether that is really meant, and says what stays."""
    if not request.message.private:
        return _in_private(request, services, "删除我的信息")
    kept = services.privacy.kept(request.person.id)
    still_open = [ticket.number for ticket in reversed(kept.tickets) if ticket.state in OPEN]
    stays = []
    if still_open:
        stays.append(f"还没办完的 {'、'.join(still_open)} 照办，办完三天以后再抹去。")
    if request.person.grants:
        stays.append(
            f"您的身份（{_roles(request.person)}）不在内，请管理员撤；工作上经手过的事，台账里还留着您的名字。"
        )
    expires = request.message.at + services.patience
    services.dialogues.begin(request.message.room_id, request.person.id, Dialogue("forget", ""), expires)
    text = services.replies("forget_ask", list="\n".join(stays))
    return Outcome("command:删除我的信息", (to_sender(request, text),))


def answer_forget(request: Request, services: Services) -> Outcome | None:
    """「确认删除」 forgets; 「不删了」 does not; anything else is about something else."""
    if len(request.text) <= _A_WORD and _KEEP.search(request.text):
        services.dialogues.end(request, "forget")
        return Outcome("forget:no", (to_sender(request, services.replies("forget_kept")),))
    if not _CONFIRMED.fullmatch(request.text):
        return None
    forgotten = services.privacy.forget(request.person.id, request.message.at)
    waiting = "、".join(forgotten.waiting)
    what = f"本人要求：抹去办完的工单 {forgotten.closed} 张" + (f"，{waiting} 办完再抹" if waiting else "")
    services.audit.write(
        Actor(request.message.at, request.person.id, SOMEBODY, message_id=request.message.id), "forget", what
    )
    later = f"{waiting} 还在办，办完三天以后抹去。" if waiting else ""
    return Outcome("forget", (to_sender(request, services.replies("forget_done", list=later)),))


def _in_private(request: Request, services: Services, name: str) -> Outcome:
    return Outcome(f"command:{name}", (to_sender(request, services.replies("ask_in_private")),))


def _lines(kept: Kept, person: Person, services: Services) -> list[str]:
    """Everything that is kept, a line each; what is not kept is not named."""
    lines = []
    if kept.door:
        lines.append(f"住处：{kept.door}（{kept.name}）")
    if person.grants:
        lines.append(f"身份：{_roles(person)}")
    if kept.tickets:
        lines.append(f"工单 {len(kept.tickets)} 张：")
        lines += [
            f"{one.number} {one.title} {STATE_TITLES[one.state]}，{services.show_time(one.opened_at)} 下单"
            + ("（办完三天后抹去）" if one.marked else "")
            for one in kept.tickets[:LISTED]
        ]
        if len(kept.tickets) > LISTED:
            lines.append(f"……还有更早的 {len(kept.tickets) - LISTED} 张")
    if kept.following:
        lines.append(f"跟着一起等的工单：{'、'.join(kept.following[:LISTED])}")
    if kept.records:
        counted = (f"{services.titles.get(intent, intent)} {n} 条" for intent, n in kept.records.items())
        lines.append(f"记录：{'，'.join(counted)}")
    if kept.chain_rows:
        lines.append(f"接龙：{kept.chain_rows} 行")
    if kept.tested:
        lines.append(f"说过核酸做了的：{kept.tested} 户次")
    if kept.receipts:
        lines.append(f"回过「收到」的通知：{kept.receipts} 条")
    if kept.asked:
        lines.append(f"问过小巷的话：{kept.asked} 条")
    if kept.votes:
        lines.append(f"说过有用、没用的答案：{kept.votes} 条")
    if kept.unanswered:
        lines.append(f"群里还没人回的话：{kept.unanswered} 条")
    if lines and kept.said:
        lines.append(f"小巷跟您说过、提到您的话：{kept.said} 条")
    return lines


def _roles(person: Person) -> str:
    return "、".join(dict.fromkeys(f"{grant.scope}{ROLE_TITLES[grant.role]}" for grant in person.grants))


def _due(services: Services) -> datetime | None:
    closed = services.privacy.first_closed()
    return None if closed is None else closed + COMPLAINT  # until then it may be opened again


def _forget_closed(at: datetime, services: Services) -> Sequence[Reply]:
    count = services.privacy.forget_closed(at - COMPLAINT)
    services.audit.write(Actor(at), "forget", f"本人要求过：抹去后来办完的工单 {count} 张")
    return ()


FORGETTING = Ring("forgetting", _due, _forget_closed)
"""Tickets whose requester wished to be forgotten while they were open."""
