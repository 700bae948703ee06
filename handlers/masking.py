"""Doors in words typed by the staff: what a residents' group reads of them.

The guard at the outbox (bot/guard.py) reads whatever the bot says and must leave prices and quantities alone, so it
hides only doors that their neighbours give away. Words about one household are another matter: there a bare 401 is a door.
"""

import re

HIDDEN = "***"
"""What stands for a door; as in bot/guard.py."""

EMERGENCY = frozenset({"110", "112", "119", "120", "122"})
"""Numbers that must stay readable, whoever lives behind such a door."""

_DIGITS = ("0零〇", "1一幺", "2二两", "3三", "4四", "5五", "6六", "7七", "8八", "9九")
_HALF_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
_NUMERAL = "一幺二两三四五六七八九"
_NO_AMOUNT = r"(?![块元斤克度个盒瓶片分点路号楼毫升年岁%％]|ml)"
_DOOR = re.compile(
    rf"(?<![\d.A-Za-z¥￥])[1-9]\d?(?:0[1-9]|1[0-2])(?!\d){_NO_AMOUNT}"
    rf"|(?<![\d{_NUMERAL}零〇百千万])[{_NUMERAL}]{{1,2}}百?[零〇][{_NUMERAL}](?![\d{_NUMERAL}零〇十]){_NO_AMOUNT}",
    re.IGNORECASE,
)
"""Floor and number on it: 401, 1102, 四零一, 四百零一; amounts, lines and years are none."""


def without_doors(words: str, room: str) -> str:
    """The words with every door hidden, ``room`` (a ticket's own, "" for none) in any numerals."""
    words = words.translate(_HALF_WIDTH)
    if own := _own(room):
        words = own.sub(HIDDEN, words)
    return _DOOR.sub(lambda door: door[0] if door[0] in EMERGENCY else HIDDEN, words)


def doors(words: str) -> list[tuple[str, str]]:
    """Each door that stands in the words, and what follows it."""
    words = words.translate(_HALF_WIDTH)
    return [(door[0], words[door.end() :]) for door in _DOOR.finditer(words) if door[0] not in EMERGENCY]


def _own(room: str) -> re.Pattern[str] | None:
    """The door itself, whatever stands around it; shorter ones than 101 would hide quantities."""
    if sum(c in "0123456789" for c in room) < 3 or room in EMERGENCY:
        return None
    spelt = "".join(f"[{_DIGITS[int(c)]}]" if c in "0123456789" else re.escape(c) for c in room)
    return re.compile(rf"(?<![\d零〇{_NUMERAL}]){spelt}(?![\d零〇{_NUMERAL}])", re.IGNORECASE)
