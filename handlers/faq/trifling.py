"""Whether a new wording says the same: nothing but punctuation, blanks or a slip of the pen changed. Pure."""

import re
import unicodedata
from difflib import SequenceMatcher

SAME = 0.95
"""So alike two wordings are at least, by their characters."""

SLIP = 2
"""So many characters a slip of the pen changes at most, what was taken out and what was put in counted together."""

_BARE = re.compile(r"[\W_]+")
_WEIGHTY = re.compile(
    r"[\d零〇一二三四五六七八九十百千万两半几每单双"
    r"不没无未非别勿莫禁停免仅只须需必可能应得先后前再已还才"
    r"年月日号天周点时分秒早晨上中下午晚夜凌今明昨起止到至"
    r"东南西北内外左右门楼栋幢座单元室层区院社街道路口站点"
    r"男女老幼孕阴阳A-Za-z]"
)
"""Numbers, times, places, negations, and whatever else turns the sense by a single character."""


def same(before: str, after: str) -> bool:
    """True when whoever read the first need not read the second: same numbers, times, places and negations, more than
    95 % of the characters, and no more than a slip of the pen between them."""
    old, new = _bare(before), _bare(after)
    if old == new:
        return _figures(before) == _figures(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    changed = [(old[a:b], new[c:d]) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal"]
    letters = "".join(was + now for was, now in changed)
    return (
        matcher.ratio() > SAME
        and len(letters) <= SLIP
        and not _WEIGHTY.search(letters)
        and _figures(before) == _figures(after)
    )


def _bare(text: str) -> str:
    return _BARE.sub("", unicodedata.normalize("NFKC", text))


def _figures(text: str) -> list[str]:
    """Its numbers as they stand, 7:00 apart from 700."""
    return re.findall(r"\d+(?:[:.\-/~]\d+)*", unicodedata.normalize("NFKC", text))
