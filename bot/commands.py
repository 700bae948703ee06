"""Slash-command text -> command, tickets, mentions, the rest. Pure; authority and effect are elsewhere."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.model.handling import Command, CommandEntry
from intents.places import arabic

_NUMBER = r"[A-Za-z]{0,2}\d{1,3}"
_TICKET = re.compile(
    rf"({_NUMBER})(?:号(?!楼)|张|单(?!元))?(?![0-9A-Za-z-]|号|楼|单元|栋|幢|盒|个|袋|瓶|斤|份|元|点|分|小时|天|日|月|片|包|箱|户|人|层)"
)
_ONE = re.compile(rf"[\s#\[【(（「:：]*{_TICKET.pattern}[\s\]】)）」:：,，、。.]*")
_MENTION = re.compile("@([^@\n\u2005]{1,40})\u2005|@([^\\s@，。！？；：（）\u2005]+)[\\s\u2005]?")
_WORD = re.compile("[^\\s,，、;；:：。.!！#\\[\\]【】()（）「」\u2005]+")
_TAIL = re.compile(r"(?:好[了啦]|掉了|一下|好|了|啦|掉)(?=[\s\d#【(A-Za-z]|$)")
_LEAD = re.compile(r"(?:(?:收到|好的?|行|嗯)[，,。!！\s]+)?(?:我来|我|来)?(?=接|办|派|撤)")
_SEVERAL = re.compile(rf"[\s#]*{_NUMBER}(?:\s*[/和跟与]\s*{_NUMBER})+")
_COUNTED = re.compile(r"\s*(?:个|位|点(?=[钟半整开到前后])|号楼|号院|楼|单元|栋|幢|层|户|人)")
_DOOR_SAID = re.compile(r"\d{3,4}[\u4e00-\u9fff](?<!号|张|单)")
"""A door with words behind it, after the first number: 501已送."""
_NUMERAL = re.compile(r"[零一二两三四五六七八九十百]{1,6}")
_FIRST = re.compile(rf"({_NUMBER})\s*号?\s*(\D+)")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A slash and a word that is no command."""

    word: str
    suggestion: str
    """The command that was probably meant; empty when none is close."""


def parse(
    text: str, table: Sequence[CommandEntry], *, bare: bool = False, staff: bool = False
) -> Command | Unknown | None:
    """Read a message as a command; None when it is none.

    A command begins with / or ／, before or after spaces; its arguments come in any order. With ``bare`` the slash
    may be left out: of a command that is the whole message, and of those that allow it before a ticket number; with
    ``staff``, who may plead for nobody by it, also of what is written out as the book shows it (``SPOKEN``).
    """
    if not bare and text[:40].strip(_INVISIBLE)[:1] not in ("/", "／"):
        return None
    plain = _plain(text)
    names = {name: entry for entry in table for name in (entry.name, *entry.aliases)}
    if plain.startswith("/"):
        return _slashed(plain[1:].strip(), names)
    if not plain:
        return None
    return _bare(plain, names) or _spoken(plain, names, staff=staff)


_INVISIBLE = " \t\r\n\u3000\u200b\u200c\u200d\u2060\ufeff\u202a\u202b\u202c\u202d\u202e"


def _plain(text: str) -> str:
    """Half-width but for Chinese punctuation, without characters nobody sees."""
    seen = "".join(c for c in text if c not in _INVISIBLE[4:] or c == "\u3000")
    return _NOT_STOPS.sub(lambda part: unicodedata.normalize("NFKC", part[0]), seen).strip()


_NOT_STOPS = re.compile("[^，。！？；：（）\u2005]+")
"""These stay as they are: what people wrote is shown to people, and WeChat ends a mention with a narrow space."""


def _bare(plain: str, names: dict[str, CommandEntry]) -> Command | None:
    alone = plain.strip(" 。.!！~")
    if alone in names:
        return Command(names[alone].name)
    plain = _LEAD.sub("", plain, count=1) if _LEAD.match(plain) else plain
    if first := _FIRST.fullmatch(plain):  # A001 接单
        plain = f"{first[2].strip()} {first[1]}"
    allowed = {name: entry for name, entry in names.items() if entry.bare}
    name = _longest(plain, allowed)
    if name is None:
        return None
    rest = (
        _TAIL.sub("", plain[len(name) :], count=1) if _TAIL.match(plain[len(name) :]) else plain[len(name) :]
    )
    command = _arguments(allowed[name], rest)
    if not command.tickets or not re.match(r"[\s,，:：A-Za-z0-9@#【(（一二三四五六七八九十]", rest):
        return None
    return command


