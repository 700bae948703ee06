"""/核酸 改时间, 改地点, 结束: changes of a round that its residents have to hear of, and its end."""

import re
from datetime import timedelta

from bot.model.handling import Dialogue, Outcome, Request
from bot.model.services import Services
from bot.model.testing import Round
from handlers.authority import may
from handlers.speaking import to_sender
from handlers.testing import calling, doors, progress, stops
from handlers.testing.hours import read_hours, shown

LONGEST = timedelta(hours=18)
"""No round that has begun goes on for longer: hours that would have it so are those of another day."""


def retime(one: Round, words: str, request: Request, services: Services) -> Outcome:
    """/核酸 改时间 6:30-9:30, 改时间 到9:40: other hours; the residents are told, and calls go on within them."""
    at = request.message.at
    if refused := _refused(one, request, services):
        return refused
    hours = read_hours(words, at, services.zone, until=True)
    begins, ends = hours.begins or one.begins, hours.ends
    if ends is None or ends <= begins or ends <= at:
        text = services.replies("command_usage", usage="/核酸 改时间 6:30-9:30\n/核酸 改时间 到9:40")
        return Outcome("round:retime", (to_sender(request, text),))
    if one.started_at is not None:
        begins = one.begins  # what has begun has begun
        if ends - begins > LONGEST:
            text = services.replies(
                "round_over_already", name=calling.title(one), when=shown(begins, ends, services.zone)
            )
            return Outcome("round:retime", (to_sender(request, text),))
    missed = one.paused_at is not None and one.paused_at >= one.ends
    one = services.rounds.change(one.id, begins=begins, ends=ends)
    if one.state == "running":
        one = services.rounds.change(
            one.id, next_at=min(one.next_at or at, ends)
        )  # after the end nothing was due
    elif one.state == "paused" and one.started_at is None and (missed or begins > at):  # it has hours again
        one = services.rounds.change(one.id, state="planned")
    when = shown(begins, ends, services.zone)
    services.audit.write(request.by, "round", f"{calling.title(one)}：改时间 {when}")
    words_ = {"name": f"{one.scope}{one.name}", "when": when, "drill": calling.drill(one, services)}
    text = services.replies("round_retimed", **words_)
    told = calling.to_branch(one, services.replies("round_new_hours", **words_))
    return Outcome("round:retime", (to_sender(request, text), told))


def move(one: Round, words: str, request: Request, services: Services) -> Outcome:
    """/核酸 改地点 社区广场: everybody is told, those called last in their own group, too."""
    if refused := _refused(one, request, services):
        return refused
    where = re.sub(r"^(?:到|在|为|成|:)\s*", "", words).strip()
    if not where:
        text = services.replies("command_usage", usage="/核酸 改地点 社区广场")
        return Outcome("round:move", (to_sender(request, text),))
    one = services.rounds.change(one.id, place=where)
    services.audit.write(request.by, "round", f"{calling.title(one)}：改地点 {where}")
    said = {"name": f"{one.scope}{one.name}", "where": where, "drill": calling.drill(one, services)}
    text = services.replies("round_moved", **said)
    news = services.replies("round_new_place", **said)
    down = {
        stop.node: stop for stop in stops.present(services.rounds.stops(one.id)) if stop.state == "called"
    }
    own = [calling.news(one, stop, news) for stop in down.values() if stop.node != one.node]
    return Outcome("round:move", (to_sender(request, text), *own, calling.to_branch(one, news)))


def end(one: Round, words: str, request: Request, services: Services) -> Outcome:
    """/核酸 结束: asks once more when somebody was not called."""
    if refused := _refused(one, request, services):
        return refused
    left = calling.uncalled(one, services)
    if not left:
        return end_now(request, one.id, services)
    patience = timedelta(minutes=services.notice_settings.confirm_minutes)
    at = request.message.at
    services.dialogues.begin(
        request.message.room_id,
        request.person.id,
        Dialogue("round", "", ("end", str(one.id), at.isoformat())),
        at + patience,
    )
    listed = stops.titles(left, services, wide=calling.wide(one, services))
    text = services.replies("round_end_sure", name=calling.title(one), count=str(len(left)), list=listed)
    return Outcome("round:end", (to_sender(request, text),))


def end_now(request: Request, round_id: int, services: Services) -> Outcome:
    """End it: calls that have not left are cancelled; what it came to is said."""
    at = request.message.at
    one = services.rounds.get(round_id)
    if one is None or one.state == "ended":
        return Outcome("round:end", (to_sender(request, services.replies("round_none")),))
    services.rounds.withdraw(one.id, {stop.place for stop in services.rounds.stops(one.id)}, at)
    one = services.rounds.change(one.id, state="ended", ended_at=at, next_at=None)
    services.audit.write(request.by, "round", f"结束 {calling.title(one)}")
    text = services.replies("round_ended", name=calling.title(one), list=progress.summary(one, services))
    return Outcome("round:end", (to_sender(request, text), *doors.at_end(one, request, services)))


def _refused(one: Round, request: Request, services: Services) -> Outcome | None:
    """Beginning, changing and ending a round is for workers of its branch."""
    node = services.groups.find(one.node) or services.groups.root
    if may(request.person, "worker", node, services.groups):
        return None
    return Outcome("refused:核酸", (to_sender(request, services.replies("branch_refused", place=one.node)),))
