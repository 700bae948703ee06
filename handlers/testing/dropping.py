"""「不叫5号楼」: a sealed building. A round calls it no more, not even last; its groups are told to stay at home."""

from bot.model.handling import Outcome, Reply, Request
from bot.model.services import Services
from bot.model.testing import Round
from handlers.speaking import to_sender
from handlers.testing import calling, steering, stops


def drop(one: Round, words: str, request: Request, services: Services) -> Outcome:
    """Whoever was called goes back, whoever waits stays at home; 「叫5号楼」 calls them all the same."""
    at = request.message.at
    known = services.rounds.stops(one.id)
    groups, word = steering.named(words, known)
    if word or not groups:
        return steering.unknown(word, request, services)
    meant = [stop for group in groups for stop in group]
    place = stops.gathered(meant, known, services, wide=calling.wide(one, services))
    off = [stop for stop in meant if stop.done_at is None and stop.state != "dropped"]
    if not off:
        return _say(request, services.replies("round_dropped_before", place=place), ())
    services.rounds.withdraw(one.id, {stop.place for stop in off}, at)
    for stop in off:
        services.rounds.change_stop(stop, state="dropped", warned_at=None)
    services.audit.write(request.by, "round", f"{calling.title(one)}：不叫 {place}")
    told = steering.each_group("round_stay", off, one, services) if one.started_at else []
    text = services.replies("round_dropped", place=place, next=steering.next_title(one, services))
    return _say(request, text, told)


def ask(one: Round, words: str, request: Request, services: Services) -> Outcome:
    """「5号楼封了」 may be news or an order: asked back, never guessed."""
    known = services.rounds.stops(one.id)
    groups, word = steering.named(words, known)
    if word or not groups:
        return steering.unknown(word, request, services)
    meant = [stop for group in groups for stop in group]
    if all(stop.state in ("done", "dropped") for stop in meant):
        return Outcome("silent:round")
    place = stops.gathered(meant, known, services, wide=calling.wide(one, services))
    return _say(request, services.replies("round_drop_sure", place=place, word=words.strip()), ())


def _say(request: Request, text: str, told: tuple[()] | list[Reply]) -> Outcome:
    return Outcome("round:drop", (to_sender(request, text), *told))