_DAY = r"(?:今天|昨天|前天|明天|后天|今晚|明晚|(?:下?周|星期|礼拜)[一二三四五六日天]|\d{1,2}(?:[-.月/]\d{1,2}[日号]?|[日号]))"
_DOOR = r"[^\s\d]{0,6}\d{1,4}(?:号楼|号院|[号栋幢楼#－—–-])(?:[A-Za-z]?\d{1,5}(?:单元|[室户#－—–-])?){1,3}"
_PLACE = r"(?:[^\s\d]{0,6}\d+(?:号楼|号院|栋|幢)(?:\d+单元)?|[^\s\d]{0,6}\d+-\d+|[^\s\d]{1,6}[苑园区院城里村庄府家庭])"
_LISTED = rf"(?:我的|超时|待接|没人接|急症|负荷|今天|更多|\d+\s?页|@\S+|{_PLACE})"
SPOKEN: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in (
        ("工单", rf"\s*{_LISTED}(?:\s+{_LISTED}){{0,3}}"),
        ("未回", r"\s*(?:已回(?:\s*\d+(?:[\s,，、]+\d+)*)?|清|更多|\d+\s?页)"),
        ("日报", rf"\s*{_DAY}"),
        ("代下单", rf"[\s:：,，]*(?:[^\s\d]{{2,6}}\s*)?(?:{_DOOR}|{_PLACE}(?=[\s:：,，]))(?:[\s:：,，].*)?"),
        ("接龙", rf"\s+(?:名单|缺)(?:\s+(?:\d+|{_PLACE}))*"),
        ("解绑", rf"\s+(?:{_DOOR}|(?!怎|一下|了|的)[^\W\da-z_]{{2,3}})"),
        ("认领", r"\s*[a-z0-9]{4}-[a-z0-9]{4}"),
        ("值班", rf"\s*(?:{_DAY}|(?:设|清)(?=$|[\s@今明后周下星礼白夜\d]).*)"),
        ("认领院区", rf"\s*(?:取消\s*)?{_PLACE}(?:\s*(?:取消|@\S+(?:\s\S{{1,8}})?)){{0,2}}"),
        (
            "代班",
            rf"\s*(?:@[^\s@]+(?:\s+(?:[到从至]?\s?{_DAY}|[到从]?[\d一二两三四五六七八九十]+天|替\s?@?\S+)){{0,4}}|取消)",
        ),
        (
            "隔离",
            rf"\s+(?:垃圾|(?:解除|改|延长)\s*{_DOOR}(?:\s+\S{{1,8}}){{0,2}}"
            rf"|(?:[^\s\d]{{2,6}}\s+)?{_DOOR}(?:\s+(?![还剩已])[^\s\d]{{1,8}})?(?:\s+\d+人)?(?:\s+从\S{{1,4}})?"
            rf"\s+(?:\d+天|到\S{{1,8}})(?:\s+\d+人)?)",
        ),
        ("路线", rf"\s*(?:垃圾|@\S+|{_PLACE})"),
        (
            "通知",
            r"\s*(?:列表|(?:取消|暂停|继续|补发|确认)\s*\d+(?:\s*含不确定)?)|\s+\d{1,4}"
            r"|\s*更正\s*\d+[\s:：,，]+\S[\s\S]*"
            rf"|\s+(?:全社区|全体|{_PLACE})\s+(?![的是]|\S{{0,3}}$)[\s\S]+[^吗么呢?？]"
            rf"|\s+\S*(?:\d{{1,2}}[:：]\d{{2}}|[点时]\S{{0,3}})\s+{_PLACE}\s[\s\S]+",
        ),
        (
            "核酸",
            rf"\s+(?:进度|未测|名单|敲门|提醒|下一个|暂停|继续|结束|开始\s(?=.*\d).*[^吗么呢?？]|改(?:时间|地点)\s.+"
            rf"|(?:叫|跳过|完成|撤回|未测|进度|名单)\s*{_PLACE}(?:\s+{_PLACE})*)",
        ),
        ("联系卡", rf"\s*(?:全部|(?:发\s*)?{_PLACE})"),
        ("模式", r"[\s:：]*(?:切到|切换到?|换成)?\s*(?:战时|日常)"),
        (
            "faq",
            r"[\s:：]*(?:列表|看|加|改|停用|启用|有效期|未答|答|版本|回退|更正)(?:\s[\s\S]*)?",
        ),
        ("答复", r"\s*\d{1,4}"),
        ("审计", rf"\s+(?:{_DAY}|[a-z]?\d{{1,3}}|\d+\s?页)(?:\s+\S{{1,4}})?"),
    )
}
"""Command -> what stands after its name, to the end of the message, when it is meant though the slash was left out.

Narrow on purpose: the words are also ordinary ones, and 「隔离 17-3-501 那户今天没开门」 must change nothing. A household's
「我是 …」 is not here, for a plea begins like that too."""


def _spoken(plain: str, names: dict[str, CommandEntry], *, staff: bool) -> Command | None:
    name = _longest(plain, names)
    if name is None or name == "请假":
        return None  # 「请假 @刘书记 明天有事」 asks for leave
    entry, rest = names[name], plain[len(name) :]
    if not staff and entry.role != "resident":
        return None
    if entry.name == "帮助":
        return _arguments(entry, rest) if rest.strip(" /") in names else None
    pattern = SPOKEN.get(entry.name)
    return _arguments(entry, rest) if pattern and pattern.fullmatch(rest.rstrip(" 。.!！")) else None


