"""Reads the figures out of what people wrote: hours, how long, how often, prices, ages, dates, numbers to ring; each with
what it is said about.

No dictionary of subjects: what a figure is about is what is left of its clause when everything that any notice might
say (请, 每天, 时间, 开始) is taken away. That is crude, and right for short plain sentences; intents/contradictions.py
speaks only where two of these agree.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Value = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it is about."""

    kind: str
    """hours, at, duration, frequency, price:份, count:户:盒, age:以上, temperature, date:end, phone. Only equal kinds can
    disagree."""
    value: Value
    """Comparable: minutes of the day, minutes, yuan; hours are (from, to) with None for what was not said."""
    said: str
    """As it was written: 早上7点到9点."""
    subject: str
    """What it is about, without what any sentence might say: 核酸. Empty when the clause names nothing."""
    marks: frozenset[str]
    """Days, dates, people and states it is limited to: 周六, 老人, 隔离."""
    places: str
    """Where, when the clause says so: 中心花园."""
    sentence: str
    """The whole sentence."""


_N = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_DAYTIME = r"(?:凌晨|清晨|早晨|早上|上午|中午|下午|傍晚|晚上|夜里|夜间|今早|明早|今晚|明晚|早|晚)"
_CLOCK = rf"{_DAYTIME}? ?{_N}(?::\d\d(?::00)?|[点时](?![间候刻长段内效])(?:半|一刻|三刻|整|钟|\d{{1,2}}分?|[一二三四五]?十[一二三四五六七八九]?分?)?)"
_TO = r" ?(?:[-—–~]+|至|到) ?"
_RANGE = re.compile(rf"(?P<a>{_CLOCK}|{_DAYTIME}? ?{_N}){_TO}(?P<b>{_CLOCK})(?!\d)")
_SINGLE = re.compile(rf"(?<![\d.:第]){_CLOCK}(?!\d)")
_PARTS = re.compile(
    rf"(?P<daytime>{_DAYTIME})? ?(?P<hour>{_N})(?::(?P<minute>\d\d)|[点时](?P<rest>[^点时]*))?"
)

_BEGINS = re.compile(r"(?:钟|整|准时|正式| )*(?:开始|开门|开放|开诊|开工|营业|上班|起|发车|开)")
_ENDS = re.compile(r"(?:钟|整| )*(?:之前|以前|前|截止|为止|结束|关门|停止|停|下班|打烊|止|收摊|关)")
_FROM = re.compile(r"[从自]$")
_UNTIL = re.compile(r"(?:截至|截止到?|最晚|不晚于|到|至)$")

_WEEK = r"周(?![一二三四五六日天末岁])|星期(?![一二三四五六日天])"
_LONG = re.compile(
    rf"(?<![\d第月.:-])(?P<a>\d+(?:\.\d+)?|{_N}|半)(?:{_TO}(?P<b>\d+|{_N}))?(?:[+加](?P<plus>\d+))?"
    rf" ?个?(?P<unit>小时|钟头|分钟|天|日(?=[内之后])|{_WEEK}|月(?![\d底初]))"
    r"(?P<role>以内|之内|内|以上|以后|之后|后|以前|之前|前)?"
)
_ALL_DAY = re.compile(
    r"(?:全天|都|不间断|专人|专线)?(?:值班|服务|开放|营业|在线|热线|有人|接听|电话|不打烊|守|供应|自助|便利|轮班|待命|畅通|咨询)"
)
_MINUTES = {
    "小时": 60,
    "钟头": 60,
    "分钟": 1,
    "天": 1440,
    "日": 1440,
    "周": 10080,
    "星期": 10080,
    "月": 43200,
}
_OFTEN = re.compile(
    rf"(?:每隔?|(?={_N}(?:天|日|周|个?小时))) ?(?P<n>\d+|{_N})? ?个?(?P<unit>小时|天|日|周|星期|月|晚|早)"
    rf"[^\d一二两三四五六七八九十，。]{{0,4}} ?(?P<times>\d+|{_N}) ?[次轮遍检]"
)
_EACH = "人|份|袋|盒|次|斤|箱|张|户|月|小时|天|瓶|套|度|吨|单"
_PRICE = re.compile(
    rf"(?:[每一]个?(?P<before>{_EACH}))? ?(?P<n>\d+(?:\.\d+)?) ?(?:元|块钱?)(?:[/每一](?P<after>{_EACH}))?"
)
_COUNT = re.compile(
    rf"每(?P<per>户|家|人|天|日|次|周|单元|栋|楼)[^\d，。一二两三四五六七八九十]{{0,6}}"
    rf"(?P<n>\d+|{_N}) ?(?P<unit>份|盒|袋|个|人|斤|支|瓶|张|只|箱|桶|包|枚|名)"
)
_AGE = re.compile(
    rf"(?P<before>未满|不满|满|超过)? ?(?P<n>\d{{1,3}}|{_N}) ?周?岁(?:及|\(含\)|含)?(?P<role>以上|以下|以内)?"
)
_TEMPERATURE = re.compile(r"(?<![\d.])(?P<n>3[5-9](?:\.\d)?|4[0-2](?:\.\d)?) ?(?:度|℃|°C)")
_DATE = re.compile(r"(?:\d{4}年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]")
_PHONE = re.compile(
    r"(?<!\d)(?:1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]?[2-9]\d{2,3}[- ]?\d{4}|[48]00[- ]?\d{3,4}[- ]?\d{3,4}|[2-9]\d{6,7})(?!\d)"
)

