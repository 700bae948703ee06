"""What people at the site do with a round: the next ones, skip, call by name, done, called by mistake."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.model.handling import Outcome, Reply, Request
from bot.model.services import Services
from bot.model.testing import Round, Stop
from handlers.speaking import to_sender
from handlers.testing import calling, stops

TWICE = timedelta(seconds=20)
"""Two people say 「下一个」: the second means the same one."""

AHEAD = 4
"""When so many stops were called behind one that is through only now, the staff are asked whether to pause."""

Step = Callable[[Round, str, Request, Services], Outcome]
"""Does something with a round; the words are what stands behind the command's own."""


def next_one(one: Round, words: str, request: Request, services: Services) -> Outcome:
    """「下一个」: those called last are through, the next ones are called."""
    if idle := _idle(one, request, services):
        return idle
    known = services.rounds.stops(one.id)
    turns = stops.upcoming(known)
    if just := _just(one, stops.latest(known), request, services):
        return just
    if not turns:
        for stop in stops.present(known):
            services.rounds.change_stop(stop, state="done", done_at=request.message.at)
        return say(request, calling.all_called(one, known, services), "next")
    return _call(one, turns[0], request, services, "next")


def by_name(one: Round, words: str, request: Request, services: Services) -> Outcome:
    """「叫17-3」, 「叫 17-3 3-2」, 「叫5号楼」: these now; what is left of them comes next."""
    if idle := _idle(one, request, services):
        return idle
    known = services.rounds.stops(one.id)
    groups, odd = named(words, known)
    if odd or not groups:
        return unknown(odd, request, services)
    if back := [stop for group in groups for stop in group if stop.state in ("dropped", "recalled")]:
        for stop in back:  # by name even those that were not to be called any more
            services.rounds.change_stop(stop, state="waiting", called_at=None, done_at=None)
        known = services.rounds.stops(one.id)
        groups, _ = named(words, known)
    chosen: list[Stop] = []
    for group in groups:
        left = stops.upcoming(group)
        chosen += left[0] if left else [stop for stop in group if stop.turn == group[-1].turn]
    if just := _just(one, [stop for stop in stops.present(known) if stop in chosen], request, services):
        return just
    wanted = {stop for group in groups for stop in group}
    for stop, turn in stops.sooner([stop for stop in known if stop not in chosen], wanted):
        services.rounds.change_stop(stop, turn=turn)  # what is left of them; the called ones keep their place
    return _call(one, list(dict.fromkeys(chosen)), request, services, "called")


def done(one: Round, words: str, request: Request, services: Services) -> Outcome:
    """「17-3完成」: these are through; when nobody called last is left, the next ones are called."""
    at = request.message.at
    known = services.rounds.stops(one.id)
    groups, odd = named(words, known)
    if odd or not groups:
        return unknown(odd, request, services)
    chosen = list(dict.fromkeys(stop for group in groups for stop in group))
    through = [stop for stop in chosen if _down(stop)]
    wide = calling.wide(one, services)
    place = stops.gathered(
        chosen if stops.all_past(chosen) else through or chosen, known, services, wide=wide
    )
    if not through:
        states = {stop.state for stop in chosen}
        key = "round_done" if states == {"done"} else "round_not_called"
        key = "round_done_off" if states == {"dropped"} else key
        return say(request, services.replies(key, place=place, word=words.strip()), "done")
    for stop in through:
        services.rounds.change_stop(stop, state="done", done_at=at)
    _write(one, "完成", through, request, services)
    text = services.replies("round_done", place=place)
    known = services.rounds.stops(one.id)
    turns = stops.upcoming(known)
    idle = one.state != "running" or not turns or at >= one.ends
    if idle or stops.present(known) or _fresh(stops.latest(known), request):
        return say(request, f"{text}{_line(one, through, known, services)}", "done")
    called = calling.call(one, turns[0], at, services, said=True)
    _write(one, "叫", called.stops, request, services)
    return say(request, f"{text}\n{calling.said(called, services)}", "done", called.replies)


