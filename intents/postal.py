"""Habits of postal addresses, which would harm in talk: 丙村12号 is house 12, 丁市场812号 a stall, 戊路12-7号 house 7.

Expects text as intents.normalise leaves it.
"""

import re

from intents.numbers import Number

STREET = frozenset("路街道巷线")
PLACE = frozenset(
    "苑园村里区城庄坊府庭邸寓舍湾岭塘桥家组墅郡居厦场馆心楼店座幢栋号期院新轩阁峰岸洲景都廷第地港"
)
"""Last characters of the names of places that have buildings or rooms."""
STALLS = frozenset("厦城心店场馆")
"""Last characters of the names of places whose numbers are stalls and offices."""

_MARKET = re.compile(
    r"(?:市场|商[城场厦]|贸城|大厦|酒店|宾馆|数码|国际|百货|机电|物流|商业街|[纺配皮鞋装材具宝]城)"
    r"(?:[^\d路街]{0,3}[区厅])?[东西南北中内]{0,2}$"
)
_PARTS = re.compile(r"[省市区县镇乡村路街道巷弄]|大厦|广场|[纺配贸具]城|[创产工]业园|科技园|商务")
_TALK = re.compile(
    r"[,，。!！?？;；:：、~～…我你您他她们吗呢吧啊呀哦嘛了要请帮哪啥怎谁没不是在给买找看做让被把很再也就还]"
    r"|[满减共增价约仅限超达至破]\d|\d(?:人|元|块|斤|例|岁|小时|分钟|%)|新增|累计|确诊|特价|优惠|谢谢|感谢|通知"
    r"|核酸|检测|抗原|封控|解封|群里|业主|邻居|有人|停[水电]|大家|[上下]午|早上|晚上|[今明昨]天"
)
"""Signs that a text is more than an address."""
_SIDE_OF_A_STREET = re.compile(r"[路街道][东西南北中]?段? ?$")


def is_postal(text: str) -> bool:
    """Whether a text is a postal address and nothing else."""
    return len(text) > 5 and _PARTS.search(text, 0, 60) is not None and _TALK.search(text, 0, 120) is None


def on_street(text: str, number: Number) -> bool:
    """Whether a number is one of a street: 丙路12号, 丙路北12号, 丙大道中段12号."""
    if number.before in STREET:
        return True
    start = number.start
    if (
        text.startswith("广场", start - 2) and number.word == "号"
    ):  # the number of the square, unless it ends the text
        return number.end < len(text)
    return number.before in "东西南北中段" and _SIDE_OF_A_STREET.search(text, start - 3, start) is not None


def is_stall(text: str, number: Number, *, postal: bool) -> bool:
    """Whether N号 is a stall or an office: 丁市场C区812号, 己大厦1203号; 丁市场12号 is a house of it."""
    if number.digits < 3:
        return False
    if number.before in STALLS:
        return True
    head = text[max(0, number.start - 12) : number.start].rstrip(" _-")
    return postal and _MARKET.search(head) is not None


def is_sub_number(text: str, first: Number) -> bool:
    """Whether 12-7号 is house 7 of number 12, as in villages: 甲村12-7号; in 乙新村12-7号 it is building and unit."""
    if not first.value.isdigit() or first.before in "弄号":
        return False
    if first.before == "村":
        return not text[: first.start].rstrip(" _-").endswith("新村")
    return first.before not in PLACE
