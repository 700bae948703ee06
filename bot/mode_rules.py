"""``modes`` of bot.yaml: what must be true of it beyond its shape, and how its sections are filled in.

A mode names only what is different. So each of its sections is laid over the file's own one: the rules look at the
result and tell what was not wrong before, and what is loaded is complete.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from bot.data_rules import unknown_scope
from bot.model.settings import Desk, Limits, Mode, Settings
from bot.yamlfile import Found, Steps
from bot.yamlwords import suggestion

T = TypeVar("T")

SECTIONS = ("desk", "pace", "notices", "testing")
"""What a mode may define differently, besides its roster."""


def mode_rules(
    settings: Mapping[str, Any], names: Sequence[str], rules: Callable[[Mapping[str, Any]], Iterator[Found]]
) -> Iterator[Found]:
    """Everything about ``modes``. ``names`` are the branches', ``rules`` tell what is wrong with the sections of a whole
    bot.yaml, be it as written or as a mode has it."""
    modes = settings.get("modes")
    for name, mode in modes.items() if isinstance(modes, dict) else ():
        if not isinstance(mode, dict):
            continue
        changed = {key: mode[key] for key in SECTIONS if isinstance(mode.get(key), dict)}
        laid = {**settings, **{key: _laid(settings.get(key), change) for key, change in changed.items()}}
        before = set(rules(settings))
        for steps, reason in rules(laid):
            if (steps, reason) not in before and steps[0] in changed:
                yield ("modes", name, *steps), reason
        yield from _roster(mode.get("roster"), ("modes", name, "roster"), settings, names, _shifts(laid))


def _laid(base: Any, change: Any) -> Any:
    """A change laid over what it changes, key by key."""
    if isinstance(base, dict) and isinstance(change, dict):
        return {**base, **{key: _laid(base.get(key), value) for key, value in change.items()}}
    return change


def _shifts(settings: Mapping[str, Any]) -> int:
    """How many shifts a day has."""
    desk = settings.get("desk")
    shifts = desk.get("shifts") if isinstance(desk, dict) else None
    return len(shifts) if isinstance(shifts, list) else len(Desk.shifts)


def _roster(
    roster: Any, steps: Steps, settings: Mapping[str, Any], names: Sequence[str], shifts: int
) -> Iterator[Found]:
    people = settings.get("people")
    known = [one.get("name") for one in people if isinstance(one, dict)] if isinstance(people, list) else []
    ids = {(one.get("name"), one.get("id")) for one in people or () if isinstance(one, dict)}
    taken: set[tuple[object, object]] = set()
    for index, line in enumerate(roster if isinstance(roster, list) else ()):
        if not isinstance(line, dict):
            continue
        branch, shift, here = line.get("branch"), line.get("shift", "全天"), line.get("people")
        if isinstance(branch, str):
            yield from unknown_scope((*steps, index, "branch"), branch.strip(), names)
        if shift in ("白班", "中班", "夜班") and shift not in _shift_names(shifts):
            each = "、".join(_shift_names(shifts))
            yield (
                (*steps, index, "shift"),
                f"一天分 {shifts} 班（{each}），没有「{shift}」：请改正，或写 全天",
            )
        if (branch, shift) in taken:
            yield (*steps, index), f"「{branch}」的{shift}写了两次：请并成一项，人都写在 people 里"
        taken.add((branch, shift))
        if here == []:
            yield (*steps, index, "people"), "至少写一个人，例如 people: [刘书记]；没有人就删掉这一项"
        listed = [one.strip() for one in here if isinstance(one, str)] if isinstance(here, list) else []
        for place, name in enumerate(listed):
            yield from _somebody((*steps, index, "people", place), name, known, ids)
        lead = line.get("lead")
        if isinstance(lead, str) and listed and lead.strip() not in listed:
            yield (
                (*steps, index, "lead"),
                f"带班的「{lead}」不在 people 里：请写进去，或从里面选一个（{'、'.join(listed)}）",
            )


def _shift_names(count: int) -> list[str]:
    return ["全天"] if count <= 1 else ["白班", *["中班"] * (count > 2), "夜班"]


def _somebody(steps: Steps, name: str, known: Sequence[Any], ids: set[tuple[Any, Any]]) -> Iterator[Found]:
    """A name out of ``people``, and of one of them alone."""
    if name not in known:
        meant = suggestion(name, [str(one) for one in known])
        hint = f"，是不是想写「{meant}」？" if meant else "："
        yield steps, f"people 里没有叫「{name}」的{hint}排班的人要先写在最下面的 people 里（id、role、scope）"
    elif len({id_ for one, id_ in ids if one == name}) > 1:
        yield steps, f"people 里有两个「{name}」，分不清是谁：请把名字改得不一样"


def complete(settings: Settings, raw: Mapping[str, Any]) -> Settings:
    """The settings with every section of every mode filled in from the file's own; ``raw`` says what was written."""
    modes = raw.get("modes")
    written: Mapping[str, Any] = modes if isinstance(modes, dict) else {}
    each: dict[str, Mode] = {}
    for name, mode in written.items():
        loaded: Mode = getattr(settings.modes, name)
        changed = {key: getattr(loaded, key) for key in SECTIONS if key in mode}
        filled = {key: _filled(getattr(settings, key), value, mode[key]) for key, value in changed.items()}
        each[name] = replace(loaded, **filled)
    return replace(settings, modes=replace(settings.modes, **each))


def _filled(base: T, loaded: T, raw: Mapping[str, Any]) -> T:
    """What ``raw`` names out of ``loaded``, the rest out of ``base``: two values of one dataclass."""
    assert is_dataclass(base) and not isinstance(base, type)
    named = {field.name for field in fields(base)} & raw.keys()
    changed = {name: _value(getattr(base, name), getattr(loaded, name), raw[name]) for name in named}
    return replace(base, **changed)


def _value(base: Any, loaded: Any, raw: Any) -> Any:
    if isinstance(loaded, Limits):
        return _filled(base, loaded, raw)
    if isinstance(loaded, dict):  # category -> its limits; one that has none of its own goes by default
        usual = base.get("default", Limits())
        usual = _filled(usual, loaded["default"], raw["default"]) if "default" in loaded else usual
        return base | {key: _filled(base.get(key, usual), value, raw[key]) for key, value in loaded.items()}
    return loaded