def skip(one: Round, words: str, request: Request, services: Services) -> Outcome:
    """「跳过17-3」: these come last, or when they are called by name."""
    known = services.rounds.stops(one.id)
    groups, odd = named(words, known)
    if odd or not groups:
        return unknown(odd, request, services)
    later = [stop for group in groups for stop in group if stop.state in ("waiting", "recalled")]
    wide = calling.wide(one, services)
    if not later:
        place = stops.titles(groups[0], services, wide=wide)
        again = all(stop.state == "skipped" for group in groups for stop in group)
        key = "round_skipped_before" if again else "round_not_waiting"
        return say(request, services.replies(key, place=place, word=words.strip()), "skip")
    replies = _stand_down([stop for stop in later if stop.warned_at], one, request, services)
    for stop in later:
        services.rounds.change_stop(stop, state="skipped", warned_at=None)
    _write(one, "跳过", later, request, services)
    text = services.replies(
        "round_skipped",
        place=stops.gathered(later, known, services, wide=wide),
        word=words.strip(),
        next=next_title(one, services),
    )
    return say(request, text, "skip", replies)


def recall(one: Round, words: str, request: Request, services: Services) -> Outcome:
    """「叫错了」, /核酸 撤回 17-3: those called stay at home; they are called again only by name, for nobody knows why they were
    sent back."""
    at = request.message.at
    known = services.rounds.stops(one.id)
    groups, odd = named(words, known) if words else ([stops.latest(stops.present(known))], "")
    if odd:
        return unknown(odd, request, services)
    back = [stop for group in groups for stop in group if _down(stop)]
    wide = calling.wide(one, services)
    if not back:
        return say(request, services.replies("round_nothing_called", name=calling.title(one)), "recall")
    if not words and _recalled_just_now(one, back, at, services):
        return say(request, services.replies("round_recalled_before"), "recall")
    services.rung.mark(_recall(one), at, at)
    unsent = services.rounds.withdraw(one.id, {stop.place for stop in back}, at)
    replies = _stand_down([stop for stop in back if stop.place not in unsent], one, request, services)
    for stop in back:
        calls = stop.calls - (stop.place in unsent)
        services.rounds.change_stop(
            stop, state="recalled", called_at=None, done_at=None, warned_at=None, calls=calls
        )
    _write(one, "撤回", back, request, services)
    text = services.replies(
        "round_recalled",
        place=stops.titles(back, services, wide=wide),
        word=calling.words_for(back, one, services),
        next=next_title(one, services),
    )
    return say(request, text, "recall", replies)


def _recall(one: Round) -> str:
    return f"round:{one.id}:recall"


def _recalled_just_now(one: Round, back: Sequence[Stop], at: datetime, services: Services) -> bool:
    """True when somebody else said 「叫错了」 a moment ago and meant the call after these."""
    last = services.rung.last(_recall(one))
    return (
        last is not None
        and abs(at - last) < TWICE
        and all(stop.called_at is not None and stop.called_at < last for stop in back)
    )


def _call(one: Round, some: Sequence[Stop], request: Request, services: Services, label: str) -> Outcome:
    by_order = label == "next"
    called = calling.call(one, some, request.message.at, services, by_order=by_order, said=by_order)
    _write(one, "叫", called.stops, request, services)
    return say(request, calling.said(called, services), label, called.replies)


def _idle(one: Round, request: Request, services: Services) -> Outcome | None:
    """What to say while nobody is called: before the time, in a pause."""
    return None if one.state == "running" else say(request, state(one, services), "idle")


def state(one: Round, services: Services) -> str:
    """That a round is planned, runs, or pauses, and what to say to change it."""
    time = calling.clock(one.begins, services)
    return services.replies(f"round_is_{one.state}", name=calling.title(one), time=time)


