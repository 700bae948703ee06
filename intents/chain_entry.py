"""One row of a 接龙: where, who, what. 17-3-501 张三 大米2袋."""

import re

from bot.model.chain import Entry
from intents.numbers import arabic
from intents.slots import SlotFinder

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石"
    "姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦"
    "向柳邢骆岳齐尚梅莫庄辛管祝左涂谷祁舒耿牟卜路詹关苗凌费纪靳盛童欧甄项裴卫屈鲍覃霍翁隋宁柯阮闵柴华冉边冀"
)
_DOUBLE = "欧阳|司马|上官|诸葛|司徒|东方|皇甫|尉迟|慕容|令狐|夏侯"
_THINGS = re.compile(
    r"[瓜菜葱蒜豆米面奶油盐糖鸡鸭鱼肉蛋药菇椒茄笋藕芹薯果桃梨枣橙柚莓蕉饼粉酱醋茶酒水纸巾罩液片剂囊膏针计仪布袋盒箱瓶烧测性份件]"
    r"|安全|方便|常温|温度|平安|成人|单人|时间|高血|石榴|龙虾|马铃|全家|华为|包子|金针|路过|常住"
)
"""What shows that 黄瓜 and 高烧 are nobody's name."""
_NOBODY = re.compile(
    r"^(?:[我俺咱阿拉本]+家?|要|报名?|参加|已|未|没|无|正常|[阴阳](?:性|了|$)|同上|可以|好的?|收到|在|不|需|求|一家|全|加|的|是|和|和家|愿意|明|今|昨)"
)
"""What a row begins with that is nobody's nickname."""
_AMOUNT = r"(?:\d{1,4}(?:\.\d)?|[一二两三四五六七八九十半]{1,3})"
_UNIT = (
    r"(?:公斤|kg|千克|[斤克升盒瓶袋箱桶包片支罐提把颗棵板打件卷条只个份块根双壶粒套单筐串人口位户针元岁]"
    r"|张(?![\u4e00-\u9fff]))"
)
_QUANTITY = re.compile(rf"{_AMOUNT} ?{_UNIT}|[xX*×+] ?\d{{1,3}}(?!\d)")
_PEOPLE = re.compile(r"(\d{1,2}|[一二两三四五六七八九十]{1,3}) ?(?:个?人|口|位)")
_EDGE = r"(?=$|[\s,，、;；:：+*()/（）\-_。.!！~\d]|" + _AMOUNT + " ?" + _UNIT + ")"
_FULL = re.compile(rf"(?:{_DOUBLE}|[{_SURNAMES}])[\u4e00-\u9fff]{{1,2}}?{_EDGE}")
_KIN = re.compile(
    rf"(?:[老小阿大][{_SURNAMES}]|(?:{_DOUBLE}|[{_SURNAMES}])[\u4e00-\u9fff]{{0,2}}?"
    rf"(?:阿姨|叔叔?|大爷|大妈|大姐|大哥|奶奶|爷爷|先生|女士|小姐|老师|师傅|医生|书记|姐|哥|婶|伯|嫂|姨)|[{_SURNAMES}])家?{_EDGE}"
)
_FIRST = re.compile(r"[^\s,，、;；:：+*()（）/\d\-_]{1,10}")

_PLACE_WORD = r"(?:号楼|号院|单元|楼|栋|幢|座|室|房|号|户|弄|门|层|#)"
_NUMERAL = r"[零〇一二三四五六七八九十百]{1,5}+"
_NOT_COUNTED = rf"(?![\d.]|{_UNIT}|[℃度])"
_PLACE = re.compile(
    rf"(?:(?:[A-Za-z]?\d{{1,4}}+[A-Za-z]?|{_NUMERAL}) ?(?:{_PLACE_WORD}|[-/](?=[\d零一二三四五六七八九]))[-# ]?"
    rf"|[A-Za-z]?\d{{3,4}}+{_NOT_COUNTED}室?|{_NUMERAL}(?=室)室){{1,5}}(?:[东西南北中]{{1,2}}户)?"
)
"""What the row's head says of where, to be cut off."""
_DOOR = re.compile(
    rf"[A-Za-z]?(\d{{3,4}}[A-Za-z]?)(?![A-Za-z#]|[-/]\d){_NOT_COUNTED} ?(?:室|房|号|户)?(?!楼|单元|栋|幢)"
)
"""A row that begins with a bare door: 501 李."""
_DOOR_WITHIN = re.compile(
    rf"(?:^|[\s,，、(（])([A-Za-z]?\d{{1,2}}(?:0[1-9]|1\d|20))室?(?=$|[\s,，、)）])(?! ?{_UNIT})"
)
"""A bare door further on: 张三 501 两份. It stands alone and ends as doors do, in 01 to 20."""

_FINDER = SlotFinder()


def read_entry(number: int, text: str, *, nicknames: bool = True) -> Entry:
    """What a row says. ``nicknames``: whether any word at its head may be a name (in what is surely a 接龙)."""
    text = " ".join(text.split()).strip(" .、,，:：;；-")
    door = _DOOR.match(text)
    slots = _FINDER.numbers(text[:200].lower())
    within = _DOOR_WITHIN.findall(text) if number else []
    bare = door[1] if door else within[0] if len(within) == 1 else ""
    room = slots.room or (bare.upper() if not slots.building and not slots.unit else "")
    rest = text
    if room or slots.building or slots.unit:
        place = _PLACE.match(text)
        rest = text[place.end() :].strip(" .、,，:：;；-+(（【[") if place else text
    name, full = _name(rest, nicknames=nicknames)
    what = rest[len(name) :].strip(" ,，:：、+-)）】]") if name and rest.startswith(name) else rest
    return Entry(
        number=number,
        text=text,
        building=slots.building or "",
        unit=slots.unit or "",
        room=room.lstrip("0") or room,
        name=name,
        full_name=full,
        what=what,
        quantity="、".join(amount[0].replace(" ", "") for amount in _QUANTITY.finditer(what)),
    )


def _name(text: str, *, nicknames: bool) -> tuple[str, bool]:
    """Whoever the text begins with, and whether that is a full name."""
    kin = _KIN.match(text)
    if kin and not _THINGS.search(kin[0]):
        return kin[0], False
    full = _FULL.match(text)
    if full and not _THINGS.search(full[0]) and not _QUANTITY.search(full[0]):
        return full[0], True
    first = _FIRST.match(text)
    if not nicknames or not first:
        return "", False
    amount = _QUANTITY.search(first[0])
    nickname = first[0][: amount.start()] if amount else first[0]
    if not nickname or _NOBODY.match(nickname) or _THINGS.search(nickname):
        return "", False
    return nickname, False


def people(entry: Entry) -> int | None:
    """How many people the row says it is for; None when it does not."""
    found = _PEOPLE.search(entry.what)
    return int(arabic(found[1])) if found else None


def said_by_name(entry: Entry) -> bool:
    """Whether the row names a door or, plainly, a person."""
    return bool(entry.room) or entry.full_name or bool(_KIN.fullmatch(entry.name) and len(entry.name) > 1)
