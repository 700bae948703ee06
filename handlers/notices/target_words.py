"""The words of a target text: 春晓苑 3-12栋 除8栋 -> a name, a range of buildings, 除, a building. Pure.

Every character belongs to a word, or the text names no targets: what is not understood is asked about, never skipped.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from bot.model.services import Groups
from bot.model.tree import Node
from intents.numbers import arabic
from intents.traditional import simplified

Kind = Literal[
    "number", "building", "unit", "door", "dash", "to", "list", "space", "node", "room", "all", "here", "odd", "even",
    "level", "except", "outside", "filler",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a target text."""

    kind: Kind
    said: str
    """As typed, half-width."""
    value: str = ""
    """A number in digits or capitals; the name of a node or a room; a level."""


_CHINESE = "零〇一二两三四五六七八九十百"
_BUILDING = r"号楼|号院|号公寓|\#楼|栋楼|幢楼|栋|幢|座|\#|号(?=[-\s\d、,，和]|$)|楼(?![栋上下道长层])"
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    ("except", r"除了|除去|除开|除(?!外)|不含|不包括|不包含|不发给|不要发给?|不发|排除|去掉|扣除"),
    ("outside", r"以外|之外|除外|外"),
    ("all", r"@?所有人(?!员)|全体|所有的?(?:居民|住户|业主)?群?|全部|各个?群|各(?=单元群|楼栋群|小区群)|每个群|大家|各位|全员"),
    ("odd", r"(?:单|奇)(?:号|数)(?:楼栋|楼|栋|幢)?"),
    ("even", r"(?:双|偶)(?:号|数)(?:楼栋|楼|栋|幢)?"),
    ("here", r"(?:全|本|整个|我们|咱们?|这个)小区"),
    ("unit", r"(?<=[\d零一二两三四五六七八九十A-Z])(?:单元|门洞|门)"),
    ("level", r"(?:单元|楼栋|小区)(?:居民)?群"),
    ("door", r"(?<=\d)(?:室|户|号房|房)"),
    ("building", rf"(?<=[\d{_CHINESE}A-Z])(?:{_BUILDING})"),
    ("number", rf"\d{{1,5}}[A-Z]?(?![A-Z\d])|(?<![A-Z])[A-Z](?![A-Z])|[{_CHINESE}]{{1,5}}(?=[号栋幢座楼单门#到至、和,，])"),
    ("dash", "-+"),
    ("to", "到|至|~+"),
    ("list", r"[、,，;；/+]|和|以及|及|与|跟|还有|加"),
    ("space", r"[\s()（）【】\[\]:：]+"),
    ("filler", r"的|居民群|居民|住户|业主|发给|发到|群里|群|里|小区"),
)  # fmt: skip
_WORD = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS))
_GAP = re.compile(rf"(?<=[\d{_CHINESE}A-Z])\s+(?=(?:号楼|号院|栋|幢|座|单元|#))")
_SAME = str.maketrans(dict.fromkeys("—–－‐−﹣", "-") | dict.fromkeys("～〜∼", "~") | {"丨": "-"})
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u202a-\u202e\ufe0f]")
_LEVELS = {"单": "unit", "楼": "building", "小": "compound"}
_GENERIC = re.compile(r"(?:小区|社区|院区)$")


def plain(text: str) -> str:
    """Half-width capitals, simplified characters, one kind of dash, nothing invisible."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text.translate(_SAME)))
    return text.translate(_simplified()).translate(_SAME).upper()


@cache
def _simplified() -> dict[int, str]:
    return simplified()  # half a second to make, always the same


def words(text: str, groups: Groups) -> list[Word] | None:
    """The words of a text; None when some of it is none."""
    found, rest = read_words(text, groups)
    return None if rest else found


def read_words(text: str, groups: Groups) -> tuple[list[Word], str]:
    """The words a text begins with, and what is left where the first thing stands that is none."""
    text = _GAP.sub("", plain(text).strip(" 。.!！\n\t"))
    names = _names(groups)
    longest = sorted(names, key=len, reverse=True)
    found: list[Word] = []
    at = 0
    while at < len(text):
        name = next((name for name in longest if text.startswith(name, at)), None)
        if name is not None:
            found.append(Word(names[name][0], name, names[name][1]))
            at += len(name)
            continue
        match = _WORD.match(text, at)
        if match is None:
            return found, text[at:]
        found.append(_word(match))
        at = match.end()
    return found, ""


def _word(match: re.Match[str]) -> Word:
    kind: Kind = match.lastgroup  # type: ignore[assignment]
    said = match[0]
    if kind == "number":
        number = arabic(said)
        return Word(kind, said, number.lstrip("0") or "0")
    return Word(kind, said, _LEVELS[said[0]] if kind == "level" else "")


def _names(groups: Groups) -> Mapping[str, tuple[Kind, str]]:
    """What is called by a name of its own: branches that are no plain number, the community by its other names, every
    group. A name without its 小区 is one, too, where nothing else begins so."""
    nodes = groups.below(groups.root)
    found: dict[str, tuple[Kind, str]] = {}
    for node in nodes:
        if node.level in ("community", "compound") or not _numbered(node, groups):
            found[plain(node.name)] = ("node", node.name)
    for name in list(found):
        short = _GENERIC.sub("", name)
        if len(short) > 1 and short not in found and sum(other.startswith(short) for other in found) == 1:
            found[short] = found[name]
    for name in ("全社区", "整个社区", "本社区", "社区"):
        found.setdefault(name, ("node", groups.root.name))
    for node in nodes:
        rooms = (node.room, node.staff_room, node.volunteer_room, node.isolation_room, node.landlord_room)
        found |= {plain(room): ("room", room) for room in rooms if room}
    return found


_NUMBERED = re.compile(
    rf"(?:\d+[A-Z]?|[A-Z]|[{_CHINESE}]+)(?:{_BUILDING})(?:[-\s]?(?:\d+|[{_CHINESE}]+|[A-Z])(?:单元|门))?"
)


def _numbered(node: Node, groups: Groups) -> bool:
    """True for 17号楼, 春晓苑17号楼3单元: names that the grammar of numbers reads."""
    compound = groups.compound(node)
    name = plain(node.name)
    name = name.removeprefix(plain(compound.name)) if compound else name
    return node.building is not None and _NUMBERED.fullmatch(name.strip()) is not None