_SENTENCE = re.compile(r"[。!?;\n]+")
_CLAUSE = re.compile(r"[,、()【】]+|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])|\+")
_MARK = re.compile(
    r"(?:周|星期|礼拜)[一二三四五六日天末](?:[至到\-~](?:周|星期|礼拜)?[一二三四五六日天])?|工作日|双休日?|节假日|休息日|法定节日|平时"
    r"|春节|国庆|中秋|元旦|五一|暑假|寒假|夏[季天]|冬[季天]|单日|双日|停电|停水"
    r"|老人|老年人?|长者|儿童|小孩|孩子|宝宝|婴儿|幼儿|孕产?妇|学生|残疾人?|租户|党员|志愿者|医护|未成年人?"
    r"|次密接|密接|隔离|阳性|黄码|红码|绿码|封控|管控|防范区|上门|混采|单采"
    r"|第[一二三四五六七八九十\d]+[轮批针次天组]|首[轮批次]|加强针|下[周次轮]|\d+号楼?|\d+[栋幢座]|\d+单元|[a-z]区|[东南西北]门"
)
_WHERE = re.compile(
    r"(?:在|到(?!货|期)|去|于|前往)([\u4e00-\u9fff\d]{2,12}?)(?=做|进行|开展|参加|领|取|排队|采样|集中|组织|办|登记|测|检测|接种|打疫苗|$)"
)
_NEUTRAL_WORDS = (
    "时间 时候 多少钱 安排 期间 开始 结束 开门 关门 开放 营业 上班 下班 服务 每天 每日 天天 今天 今日",
    "明天 明日 今晚 明早 明晚 后天 本周 现在 目前 近期 以后 早上 上午 中午 下午 晚上 傍晚",
    "夜间 夜里 凌晨 早晨 清晨 全天 大家 各位 居民 邻居们? 朋友们? 注意 统一 进行 组织",
    "开展 参加 前往 有序 按时 提前 务必 尽量 需要 必须 应当 凭 提供 出示 具有 持有? 带",
    "以内 之内 以上 以下 之后 以前 之前 左右 大约 大概 一般 通常 原则上 可以 采样点?",
    "检测点? 采集 地点 地址 下楼 排队 截止 最晚 最早 我们 咱们 您 社区 本?小区 全体 通知",
    "公告 温馨 提示 紧急 重要 关于 如下 具体 为准 一次 几点 什么 多久 多少 哪里 哪儿",
    "怎么样? 如何 为什么 多长 几天 啥 咋 是不是 能不能 要不要 请问? 直接 仍然? 仍 调整",
    "改 恢复 变更 原来 定 共 最多 限 只能? 有效 以 的 了 是 为 在 从 到 至 自 内 前",
    "后 起 止 约 都 也 就 才 再 先 会 可 能 不 做 点 处 开 关 把 被 给 让 和 与",
    "及 或 并 每 次 轮 吗 呢 吧 啊 呀 需 须 要 应 有 由 按 来 去 你 我 他 们 这",
    "那 个 多 几 谁 天 日 时 满 想 所 等 一 还 对 准 说 现 请 即 照常",
)
"""What any notice might say, whatever it is about."""

