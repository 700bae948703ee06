"""Details a text names: place, phones, things, people, temperature, time.

Expects text as intents.normalise leaves it. Every pattern has bounded repeats, so hostile text costs linear time.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from ahocorasick_rs import AhoCorasick, MatchKind

from bot.model.understanding import Slots
from intents.numbers import arabic
from intents.places import find_place

EMPTY = Slots()

READ = 2_000
"""Characters searched for details: a plea names them early, and what a hostile text costs is bounded."""

_PHONE = re.compile(
    r"(?<!\d)(?:"
    r"(?:\(?(?:\+|00)?86\)?[- ]?|0)?(?:(?P<mobile>1[3-9]\d[-. ·]?\d{4}[-. ·]?\d{4}|(?<!\d[- ])(?:1[3-9]\d{2}[- ]\d{4}[- ]\d{3}"
    r"|1[3-9]\d{2}[- ]\d{3}[- ]\d{4}|1[3-9]\d[- ]\d{3}[- ]\d{5}|1[3-9] \d{3} \d{3} \d{3}|1 [3-9](?:[- ]{1,3}\d){9}"
    r"|1[3-9]\d[,，]\d{4}[,，]\d{4}|1[3-9]\d{3} \d{6})))"
    r"|(?<!\d{4}[- ])\(?(?P<area>0\d{2,3})\)?[- ]?(?P<local>[2-9]\d{2,3}[- ]?\d{4})"
    r"|(?P<free>[48]00[- ]?\d{3,4}[- ]?\d{3,4})"
    r"|(?P<eight>(?!(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]))[2-8]\d{7}(?![@\d元块人例]))"
    r"|(?P<short>[2-8]\d{2,3}[- ]?\d{4})"
    r")(?!\d)"
)
_GLUED = re.compile(r"(?<!\d)(1[3-9]\d{9})(?=1[3-9]\d{9}(?!\d))")
_DICTATED = re.compile(r"[一幺][三四五六七八九][零〇一二三四五六七八九幺]{9}(?![零〇一二三四五六七八九幺])")
_CALL = re.compile(
    r"(?:电话|座机|固话|热线|tel|手机|号码|拨|打|致电|联系方式|传真|办公室|值班室?|门卫室?|门岗|传达室|服务台|居委会?|物业)[号码打是为: ]{0,3}$"
)
_TO_CALL = re.compile(r"[,， (]{0,2}(?:座机|固话|家里电话|是?我?家?电话|转\d)")
"""Before and behind a local number of seven digits, or one that is cut in two."""
_NOT_LOCAL = re.compile(
    r"(?:qq|[群卡账户学工编单表]号?|[码员]|后.位|流水|发票|累计|[共价]|身份证)[号码是为:# ]{0,3}$"
)
"""Before eight digits that are no phone."""
_NOT_MOBILE = re.compile(r"(?:订单|单号|运单|流水|发票|验证码|身份证|银行卡|卡号)[号码是为:# ]{0,3}$")
"""Before eleven digits that are no phone."""
_NOT_A_PLACE = re.compile(
    r"\d(?<!\d\d)(?:(?:(?<=1)9|(?<=2)0)\d\d[-./年]\d{1,2}(?:[-./月]\d{1,2}[日号]?)?|\d?(?:月\d{1,2}[日号]?"
    r"|[:：]\d{2}(?:[-~到至]\d{1,2}[:：]\d{2})?|点(?:\d{1,2}分?|半)?)|\d{13,18}[\dx]?)|https?://[\x21-\x7e]{1,200}"
)
"""Dates, times, identity and card numbers, links."""
_NOT_A_DIGIT = re.compile(r"\D")
_DEGREES = re.compile(
    r"(?<![\d.])(?P<whole>3[4-9]|4[0-2])(?:(?P<point>[.。]\d)\d?|[度°]c? ?(?P<after>[\d半])|(?=度|℃|°)"
    r"|(?<=体温3\d|烧到3\d|烧到4\d|发烧3\d)(?!\d))(?![\d.]|\s?(?:元|块|斤|万|%|公|千|km|米|折|级|岁|多?[天人个分次]))"
    r"|(?P<chinese>三十[四五六七八九]|四十[一二]?)(?:度|点(?=[一二三四五六七八九](?:度|$)))(?P<tenth>[一二三四五六七八九半])?"
)
_WEATHER = re.compile(
    r"(?:气温|室温|水温|温水|室外|户外|外面|天气|最高|最低|零下|空调|血糖|烤箱)[^,。]{0,4}$"
)
"""Before degrees that are nobody's."""
_WHEN = re.compile(
    r"(?=[今明后大昨前本这月周星礼下早上中晚傍夜凌半清\d一二两三四五六七八九十])(?:今天|今日|今早|今晚|今儿|明天|明日|明早|明晚|明儿|后天|后日|大后天|昨天|昨晚|前天|[本这]?周[一二三四五六日天末]|星期[一二三四五六日天]|礼拜[一二三四五六日天]|"
    r"下周[一二三四五六日天末]?|今夜|[本这下]?月底|(?<!\d)\d{1,2}月\d{1,2}[日号]|(?<!\d)\d{1,2}号(?![楼院线门\d]))?的?"
    r"(?:早上|早晨|上午|中午|下午|傍晚|晚上|夜里|凌晨|半夜|清早)?"
    r"(?:(?<!\d)\d{1,2}[:：]\d{2}|(?:(?<!\d)\d{1,2}|[一二两三四五六七八九十]{1,3})点(?!建议|意见|要求|希望|想法|心|\d毫升)(?:钟|半|\d{1,2}分?)?)?"
)
_LATER = re.compile(
    r"(?:半|\d{1,2}|[一二两三四五六七八九十]{1,2})个?(?:小时|分钟|天)(?:之[后内]|[后内]|以[后内])"
)
_WHEN_SIGN = re.compile(r"[今明后昨前周早晚午]|星期|礼拜|凌晨|半夜|夜里|傍晚|[:：]|点|[月号日末]")
_SOON = ("马上", "现在", "立刻", "尽快", "越快越好", "这会儿")

