"""Bare numbers that are the speaker's room (我家501, 501要买药, 蔬菜包701要一份), and numbers that are a code."""

import re

from intents.numbers import Number

_CODE = re.compile(r"(?:[件证康货密编维扫条]码|[尾单编工学车班型账卡序]号|取件|验证|快递)[是为:：]? ?$")
_BEFORE = re.compile(
    r"(?:我家?|俺家?|我们家?|阿拉)(?:是|住|在)?[在的]? ?$|住在? ?$|家在 ?$|房号[是:：]? ?$|(?:隔壁|对门|对面|楼[上下])的? ?$"
)
_BEHIND = re.compile(
    r" ?(?:要(?!不|是|点|紧|求)|想(?:要|买)|需要|急需|急用|缺|求(?:购|助)?|没|断[了药粮]|家(?:里|要|没|缺|需|有|停|漏|的|老)|"
    r"(?:我|俺)(?:爸|妈|爹|娘|爷|奶|姥|外[公婆]|公公|婆婆|岳|老[伴公婆人]|父亲|母亲|儿子|女儿|家)|住户|报[名备修]|已[测做]|完事|门[口上前外]|"
    r"(?:的|室的|这边|这里|这儿|家)[,，。!！ ]?$|的(?:老人|孩子|邻居|张|王|李|刘|陈)|"
    r"\S?(?:奶奶|爷爷|阿姨|大爷|大妈|大娘|大叔|叔叔|姥[姥爷]|老人|老太|孕妇))"
)
_FIRST = re.compile(
    r"[,， 、]|的(?!路|士|车|公交)| ?(?:早上|今早|中午|晚上|今天|体温)"
    r"|(?![路号室楼块元个年天人户米斤份点分次多万度栋单班页条盒袋瓶箱])[\u4e00-\u9fff]{1,6}(?:没|用完|吃完|断了|坏了|漏|堵|不够|快没)"
)
"""Behind a room that is the first thing said: 501，孩子的退烧药没有了; 501的药不用了; 501早上量的36.5; 501降压药没了."""
_GREETING = re.compile(
    r"(?:各位(?:好|邻居)?|大家好?|你好|您好|麻烦(?:各位|大家|帮忙)?|请问|另外|还有|[,，:：。!！ ])*"
)
"""What may stand before the first thing said."""
_END = re.compile(r"[ )）。.!！~]*")
_DOOR = re.compile(r"[1-9]\d?(?:0[1-9]|1[0-2])")
"""A floor and one of up to twelve doors."""
_ORDER = re.compile(
    r" ?[也还想就]?(?:要|订|加|来|买)(?:[一二两三四五六七八九十半]|\d{1,2})[份个盒瓶袋箱包套件斤桶提只板]"
)
"""Behind a room that orders, wherever it stands."""
_CLAUSE = re.compile(r"(?:^|[,，。!！:：(（ ])$")
LAST_AFTER = 6
"""Characters before a bare door at the very end: 家里没米了，帮买一袋 302."""
_NO_ROOM = re.compile(r"1(?:10|19|20|22)$|315$|911$|999$|\d+00$|(?:19[5-9]|20[0-4])\d$")
"""Emergency calls, round numbers, years."""


def is_code(text: str, number: Number) -> bool:
    """Whether a number is a code: 取件码3-2-1045, 尾号1203."""
    return _CODE.search(text, max(0, number.start - 6), number.start) is not None


def is_own_room(text: str, number: Number) -> bool:
    """Whether a bare number is said to be the speaker's room."""
    if number.digits > 4 or not number.value.isdigit() or _NO_ROOM.match(number.value):
        return False
    head = text[max(0, number.start - 8) : number.start]
    if _BEFORE.search(head) or _ORDER.match(text, number.end):
        return True
    if not _CLAUSE.search(head):
        return False
    if _BEHIND.match(text, number.end):
        return True
    if not _DOOR.fullmatch(number.value):
        return False
    if _END.fullmatch(text, number.end):
        return number.start >= LAST_AFTER
    first = _GREETING.fullmatch(text, 0, number.start) and text[number.end + 1 :].strip()
    return bool(first and _FIRST.match(text, number.end))
