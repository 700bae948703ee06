"""Targets that can be read in two ways, or that a blank has torn: asked about before anything is shown. Pure."""

import re

from bot.model.services import Groups
from handlers.notices.heading import Heading
from handlers.notices.target_places import label
from handlers.notices.target_words import plain, read_words
from handlers.notices.targets import Targets, names_targets
from intents.numbers import arabic

_TORN = re.compile(r"(?:号楼|号院|单元|楼|栋|幢|座|号|#)(?=[\s\d,、;:]|$)")
"""What a text begins with when a blank stands inside of 17号 楼3 单元."""
_TORN_NAME = re.compile(r"(?:号楼|栋(?!楼)|幢|楼(?![道上下栋长梯宇层顶门内外里管组房]))")
"""The same behind a number without anything: 17号 楼停水, but not 17号楼 楼道消毒."""
_WHOLE = re.compile(r"(?:号楼|楼|栋|幢|座|单元)$")
_FLOOR = re.compile(r"(\d{1,2})楼")
_DATE = re.compile(r"(\d{1,2})号")
_PAIR = re.compile(r"(\d{1,3}(?:号楼|号|楼|栋|幢|#))(\d{1,2})号?")
_SLASHED = re.compile(r"(\d{1,3})[/.](\d{1,2})(?=[\s,:]|$)")
_UNIT = re.compile(r"(\d{1,2}|[一二三四五六七八九十]{1,3})(?:单元|门(?!口))")
_LAST_DAY = 31


def question(head: Heading, targets: Targets, groups: Groups) -> str:
    """What has to be asked back although the targets can be read; empty when they can mean one thing only."""
    return _torn(head, groups) or _of_two(head.targets) or _unit_first(head, targets, groups)


def slashed(text: str, groups: Groups) -> str:
    """The question to 17/3 and 17.3 where targets should stand; empty for anything else."""
    found = _SLASHED.match(plain(text))
    if found is None or not names_targets(f"{found[1]}-{found[2]}", groups):
        return ""
    pair = f"{found[1]}-{found[2]}"
    if int(found[1]) <= 12 and int(found[2]) <= _LAST_DAY:
        return f"「{found[0]}」是 {found[1]}号楼{found[2]}单元，还是日期？是单元就写 {pair}；是日期，后面写上几点"
    return f"「{found[0]}」是 {found[1]}号楼{found[2]}单元吗？是就写 {pair}"


def _torn(head: Heading, groups: Groups) -> str:
    said = plain(head.targets)
    text = plain(head.text.split("\n")[0])
    behind_number = re.search(r"[\d号]$", said) is not None
    if head.own_line or not (_TORN.match(text) or (behind_number and _TORN_NAME.match(text))):
        return ""
    joined = "".join((said + text).split())
    _, rest = read_words(joined, groups)
    meant = joined[: len(joined) - len(rest)]
    hint = f"是「{meant}」吗？" if _WHOLE.search(meant) and names_targets(meant, groups) else ""
    begins = text.split()[0][:6]
    return f"「{head.targets} {begins}」断开了，看不准是哪里。{hint}地方连着写，后面空一格，再写正文"


def _of_two(targets: str) -> str:
    for part in re.split(r"[\s、,;和]+", plain(targets)):
        if found := _FLOOR.fullmatch(part):
            return f"「{part}」是 {found[1]}号楼吗？是就写 {found[1]}号楼；一层楼没有自己的群"
        if (found := _DATE.fullmatch(part)) and int(found[1]) <= _LAST_DAY:
            return f"「{part}」是 {found[1]}号楼，还是日期？是楼就写 {found[1]}号楼；是日期，后面写上几点"
        if found := _PAIR.fullmatch(part):
            whole = re.sub(r"(?<=\d)(?:号|楼|#)$", "号楼", found[1])
            return f"「{part}」是 {whole}{found[2]}单元吗？是就写 {whole}{found[2]}单元"
    return ""


def _unit_first(head: Heading, targets: Targets, groups: Groups) -> str:
    """1号楼 2单元电梯坏了: for the unit or for the building."""
    found = _UNIT.match(plain(head.text))
    one_building = len({(groups.compound(node), node.building) for node in targets.nodes}) == 1
    if head.own_line or found is None or not one_building or not targets.nodes[0].building:
        return ""
    number = arabic(found[1])
    units = [one for node in targets.nodes for one in groups.below(node) if one.level == "unit"]
    unit = next((one for one in units if one.unit == number), None)
    if unit is None or units == [unit]:
        return ""
    here = label(unit, groups)
    return (
        f"只发 {here}，还是 {targets.scope} 都发？只发一个单元：{here} 空一格，再写正文；都发：正文另起一行"
    )
