"""「暂停」, 「继续」: a round stands still and loses no place, also before it has begun."""

from datetime import timedelta

from bot.model.handling import Outcome, Request
from bot.model.services import Services
from bot.model.testing import Round
from handlers.testing import calling, pacing, steering, stops


def pause(one: Round, words: str, request: Request, services: Services) -> Outcome:
    """「暂停」: nothing is called, and what has not left yet is held; before the time, it does not begin by itself."""
    at = request.message.at
    if one.state == "planned":
        one = services.rounds.change(one.id, state="paused", paused_at=at)
        services.audit.write(request.by, "round", f"{calling.title(one)}：先不开始")
        words_ = {"name": calling.title(one), "time": calling.clock(one.begins, services)}
        return steering.say(request, services.replies("round_paused_before", **words_), "pause")
    if one.state != "running":
        return steering.say(request, steering.state(one, services), "pause")
    known = services.rounds.stops(one.id)
    if not stops.upcoming(known) and not stops.present(known):
        return steering.say(request, services.replies("round_all_called", name=calling.title(one)), "pause")
    unsent = services.rounds.unsent(one.id)
    services.rounds.hold(one.id)
    one = services.rounds.change(one.id, state="paused", paused_at=at)
    services.audit.write(request.by, "round", f"{calling.title(one)}：暂停")
    key = "round_paused" if stops.upcoming(known) else "round_paused_all"
    text = services.replies(key, name=calling.title(one), count=steering.left(one, services))
    down = stops.present(services.rounds.stops(one.id))
    told = steering.each_group(
        "round_hold", [stop for stop in down if stop.place not in unsent], one, services
    )
    return steering.say(request, text, "pause", told)


def go_on(one: Round, words: str, request: Request, services: Services) -> Outcome:
    """「继续」: calls that were held leave; the time that was left of the present turn runs on."""
    at = request.message.at
    if one.state != "paused":
        return steering.say(request, steering.state(one, services), "go_on")
    if at >= one.ends:
        text = services.replies("round_hours_over", ends=calling.clock(one.ends, services))
        return steering.say(request, text, "go_on")
    if one.started_at is None and at < one.begins:
        one = services.rounds.change(one.id, state="planned")
        services.audit.write(request.by, "round", f"{calling.title(one)}：照常开始")
        return steering.say(request, steering.state(one, services), "go_on")
    unsent = services.rounds.unsent(one.id)
    released = services.rounds.release(one.id)
    known = services.rounds.stops(one.id)
    now = stops.present(known)
    left = one.next_at - one.paused_at if one.next_at and one.paused_at else timedelta()
    if released and unsent & {stop.place for stop in now}:
        left = pacing.takes(one, now, None)  # they are only called now
    started = one.started_at or at
    next_at = min(at + max(left, timedelta()), one.ends)
    one = services.rounds.change(
        one.id, state="running", resumed_at=at, started_at=started, next_at=next_at if now else at
    )
    services.audit.write(request.by, "round", f"{calling.title(one)}：继续")
    told = steering.each_group(
        "round_resume", [stop for stop in now if stop.place not in unsent], one, services
    )
    key = "round_resumed" if stops.upcoming(known) else "round_resumed_all"
    text = services.replies(key, name=calling.title(one), next=steering.next_title(one, services))
    return steering.say(request, text, "go_on", told)