def parse_quoted(said: str, number: str, table: Sequence[CommandEntry]) -> Command | None:
    """Read what somebody says to a quoted message about a ticket: 「接单」, 「办好了，放门口了」, 「/问 要几盒」. None when
    it is no command; one that names tickets itself means those."""
    plain = _plain(said)
    own = parse(plain, table, bare=True)
    if isinstance(own, Command) and own.tickets:
        return own
    slash = plain.startswith("/")
    plain = plain.lstrip("/").strip() if slash else re.sub("^[我已]?(?:经|来)?(?=[接派办结完撤])", "", plain)
    names = {
        name: entry
        for entry in table
        if (entry.bare or slash) and not entry.free
        for name in (entry.name, *entry.aliases)
    }
    name = _longest(plain, names)
    if name is None:
        return None
    rest = plain[len(name) :]
    rest = tail.string[tail.end() :] if (tail := _QUOTED_TAIL.match(rest)) else rest
    if not slash and rest and not re.match(r"[\s,，。.、!！~～:：@]", rest):
        return None
    return _arguments(names[name], f" {number} {rest.lstrip(_STOPS)}".rstrip())


_COMMON = frozenset("了不的是我一人")
"""Characters that two words share by chance."""

_STOPS = " ,，。.、!！~～:：；;"
_QUOTED_TAIL = re.compile(r"(?:好[了啦]|掉了|一下|好|了|啦|掉)(?=[\s,，。.、!！~～:：@]|$)")


def _slashed(plain: str, names: dict[str, CommandEntry]) -> Command | Unknown | None:
    name = _longest(plain, names)
    if name is not None:
        return _arguments(names[name], plain[len(name) :])
    word = re.split(r"[\s\d@]", plain, maxsplit=1)[0][:8]
    if not word:
        return None
    close = get_close_matches(word, list(names), n=1, cutoff=0.5)
    if not close:
        close = [name for name in names if len(name) > 1 and (set(name) & set(word)) - _COMMON][:1]
    return Unknown(word, names[close[0]].name if close else "")


def _longest(plain: str, names: dict[str, CommandEntry]) -> str | None:
    """The longest name the text begins with; a short one (接, help) must not run on into another word."""
    lowered = plain.lower()
    fitting = [name for name in names if lowered.startswith(name) and not _runs_on(name, lowered)]
    return max(fitting, key=len, default=None)


def _runs_on(name: str, plain: str) -> bool:
    following = plain[len(name) : len(name) + 1]
    if name.isascii():
        return following.isascii() and following.isalnum()
    return len(name) == 1 and following.isalpha() and not following.isascii()


def _arguments(entry: CommandEntry, typed: str) -> Command:
    """The arguments, in any order. ``typed`` keeps Chinese punctuation, which is as long as its half-width kin."""
    name, raw = entry.name, unicodedata.normalize("NFKC", typed).strip()
    mentions = tuple(" ".join((long or short).split()) for long, short in _MENTION.findall(typed))
    if not entry.one:
        typed = _MENTION.sub(lambda part: " " * len(part[0]), typed)
    rest = unicodedata.normalize("NFKC", typed)
    if entry.free:
        plain = re.sub("[\\s,，、;；:：]+", " ", rest)
        return Command(name, mentions=mentions, rest=plain.strip(), raw=raw)
    if entry.one:
        first = _ONE.match(rest)
        if first and _COUNTED.match(rest, first.end(1)):
            first = None  # 问 3 个人, 问 3 号楼
        at = first.end() if first else 0
        numbers = (first[1].upper(),) if first else ()
        return Command(name, numbers, (), rest[at:].strip(), typed[at:].strip(), raw)
    tickets: list[str] = []
    note: list[str] = []
    kept: list[str] = []
    end = -1
    blanked = _SEVERAL.sub(lambda part: re.sub("[/和跟与]", " ", part[0]), rest, count=1)
    for found in _WORD.finditer(blanked):
        word, at = found[0], found.start()
        match = _TICKET.match(word)
        if match and tickets and _DOOR_SAID.match(word):
            match = None  # 办结 1 501已送
        if match and (not note or (match[1][0].isalpha() and match.end() == len(word))):
            tickets.append(match[1].upper())
            word, at = word[match.end() :], at + match.end()
        elif not note and _NUMERAL.fullmatch(word):
            tickets.append(arabic(word))
            continue
        if word:
            between = typed[end:at] if kept and not blanked[end:at].isspace() else " "
            note.append(word)
            kept += [between, typed[at : found.end()]]
        end = found.end()
    return Command(name, tuple(tickets), mentions, " ".join(note), "".join(kept).strip(), raw)