_PEOPLE = re.compile(
    r"(?P<who>独居老人|孤寡老人|高龄老人|老人家?|老两口|老爷子|老太太|老头|老伴|"
    r"爷爷|奶奶|姥姥|姥爷|外公|外婆|爸爸|妈妈|父亲|母亲|爸|妈|爹|公公|婆婆|岳母|岳父|丈母娘|"
    r"老公|老婆|媳妇|爱人|丈夫|妻子|孕妇|孕(?=\d{1,2}周)|产妇|宝宝|婴儿|娃娃?|小孩儿?|孩子|儿子|女儿|闺女|孙子|孙女|残疾人|病人)"
    r"(?P<age>(?:都|今年|有)?(?:\d{1,3}|[一二两三四五六七八九十]{1,3})(?:多?(?:岁|个多?月|周|天)|多(?=了|的|$)))?"
)
_AGE_FIRST = re.compile(
    r"(?P<age>(?<!\d)\d{1,3}多?(?:岁|个多?月)|[一二两三四五六七八九十]{1,3}多?(?:岁|个多?月))(?:大?的)?(?P<who>老人|老太太|老爷子|老母亲|老父亲|孩子|小孩|宝宝|娃|奶奶|爷爷)"
)

_AMOUNT = r"(?:\d{1,4}(?:\.\d)?|[一二两三四五六七八九十半几]{1,3})"
_UNIT = r"(?:公斤|斤|kg|千克|克|升|l|盒|瓶|袋|箱|桶|包|片|支|罐|提|把|颗|棵|板|打|件|卷|条|只|个|份|块|根|双|壶|粒|盘|捆|管)"
_BEHIND = re.compile(rf"(?:\([^()]{{1,6}}\))? ?(?:({_AMOUNT} ?{_UNIT})|[x*×] ?(\d{{1,3}}{_UNIT}?))")
_BEFORE = re.compile(rf"({_AMOUNT} ?{_UNIT})的? ?$")
_COUNTED = re.compile(
    rf"(?P<before>{_AMOUNT} ?{_UNIT})(?P<noun>[\u4e00-\u9fff]{{1,5}}?)(?=[,，。;；、!！?？ ]|和|还有|送|给|吧|可以|$)"
)
_NOT_COUNTED = re.compile(r"^[就都也够行足即]|[人家天月岁号楼点次户群问我你他这那]|孩子|小时|老人|电话|消息")
_NO_THING = re.compile(
    r"奶奶|[\u4e00-\u9fff]{2}(?:花园|花苑|家园|小区|公寓|新村|[苑园城府庭])(?=[\d一二三四五六七八九十]+(?:号|栋|幢|-))"
)
"""Names of people and compounds with a thing's character in them: 张奶奶, 金水花园3号楼."""