def _fresh(now: Sequence[Stop], request: Request) -> bool:
    """True when those called last were called a moment ago."""
    return any(stop.called_at and abs(request.message.at - stop.called_at) < TWICE for stop in now)


def _just(one: Round, now: Sequence[Stop], request: Request, services: Services) -> Outcome | None:
    if not _fresh(now, request):
        return None
    place = stops.titles(now, services, wide=calling.wide(one, services))
    return say(request, services.replies("round_just", place=place), "just")


def places(words: str) -> list[str]:
    """The places that words name, apart: 17-3、3-2和5号楼. A name may begin with 和."""
    return [word for word in re.split(r"[\s,，、]+|(?<=[\d号楼栋幢座元#])和", words) if word]


def _line(one: Round, through: Sequence[Stop], known: Sequence[Stop], services: Services) -> str:
    """Who still stands in line behind those who are through; many of them are a hint that calls run ahead."""
    last = max(stop.called_at for stop in through if stop.called_at)
    behind = [stop for stop in known if _down(stop) and stop.called_at and stop.called_at > last]
    if not behind:
        return ""
    wide = calling.wide(one, services)
    if len(behind) < AHEAD:
        return "\n" + services.replies("round_done_now", place=stops.titles(behind, services, wide=wide))
    place = stops.title(behind[-1], services, wide=wide)
    return "\n" + services.replies("round_done_ahead", place=place, count=str(len(behind)))


def _down(stop: Stop) -> bool:
    """True for those who were called and of whom nobody said that they are through."""
    return stop.state == "called" or (stop.state == "done" and stop.done_at is None)


def named(words: str, known: Sequence[Stop]) -> tuple[list[list[Stop]], str]:
    """The stops of each place that is named; or the first word that names none."""
    groups = []
    for word in places(words):
        found = stops.named(word, known)
        if not found:
            return [], word
        groups.append(found)
    return groups, ""


def unknown(word: str, request: Request, services: Services) -> Outcome:
    """Say which word names no stop of the round."""
    if not word:
        return say(request, services.replies("command_usage", usage="/核酸 叫 17-3"), "unknown")
    return say(request, services.replies("round_no_stop", word=word), "unknown")


def next_title(one: Round, services: Services) -> str:
    """Who is called next, for people."""
    turns = stops.upcoming(services.rounds.stops(one.id))
    return stops.titles(turns[0], services, wide=calling.wide(one, services)) if turns else "没有了"


def left(one: Round, services: Services) -> str:
    """How many were not called."""
    return str(len(calling.uncalled(one, services)))


def _stand_down(some: Sequence[Stop], one: Round, request: Request, services: Services) -> list[Reply]:
    """Tell those who were called, or told to get ready, to stay at home; what has not left never will."""
    services.rounds.unwarn(one.id, {stop.place for stop in some}, request.message.at)
    return [
        calling.news(
            one,
            stop,
            services.replies(
                "round_recall", place=calling.in_group(stop, services), drill=calling.drill(one, services)
            ),
        )
        for stop in some
    ]


def each_group(key: str, some: Sequence[Stop], one: Round, services: Services) -> list[Reply]:
    """The same for the groups of these stops, once each."""
    told = {stop.node: stop for stop in some}
    return [
        calling.news(
            one,
            stop,
            services.replies(key, place=calling.in_group(stop, services), drill=calling.drill(one, services)),
        )
        for stop in told.values()
    ]


def _write(one: Round, what: str, some: Sequence[Stop], request: Request, services: Services) -> None:
    place = stops.titles(some, services, wide=True)
    services.audit.write(request.by, "round", f"{calling.title(one)}：{what} {place}")


def say(request: Request, text: str, label: str, replies: Sequence[Reply] = ()) -> Outcome:
    """One line for whoever spoke, and what the groups read."""
    return Outcome(f"round:{label}", (to_sender(request, text), *replies))