_NEUTRAL = re.compile(
    "|".join(sorted((word for line in _NEUTRAL_WORDS for word in line.split()), key=len, reverse=True))
)
_DESK = re.compile(
    r"服务|咨询|联系|报修|电话|号码|热线|手机|座机|拨打?|打|问|找|室|岗|办公|前台|或者?|叫|公开|专线|方式"
)
_COMING = re.compile("进出|出入|进入|出去?|外出|入")


def figures(text: str) -> Iterator[Figure]:
    """Every figure of a text, sentence by sentence. A clause that names nothing speaks of what the one before it named."""
    for sentence in _SENTENCE.split(_plain(text)):
        before, limits, there = "", frozenset[str](), ""
        for clause in _CLAUSE.split(sentence):
            found: list[tuple[str, Value, str, str]] = []
            rest = clause
            for kind, pattern, read in _KINDS:
                rest = _taken(kind, pattern, read, rest, found)
            named = _WHERE.sub(" ", rest)
            subject = subject_of(_MARK.sub(" ", named))
            marks = frozenset(_MARK.findall(named)) | {
                said for kind, _, said, _ in found if kind[:4] == "date"
            }
            if not subject and not marks:
                marks = limits
            about = subject or before
            places = "".join(_WHERE.findall(rest)) or ("" if subject else there)
            for kind, value, said, desk in found:
                mine = frozenset(mark for mark in marks if mark != said)
                if kind != "date:":  # a day alone limits what else is said
                    of = desk if kind == "phone" else about
                    yield Figure(kind, value, said, of, mine, places, sentence)
            before, limits, there = about, marks, places


def subject_of(text: str) -> str:
    """What a clause or a question speaks of, without what any sentence might say: 请问核酸几点做 -> 核酸."""
    text = _COMING.sub("出入", _WHERE.sub(" ", _plain(text)))
    return "".join(char for char in _NEUTRAL.sub(" ", text) if char.isalnum())


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("\n", "。").split(" ")).lower()


def _taken(
    kind: str,
    pattern: re.Pattern[str],
    read: Callable[[re.Match[str], str], tuple[str, Value] | None],
    text: str,
    found: list[tuple[str, Value, str, str]],
) -> str:
    """The text without the figures of one kind, which are added to ``found``."""

    def blank(match: re.Match[str]) -> str:
        got = read(match, text)
        if got is None:
            return match[0]
        desk = subject_of(_DESK.sub(" ", text[: match.start()])) if kind == "phone" else ""
        found.append((got[0], got[1], match[0].strip(), desk))
        return " "

    return pattern.sub(blank, text)


def _phone(match: re.Match[str], text: str) -> tuple[str, Value] | None:
    digits = re.sub(r"\D", "", match[0])
    return "phone", (digits[-8:] if digits[0] == "0" else digits,)  # neighbours leave the area code out


def _range(match: re.Match[str], text: str) -> tuple[str, Value] | None:
    begin, end = _minute(match["a"]), _minute(match["b"])
    if begin is None or end is None:
        return None
    daytime = _PARTS.match(match["b"])
    if not _has_daytime(match["a"]) and daytime and daytime["daytime"] and ":" not in match["a"]:
        begin = _minute(f"{daytime['daytime']}{match['a']}") or begin  # 下午2-5点
    if end <= begin and end + 720 <= 1440:
        end += 720  # 早上8点到5点, 晚上7点到9点
    return ("hours", (begin, end)) if begin < end else None


