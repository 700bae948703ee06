"""The head of /通知: 明早6:30 春晓苑 除8栋 重要 收到 到9:00, then the words, exactly as typed. Pure on the tree."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from bot.model.notice import Level
from bot.model.services import Groups
from handlers.notices.moments import Moment, read_planned, read_valid_until
from handlers.notices.target_words import read_words, words
from handlers.notices.targets import names_targets

_LEVEL = re.compile(r"(重要|紧急|加急|特急|普通)(?:通知)?(?=\s|$|[，,：:])")
_LEVELS: dict[str, Level] = {"重要": "important", "普通": "normal"}
_RECEIPT = re.compile(r"(?:[要需请]?回复?)?「?收到」?(?:回执)?(?=\s|$|[，,：:])|回执(?=\s|$|[，,：:])")
_DRILL = re.compile(r"演练(?=\s|$|[，,：:])")
_GAP = re.compile(r"[ \t\u3000，,；;：:]+")
_BLANK = re.compile(r"[ \t\u3000]+")
_CHUNK = re.compile(
    r"(?:\d{1,3}[ \u3000]+)+\d{1,3}[ \u3000]*(?:号楼|栋|幢|单元|[#＃])\S*"
    r"|[\dA-Za-z一二三四五六七八九十]{1,3}[ \u3000]+(?:号楼|号院|栋|幢|座|单元|[#＃])\S*|\S+"
)
_STOP = re.compile(r"[：:，,；;]")


@dataclass
class Heading:
    """What stands before the words of a notice, and the words."""

    planned: Moment | None = None
    """None when no time was named: now."""
    targets: str = ""
    """The target text, for targets.read_targets."""
    level: Level | None = None
    asks_receipt: bool = False
    drill: bool = False
    valid_until: Moment | None = None
    text: str = ""
    """As typed, with its line breaks."""
    own_line: bool = False
    """True when the words stand on a line of their own: no part of the targets is among them."""
    hint: str = ""
    """Without targets: what the first word was probably meant to be."""
    _parts: list[str] = field(default_factory=list)


def read_heading(typed: str, now: datetime, groups: Groups) -> Heading:
    """Read what was typed behind the command, token by token from the left; the first that is none begins the words, and
    so does the line after the one that names the targets. ``now`` carries the community's zone."""
    head = Heading()
    at, joined = 0, False
    while at < len(typed):
        at = _skip(typed, at, head)
        if at >= len(typed) or (typed[at] == "\n" and head._parts):
            head.own_line = at < len(typed)
            break
        if typed[at] == "\n":
            at += 1
            continue
        length = _fact(typed[at:], head, now)
        if length:
            at, joined = at + length, False
            continue
        length = _target(typed[at:], head, joined, groups)
        if not length:
            break
        at, joined = at + length, True
    head.targets = " ".join(head._parts)
    head.text = typed[at:].strip("\n \t\u3000")
    if not head._parts and head.text:
        head.hint = _hint(head.text, groups)
    return head


def read_facts(typed: str, now: datetime) -> Heading:
    """What a correction may begin with: 重要, 收到, 演练, 到18:00; then its words. It goes to the groups of the old one, and at
    its time, so neither is read."""
    head = Heading(planned=Moment(None, 0, ""))
    at = 0
    while length := _fact(typed[at:], head, now):
        at += length
        at += len(typed[at:]) - len(_GAP.sub("", typed[at:], count=1)) if _GAP.match(typed, at) else 0
    head.text = typed[at:].strip("\n \t\u3000")
    return head


def _skip(typed: str, at: int, head: Heading) -> int:
    gap = (_GAP if head._parts or head.planned else _BLANK).match(typed, at)
    return gap.end() if gap else at


def _fact(text: str, head: Heading, now: datetime) -> int:
    """How many characters the time, the level, 收到, 演练 or the end of validity take here; each is read once."""
    if head.planned is None and (planned := read_planned(text, now, comma=not head._parts)):
        head.planned = planned
        return planned.length
    if head.valid_until is None:
        after = head.planned.at if head.planned and head.planned.at else now
        if until := read_valid_until(text, now, after):
            head.valid_until = until
            return until.length
    if head.level is None and (level := _LEVEL.match(text)):
        head.level = _LEVELS.get(level[1], "urgent")
        return level.end()
    if not head.asks_receipt and (receipt := _RECEIPT.match(text)):
        head.asks_receipt = True
        return receipt.end()
    if not head.drill and (drill := _DRILL.match(text)):
        head.drill = True
        return drill.end()
    return 0


def _target(text: str, head: Heading, joined: bool, groups: Groups) -> int:
    """How many characters of targets stand here. Behind other targets more may follow, but not 大家: that begins the
    words; behind a time or a level only what is excepted."""
    chunk = _CHUNK.match(text)
    if chunk is None:
        return 0
    for said in (chunk[0], _STOP.split(chunk[0])[0]):
        if not said or not names_targets(said, groups):
            continue
        kinds = [word.kind for word in words(said, groups) or ()]
        if (
            head._parts
            and "except" not in kinds
            and (not joined or "all" in kinds)
            and "outside" not in kinds
        ):
            return 0
        head._parts.append(said)
        return len(said)
    return 0


def _hint(text: str, groups: Groups) -> str:
    """17号楼请下楼: targets without a blank behind them."""
    first = text.split()[0]
    found, rest = read_words(first, groups)
    said = first[: len(first) - len(rest)] if len(first) == len(first.strip()) else ""
    return said if found and rest and said and names_targets(said, groups) else ""
