"""One cheap pass that makes texts comparable before anything else looks at them.

Full-width letters become half-width, capitals small, traditional characters simplified, invisible characters and emoji
vanish, the quoted part and typed mentions are cut off, blanks around a lone character (我家 水 没 了) are closed, and the
lexicon's typing errors are put right. Every step is linear in the text's length; a short
ordinary message takes 1 to 2 µs.
"""

import re
from collections.abc import Mapping

from ahocorasick_rs import AhoCorasick, MatchKind

from intents.traditional import simplified

LONGEST = 20_000
"""Characters looked at; WeChat itself cuts messages at about this length."""

_QUOTE_OPEN, _QUOTE_RULE = "「", "- - - - -"
_CODE = re.compile(r"\[[A-Za-z\u4e00-\u9fff]{1,8}\]")
_MENTION = re.compile(r"@[^@\u2005\n]{1,60}\u2005|@[^@\s,，。！？!?:：]{1,30}(?:\s|$)")
_LONE = re.compile(
    r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff](?: |$))|(?:(?<=^[\u4e00-\u9fff])|(?<= [\u4e00-\u9fff])) (?=[\u4e00-\u9fff])"
)


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {**simplified()}
    for low, high in ((0x00, 0x20), (0x7F, 0xA1), (0x2000, 0x200B), (0x2028, 0x202A)):
        table.update(dict.fromkeys(range(low, high), " "))
    invisible = (
        (0xAD, 0xAE),
        (0x061C, 0x061D),
        (0x180E, 0x180F),
        (0x200B, 0x2010),
        (0x202A, 0x202F),
        (0x2060, 0x2070),
    )
    for low, high in (*invisible, (0xFE00, 0xFE10), (0xFEFF, 0xFF00), (0xFFF0, 0xFFFE), (0xE0000, 0xE0200)):
        table.update(dict.fromkeys(range(low, high)))
    for low, high in (
        (0x2190, 0x21B0),
        (0x2300, 0x23FF),
        (0x25A0, 0x2BFF),
        (0x20E3, 0x20E4),
        (0x1F000, 0x1FB00),
    ):
        table.update(dict.fromkeys(range(low, high), " "))
    table.update({0xFEE0 + code: chr(code).lower() for code in range(0x21, 0x7F)})
    table.update({code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)})
    table.update(
        {0x3000: " ", 0x202F: " ", 0x205F: " ", ord("—"): "-", ord("–"): "-", ord("－"): "-", ord("‐"): "-"}
    )
    table.update({0x2460 + n: str(n + 1) for n in range(20)})
    return table


def split_quote(text: str) -> tuple[str, str]:
    """What the message quotes and what it says itself: 「张三：要药吗」 - - - - - 要 -> ("张三：要药吗", "要")."""
    if not text.startswith(_QUOTE_OPEN):
        return "", text
    head, rule, said = text.partition(_QUOTE_RULE)
    if not rule or "」" not in head:
        return "", text
    return head[1:].rpartition("」")[0], said.lstrip("- \n")


class Normaliser:
    """Makes texts comparable; ``replace`` names typing errors and what is meant (河酸 -> 核酸)."""

    def __init__(self, replace: Mapping[str, str]) -> None:
        self._table = _table()
        pairs = {
            wrong.translate(self._table): right.translate(self._table) for wrong, right in replace.items()
        }
        self._wrong = tuple(pairs)
        self._right = tuple(pairs.values())
        self._errors = AhoCorasick(self._wrong, matchkind=MatchKind.LeftmostLongest)

    def __call__(self, text: str) -> str:
        """The text as rules, slots and FAQ see it: one line, small letters, half-width, without quote and mention."""
        if len(text) > LONGEST:
            text = text[:LONGEST]
        if text.startswith(_QUOTE_OPEN):
            text = split_quote(text)[1]
        if "@" in text or "＠" in text:
            text = _MENTION.sub(" ", text.replace("＠", "@"))
        text = text.translate(self._table)
        if "[" in text:
            text = _CODE.sub(" ", text)
        if " " in text:
            text = _LONE.sub("", " ".join(text.split()))
        return self._corrected(text)

    def _corrected(self, text: str) -> str:
        found = self._errors.find_matches_as_indexes(text)
        if not found:
            return text
        parts: list[str] = []
        end = 0
        for index, start, stop in found:
            parts += (text[end:start], self._right[index])
            end = stop
        return "".join((*parts, text[end:]))