def _single(match: re.Match[str], text: str) -> tuple[str, Value] | None:
    at = _minute(match[0])
    after, before = text[match.end() :], text[: match.start()].rstrip()
    begins = bool(_BEGINS.match(after) or _FROM.search(before))
    ends = bool(_ENDS.match(after) or _UNTIL.search(before))
    if at is None or not (begins or ends or _has_daytime(match[0]) or match[0].strip()[0].isdigit()):
        return None  # 注意两点
    if begins or ends:
        return "hours", (at if begins and not ends else None, at if ends else None)
    return "at", (at,)


def _minute(text: str) -> int | None:
    """Minutes since midnight of 下午两点半."""
    parts = _PARTS.match(text.strip())
    hour = _number(parts["hour"]) if parts else None
    if parts is None or hour is None or hour > 24:
        return None
    rest = parts["rest"] or ""
    minute = int(parts["minute"]) if parts["minute"] else 0
    if rest:
        quarters = {"半": 30, "一刻": 15, "三刻": 45}
        minute = quarters.get(rest, int(_number(rest.rstrip("分整钟")) or 0))
    daytime = parts["daytime"] or ""
    late = daytime in ("下午", "傍晚", "晚上", "夜里", "夜间", "今晚", "明晚", "晚")
    if (late or (daytime == "中午" and hour < 10)) and hour < 12:
        hour += 12
    return int(hour) * 60 + minute


def _has_daytime(text: str) -> bool:
    parts = _PARTS.match(text.strip())
    return bool(parts and parts["daytime"])


def _long(match: re.Match[str], text: str) -> tuple[str, Value] | None:
    first = 0.5 if match["a"] == "半" else _number(match["a"])
    if first is None or _ALL_DAY.match(text[match.end() :]):
        return None
    unit = _MINUTES[match["unit"]]
    others = [_number(match[name]) for name in ("b", "plus") if match[name]]
    role = re.sub("[以之内]", "", match["role"] or "")
    return f"duration:{role}", (first * unit, *(other * unit for other in others if other is not None))


def _often(match: re.Match[str], text: str) -> tuple[str, Value] | None:
    n, times = _number(match["n"]) if match["n"] else 1, _number(match["times"])
    unit = {"晚": "天", "早": "天"}.get(match["unit"], match["unit"])
    return ("frequency", (times / (n * _MINUTES[unit]),)) if n and times else None


def _price(match: re.Match[str], text: str) -> tuple[str, Value] | None:
    unit = match["before"] or match["after"] or ""
    return f"price:{unit}", (float(match["n"]),)


def _count(match: re.Match[str], text: str) -> tuple[str, Value] | None:
    n = _number(match["n"])
    return (f"count:{match['per']}:{match['unit']}", (n,)) if n else None


def _age(match: re.Match[str], text: str) -> tuple[str, Value] | None:
    role = {"未满": "以下", "不满": "以下", "满": "以上", "超过": "以上"}.get(match["before"] or "", "")
    return f"age:{match['role'] or role}", (_number(match["n"]),)


def _temperature(match: re.Match[str], text: str) -> tuple[str, Value] | None:
    return "temperature", (float(match["n"]),)


def _date(match: re.Match[str], text: str) -> tuple[str, Value] | None:
    after, before = text[match.end() :], text[: match.start()]
    role = "begin" if _BEGINS.match(after) or _FROM.search(before) else ""
    role = "end" if _ENDS.match(after) or _UNTIL.search(before) else role
    return f"date:{role}", (int(match["month"]), int(match["day"]))


_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2}


def _number(text: str) -> float | None:
    """48, 1.5, 十二, 两; None for what is none."""
    text = text.strip()
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS.get(text)
    if (tens and tens not in _DIGITS) or (ones and ones not in _DIGITS):
        return None
    return 10 * (_DIGITS[tens] if tens else 1) + (_DIGITS[ones] if ones else 0)


_KINDS: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str], str], tuple[str, Value] | None]], ...] = (
    ("phone", _PHONE, _phone),
    ("date", _DATE, _date),
    ("hours", _RANGE, _range),
    ("hours", _SINGLE, _single),
    ("frequency", _OFTEN, _often),
    ("count", _COUNT, _count),
    ("price", _PRICE, _price),
    ("age", _AGE, _age),
    ("temperature", _TEMPERATURE, _temperature),
    ("duration", _LONG, _long),
)
"""In this order: what one has read the next does not see."""
