"""The words of a target text put together: what is meant, what is excepted, which level of groups. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from bot.model.services import Groups
from bot.model.tree import Node
from handlers.notices.target_items import Numbers, read_numbers
from handlers.notices.target_places import Branches, Unclear, Where, branches, label, parity
from handlers.notices.target_words import Word, plain, read_words

LEVEL_TITLES = {"unit": "单元群", "building": "楼栋群", "compound": "小区群"}
NAMED = 8
"""So many branches or groups are named in a sentence."""


@dataclass
class Said:
    """What was read so far."""

    parts: list[Branches] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    everybody: bool = False


def read(text: str, near: Node | None, groups: Groups) -> tuple[Said, Said, str]:
    """What is meant, what is excepted, and the one level of groups asked for.

    Raises Unclear when nothing or several things are meant.
    """
    found, rest = read_words(text, groups)
    if rest:
        raise Unclear(_unread(text, rest, groups))
    if not found:
        raise Unclear("发给哪些群？比如 春晓苑，或者 17号楼3单元，或者 全社区")
    level = next((word.value for word in found if word.kind == "level"), "")
    said, excepted = _split(found)
    meant = _Reader(Where(groups, near)).read(said)
    if not meant.parts and not meant.rooms:
        if not meant.everybody:
            raise Unclear(_only(text, bool(excepted), level))
        meant.parts.append(Branches((groups.root,), groups.root.name))
    inside = tuple(node for part in meant.parts for node in part.nodes)
    buildings = {node.building for node in inside}
    building = buildings.pop() if len(buildings) == 1 else None
    but = _Reader(Where(groups, near, None, building, inside)).read(excepted)
    if excepted and not but.parts and not but.rooms:
        raise Unclear("「除」后面写哪栋、哪个单元，比如 除8栋")
    return meant, but, level


def _only(text: str, excepted: bool, level: str) -> str:
    if excepted:
        return f"「{text.strip()}」：除了这些，发给哪些群？比如 春晓苑 除8栋"
    if level:
        return (
            f"哪里的{LEVEL_TITLES[level]}？比如 春晓苑{LEVEL_TITLES[level]}，或者 所有{LEVEL_TITLES[level]}"
        )
    return f"「{text.strip()}」没看懂是哪些群。比如 春晓苑，或者 17号楼3单元，或者 全社区"


def _split(found: Sequence[Word]) -> tuple[list[Word], list[Word]]:
    """The words before 除 (and after 以外), and those it excepts; 8栋除外 excepts what stands before it."""
    said: list[Word] = []
    excepted: list[Word] = []
    inside = False
    for word in found:
        if word.kind == "except":
            inside = True
            excepted.append(Word("list", "、"))
        elif word.kind == "outside" and inside:
            inside = False
        elif word.kind == "outside":
            at = _last_thing(said)
            excepted += said[at:]
            del said[at:]
        else:
            (excepted if inside else said).append(word)
    return said, excepted


def _last_thing(said: Sequence[Word]) -> int:
    """Where the last numbers begin, back to the name or the words before them."""
    numeric = {"number", "building", "unit", "dash", "to", "list", "space"}
    at = len(said)
    while at and said[at - 1].kind in numeric:
        at -= 1
    while at < len(said) and said[at].kind in ("list", "space"):
        at += 1
    return at


class _Reader:
    """Reads words from left to right: a name qualifies the numbers behind it, a building the units behind it."""

    def __init__(self, where: Where) -> None:
        self._where = where
        self._said = Said()
        self._pending: Node | None = None
        self._area: Node | None = None
        self._building: str | None = where.building
        self._counting = False
        """True behind 1号楼、: a number alone is one more building."""

    def read(self, found: Sequence[Word]) -> Said:
        at = 0
        found = [word for word in found if word.said != "的"]
        while at < len(found):
            if found[at].kind == "number":
                numbers, at = read_numbers(found, at)
                self._numbers(numbers)
                continue
            self._word(found[at])
            at += 1
        self._flush()
        return self._said

    def _word(self, word: Word) -> None:
        groups = self._where.groups
        if word.kind == "node":
            node = groups.find(word.value)
            assert node is not None
            self._name(node)
        elif word.kind == "here":
            node = groups.compound(self._where.near) if self._where.near else None
            if node is None:
                raise Unclear(f"「{word.said}」是哪个小区？写上小区的名字")
            self._name(node)
        elif word.kind == "room":
            self._flush()
            self._said.rooms.append(word.value)
        elif word.kind in ("odd", "even"):
            self._add(parity(word.kind == "odd", word.said, self._here()))
        elif word.kind == "all":
            self._said.everybody = True
        elif word.kind == "list":
            self._flush()
        elif word.kind in ("building", "unit", "door", "dash", "to"):
            raise Unclear(f"「{word.said}」前面少了数字：写明几号楼、几单元")

    def _name(self, node: Node) -> None:
        self._flush()
        self._pending = self._area = node
        self._building, self._counting = self._where.building, False

    def _numbers(self, numbers: Numbers) -> None:
        if numbers.shape == "bare" and self._counting and self._pending is None:
            numbers = Numbers("buildings", numbers.values, f"{numbers.said}号楼")
        found = branches(numbers, self._here())
        self._add(found)
        values = {node.building for node in found.nodes}
        self._building = values.pop() if len(values) == 1 else None
        self._counting = numbers.shape == "buildings"

    def _here(self) -> Where:
        if self._pending is not None and self._pending.building:
            self._building = self._pending.building
        where = self._where
        return Where(where.groups, where.near, self._area, self._building, where.inside)

    def _add(self, found: Branches) -> None:
        self._pending = None
        self._said.parts.append(found)

    def _flush(self) -> None:
        """A name with nothing behind it is meant itself."""
        if self._pending is None:
            return
        node = self._pending
        self._pending = self._area = None
        groups, inside = self._where.groups, self._where.inside
        if inside and not any(groups.within(node, one) for one in inside):
            raise Unclear(f"要除去的 {node.name} 不在发的范围里")
        self._said.parts.append(Branches((node,), label(node, groups)))


def _unread(text: str, rest: str, groups: Groups) -> str:
    names = [node.name for node in groups.below(groups.root) if node.level in ("community", "compound")]
    said = plain(text).strip()
    close = get_close_matches(rest.split()[0] if rest.split() else rest, names, n=2, cutoff=0.5)
    close = close or get_close_matches(said, names, n=2, cutoff=0.5)
    asked = f"是 {'、'.join(close)} 吗？" if close else "比如 春晓苑，或者 17号楼3单元，或者 全社区"
    if not close and names[1:]:
        asked = f"有 {'、'.join(names[1 : 1 + NAMED])}；也可以写 17号楼3单元、全社区"
    return f"「{said}」没看懂是哪些群。{asked}"
