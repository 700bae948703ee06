"""Who a notice gives away to everybody in the groups: doors and names that the guard leaves readable, and who is infected."""

import re
from collections.abc import Collection

from bot.model.notice import Notice
from bot.model.services import Services
from handlers.masking import doors

_SENTENCE = re.compile(r"[。！!？?；;\n]+")
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石"
    "姚谭廖邹熊金陆郝孔白崔康毛邱秦江史侯邵孟龙尹黎易贺赖龚庞樊兰殷陶洪翟颜倪牛俞葛伍韦毕聂焦柳邢骆岳莫庄辛祝耿牟詹苗纪靳童裴霍翁柯阮"
)
_BEFORE = r"(?:^|(?<=[\s,，、:：()（）【】「」“”\d*室房户号楼请叫是主民找和与]))"
_AFTER = (
    r"(?=$|[\s,，、:：()（）「」“”\d［*]|一?家(?![长园])|本人|夫妇|夫妻|同志|女士|先生|阿姨|奶奶|爷爷|大爷|大妈|的?核酸"
    r"|[已被为是系]|阳|确诊|密接|次密|感染|混管)"
)
_NAME = re.compile(rf"{_BEFORE}(?:欧阳|司马|上官|诸葛|[{_SURNAMES}])[\u4e00-\u9fff]{{1,2}}?{_AFTER}")
_NOBODY = re.compile(
    r"高[温风度层空危发峰龄处]|方[便式面法案向]|张贴|黄[码色金]|金额|白[天色班]|马[上路]|周[一二三四五六日天末边围期]|江边|石头|田地|于是"
    r"|任[何务]|范围|康复|陆续|史上|许多|曾经|夏[天季]|程序|何[时地处]|易[感燃]|毕竟|余[下额]|林[区荫]|江[苏西]|白名|黄牌|阳|高峰|丁类"
    r"|方舱|.?[一二三四五六七八九十两]?[名位例人个]$"
)
"""Begins like a name and is a word."""
_HOUSEHOLD = re.compile(
    r"(?<![大国专回在居各每全到当])家(?![属长园电具政里中])|户主|住户|(?<![每各全入万])户(?!外|型)"
)
_ILL = re.compile(r"阳性|确诊|密接|密切接触|次密|感染|阳了|复阳|混阳|无症状")
_COUNTED = re.compile(r"\s*(?:例|人|名|次|份|条|件|米|位|余|多|户次)")
_HIDDEN_DOOR = "***"
"""As the guard writes it."""


def given_away(notice: Notice, services: Services) -> tuple[list[str], list[str]]:
    """Doors and names that residents will read: numbers like doors beside a name, a household or an infection, and names
    beside a door, a number hidden by the guard or an infection."""
    doors_, names_ = [], []
    for sentence in _sentences(notice, services):
        readable, names = _doors(sentence), _names(sentence)
        ill, hidden = _ILL.search(sentence), _HIDDEN_DOOR in sentence or "已隐去" in sentence
        if names or ill or _HOUSEHOLD.search(sentence):
            doors_ += readable
        if readable or ill or hidden:
            names_ += names
    return list(dict.fromkeys(doors_)), list(dict.fromkeys(names_))


def tells_who_is_ill(notice: Notice, services: Services) -> bool:
    """True when an infection stands beside a door, hidden or not, or a name: that is sent by its number only."""
    return any(
        _ILL.search(sentence) and (_HIDDEN_DOOR in sentence or _doors(sentence) or _names(sentence))
        for sentence in _sentences(notice, services)
    )


def for_residents(rooms: Collection[str], services: Services) -> bool:
    """True when residents read one of these groups."""
    places = [services.groups.place(room) for room in rooms]
    return any(place is None or not place.at_work for place in places)


def _sentences(notice: Notice, services: Services) -> list[str]:
    """What the residents will read; nothing where none reads along."""
    if not for_residents(notice.rooms, services):
        return []
    return _SENTENCE.split(services.guarded(notice.text))


def _doors(sentence: str) -> list[str]:
    return [door for door, rest in doors(sentence) if not _COUNTED.match(rest)]


def _names(sentence: str) -> list[str]:
    return [name for name in _NAME.findall(sentence) if not _NOBODY.search(name)]
