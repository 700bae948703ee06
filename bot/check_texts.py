"""What the texts of data/ hold that is worth a look: numbers to ring that nobody knows, and more than anybody reads."""

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.data_rules import LONGEST, meant_phone
from bot.model.contacts import PHONE, Contacts, bare_phone
from bot.model.schedule import NoticeEntry
from intents.finding import Finding, Path
from intents.spec import FaqEntry

READABLE = 500
"""Characters of an answer that still fit about two screens of a phone; nobody scrolls further for an answer."""

_EXAMPLES = frozenset({"13812345678", "13800138000", "13800000000"})
"""Numbers with which a sentence shows how to write one: 「请把电话写成 13812345678」."""

_HOTLINES = (
    "110",
    "119",
    "120",
    "122",
    "114",
    "12345",
    "12320",
    "12355",
    "12356",
    "12333",
    "12393",
    "12348",
    "12315",
)
"""Short numbers that a community's answers name, the same all over the country."""

_RUNG = re.compile(
    r"(?:拨打?|打|致电|呼叫|热线|电话|专线)(?:号码)?(?:是|为|[:： ])?[“\"「]?(?P<number>\d{3,6})"
    r"(?![\d:：.-]|[个元块点号栋楼室户人次份分时天年月日岁度米])"
)
_ASSIGNED = re.compile(r"9[56]\d{3,4}|10\d{3}|123\d\d|11[68]114|999")
"""Companies (955xx), provinces (96xxx), carriers (100xx), public services (123xx): too many to know them all."""


def texts(
    faq: Sequence[FaqEntry],
    notices: Sequence[NoticeEntry],
    replies: Mapping[str, str],
    contacts: Contacts | None,
) -> Iterator[Finding]:
    """All texts, in the order of the files."""
    for place, entry in enumerate(faq):
        path: Path = ("faq", place, "answer")
        yield from _short_numbers(path, entry.answer, contacts)
        if READABLE < len(entry.answer) <= LONGEST:
            reason = (
                f"答案有 {len(entry.answer)} 个字，手机上要翻好几屏（最好不过 {READABLE} 个）："
                "请只留最要紧的几句，或者拆成几条各答各的"
            )
            yield Finding(path, reason, "warning")
    for place, notice in enumerate(notices):
        yield from _short_numbers(("notices", place, "text"), notice.text, contacts)
    for key, text in replies.items():
        yield from _short_numbers(("replies", key), text, contacts)
        yield from _unknown_phones(("replies", key), text, contacts)


def _short_numbers(path: Path, text: str, contacts: Contacts | None) -> Iterator[Finding]:
    known = contacts.phones if contacts else frozenset()
    for match in _RUNG.finditer(text):
        number = match["number"]
        if number in _HOTLINES or number in known:
            continue
        meant = next((hotline for hotline in _HOTLINES if _slip(number, hotline)), "")
        if meant or not _ASSIGNED.fullmatch(number):
            hint = f"是不是想写 {meant}？" if meant else ""
            reason = f"没有听说过 {number} 这个短号，打不通会误事：{hint}真有这个号，就把它加进 contacts.yaml 的 public"
            yield Finding(path, reason, "warning")


def _slip(one: str, other: str) -> bool:
    """Whether one is the other with two digits swapped."""
    return (
        len(one) == len(other)
        and one != other
        and sorted(one) == sorted(other)
        and sum(map(str.__ne__, one, other)) == 2
    )


def _unknown_phones(path: Path, text: str, contacts: Contacts | None) -> Iterator[Finding]:
    for match in PHONE.finditer(text):
        if contacts and bare_phone(match[0]) not in contacts.phones | _EXAMPLES:
            reason = (
                f"电话 {match[0]} 不在 contacts.yaml，发到居民群会被遮住：{meant_phone(match[0], contacts)}"
                "请把它加进 contacts.yaml 的 public，或从这句话里去掉"
            )
            yield Finding(path, reason, "warning")