class SlotFinder:
    """Finds details; ``nouns`` are things people ask for. Safe to share: it remembers nothing."""

    def __init__(self, nouns: Iterable[str] = ()) -> None:
        self._nouns = AhoCorasick(tuple(sorted(set(nouns))), matchkind=MatchKind.LeftmostLongest)

    def numbers(self, text: str) -> Slots:
        """Place, phones and temperature: what is written in numbers. ``EMPTY`` itself when there is none."""
        phones, rest = _phones(text[:READ])
        degrees = _temperature(rest)
        rest = _NOT_A_PLACE.sub(" , ", rest)
        place = find_place(rest)
        if not phones and degrees is None and not (place.building or place.unit or place.room):
            return EMPTY
        return Slots(_bare(place.building), _bare(place.unit), _bare(place.room), phones, temperature=degrees)

    def complete(self, text: str, numbers: Slots) -> Slots:
        """The same with things, people and time."""
        text = text[:READ]
        items, people, when = self.items(text), _people(text), _when(text)
        if not items and people is None and when is None:
            return numbers
        return replace(numbers, items=items, people=people, when=when)

    def items(self, text: str) -> tuple[str, ...]:
        """Things wanted, with their quantities where given: ("大米10斤", "降压药两盒")."""
        found: dict[str, None] = {}
        text = _NO_THING.sub(lambda name: "," * len(name[0]), text)
        matches = self._nouns.find_matches_as_indexes(text)
        starts = {start for _, start, _ in matches}
        taken = 0
        for _, start, end in matches:
            behind = _BEHIND.match(text, end)
            before = _BEFORE.search(text, max(taken, start - 8), start)
            if behind and before and behind.end() in starts:  # 一提牛奶两瓶酱油
                behind = None
            amount = behind or before
            found[text[start:end] + (amount[amount.lastindex or 1].replace(" ", "") if amount else "")] = None
            taken = behind.end() if behind else end
        if not found:
            for counted in _COUNTED.finditer(text):
                if not _NOT_COUNTED.search(counted["noun"]):
                    found[counted["noun"] + counted["before"].replace(" ", "")] = None
        return tuple(found)


def _phones(text: str) -> tuple[tuple[str, ...], str]:
    """The phone numbers, and the text without them."""
    digits = sum(map(text.count, "0123456789"))
    if digits < 7:
        return _dictated(text)
    if digits >= 22:
        text = _GLUED.sub(r"\1 ", text)
    numbers: list[str] = []
    parts: list[str] = []
    end = 0
    for found in _PHONE.finditer(text):
        if not _is_phone(found, text, after_another=bool(numbers) and found.start() - end <= 3):
            continue
        whole = found["mobile"] or found["local"] or found["free"] or found["eight"] or found["short"]
        numbers.append(_NOT_A_DIGIT.sub("", (found["area"] or "") + whole))
        parts.append(text[end : found.start()])
        end = found.end()
    if not numbers:
        return (), text
    return tuple(dict.fromkeys(numbers)), " , ".join((*parts, text[end:]))


def _is_phone(found: re.Match[str], text: str, *, after_another: bool) -> bool:
    """Whether what stands before a number does not say that it is something else, or says that it is one."""
    start = found.start()
    if found["mobile"]:
        return _NOT_MOBILE.search(text, max(0, start - 10), start) is None
    if found["eight"]:
        return _NOT_LOCAL.search(text, max(0, start - 10), start) is None
    if found["short"]:
        called = _CALL.search(text, max(0, start - 10), start) or _TO_CALL.match(text, found.end())
        return after_another or called is not None
    return True


def _dictated(text: str) -> tuple[tuple[str, ...], str]:
    """一三八一二三四五六七八: a mobile number in Chinese numerals."""
    found = _DICTATED.search(text) if len(text) >= 11 and ("一" in text or "幺" in text) else None
    if not found:
        return (), text
    return (arabic(found.group().replace("幺", "一")),), _DICTATED.sub(" , ", text)


def _temperature(text: str) -> float | None:
    """The highest that somebody has: a family reports all its temperatures in one message."""
    found = _DEGREES.finditer(text)
    somebodys = (one for one in found if not _WEATHER.search(text, max(0, one.start() - 8), one.start()))
    return max(map(_degrees, somebodys), default=None)


def _degrees(found: re.Match[str]) -> float:
    whole = found["whole"] or arabic(found["chinese"])
    tenth = found["after"] or found["tenth"] or (found["point"] or "0")[-1]
    return float(f"{whole}.{'5' if tenth == '半' else arabic(tenth)}")


def _people(text: str) -> str | None:
    found = _AGE_FIRST.search(text) if "岁" in text or "月" in text else None
    if found:
        return found["who"] + found["age"]
    found = _PEOPLE.search(text)
    return found["who"] + (found["age"] or "") if found else None


def _when(text: str) -> str | None:
    if _WHEN_SIGN.search(text):
        for found in _WHEN.finditer(text):
            if len(found.group()) > 1:
                return found.group()
    later = _LATER.search(text) if "后" in text or "内" in text else None
    return later.group() if later else next((word for word in _SOON if word in text), None)


def _bare(value: str | None) -> str | None:
    """017 is building 17, 0501 is room 501."""
    return value.lstrip("0") or value if value else value
