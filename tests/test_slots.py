"""Building, unit, room, phones, things, people, temperature and time, from the ways people write them."""

import pytest

from bot.model.understanding import Slots
from intents.normalise import Normaliser
from intents.numbers import arabic
from intents.slots import EMPTY, READ, SlotFinder

FINDER = SlotFinder(("大米", "鸡蛋", "降压药", "退烧药", "药"))
NORMALISE = Normaliser({})


def slots(text: str) -> Slots:
    text = NORMALISE(text)
    return FINDER.complete(text, FINDER.numbers(text))


@pytest.mark.parametrize(
    ("text", "building", "unit", "room"),
    [
        ("17-3-501", "17", "3", "501"),
        ("17#3#501", "17", "3", "501"),
        ("１７＃３＃５０１", "17", "3", "501"),
        ("17号楼3单元501", "17", "3", "501"),
        ("春晓苑17号楼3单元501室要买药", "17", "3", "501"),
        ("17 号楼 3 单元 501", "17", "3", "501"),
        ("十七号楼三单元五零一", "17", "3", "501"),
        ("5栋二单元", "5", "2", None),
        ("五幢十单元 400", "5", "10", "400"),
        ("502弄19号301室", "19", None, "301"),
        ("3单元东户", None, "3", "东户"),
        ("12号楼2单元5楼西户", "12", "2", "西户"),
        ("12楼B", None, None, "B"),
        ("54幢608室", "54", None, "608"),
        ("B座1203", "B", None, "1203"),
        ("8号楼1202", "8", None, "1202"),
        ("我住3号501", "3", None, "501"),
        ("17-501", "17", None, "501"),
        ("501要买药", None, None, "501"),
        ("501家里降压药没有了", None, None, "501"),
        ("501 降压药没了 帮忙买两盒", None, None, "501"),
        ("1203厨房水管漏水", None, None, "1203"),
        ("303路没车了", None, None, None),
        ("家里没米了，帮买一袋 302", None, None, "302"),
        ("家里没米了（302）", None, None, "302"),
        ("麻烦各位，501 降压药没有了", None, None, "501"),
        ("电费 302", None, None, None),
        ("501个人没来", None, None, None),
        ("501，孩子的退烧药没有了", None, None, "501"),
        ("501 早上量的 36.5", None, None, "501"),
        ("180，太贵了", None, None, None),
        ("305路还开吗", None, None, None),
        ("501的", None, None, "501"),
        ("我家501", None, None, "501"),
        ("我住1203", None, None, "1203"),
        ("17-3", None, None, None),
        ("17楼", None, None, None),
        ("500要不要", None, None, None),
        ("2022要过去了", None, None, None),
        ("120要打吗", None, None, None),
        ("买了398的", None, None, None),
        ("398的鞋", None, None, None),
        ("凤起东路178号", None, None, None),
        ("凤起东路178号3幢", "3", None, None),
        ("1号下午三点来", None, None, None),
        ("3-5天", None, None, None),
        ("2022-11-24", None, None, None),
        ("11月24日", None, None, None),
        ("8:30到17:30", None, None, None),
        ("鸡蛋36.5元", None, None, None),
        ("验证码 1234", None, None, None),
        ("138-1234-5678", None, None, None),
        ("410105199001011234", None, None, None),
        ("地铁2号线", None, None, None),
        ("一共400人", None, None, None),
    ],
)
def test_places(text: str, building: str | None, unit: str | None, room: str | None) -> None:
    got = slots(text)
    assert (got.building, got.unit, got.room) == (building, unit, room)


@pytest.mark.parametrize(
    ("text", "number"),
    [("十七", "17"), ("二十", "20"), ("一百二十", "120"), ("五零一", "501"), ("〇", "0"), ("A", "A")],
)
def test_chinese_numerals(text: str, number: str) -> None:
    assert arabic(text) == number


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("电话13812345678", ("13812345678",)),
        ("138 1234 5678", ("13812345678",)),
        ("138-1234-5678或15900001111", ("13812345678", "15900001111")),
        ("+8613812345678", ("13812345678",)),
        ("0371-66668888", ("037166668888",)),
        ("(021)6666 8888", ("02166668888",)),
        ("66668888", ("66668888",)),
        ("400-800-1234", ("4008001234",)),
        ("17-3-501 13812345678", ("13812345678",)),
        ("138 123 45678", ("13812345678",)),
        ("1381 2345 678", ("13812345678",)),
        ("138·1234·5678", ("13812345678",)),
        ("1 3 8 1 2 3 4 5 6 7 8", ("13812345678",)),
        ("(+86)138 1234 5678", ("13812345678",)),
        ("0086 13812345678", ("13812345678",)),
        ("１３８１２３４５６７８", ("13812345678",)),
        ("13812345678李四15900001111", ("13812345678", "15900001111")),
        ("1381234567815900001111", ("13812345678", "15900001111")),
        ("幺三八一二三四五六七八", ("13812345678",)),
        ("0371-66668888转801", ("037166668888",)),
        ("电话8765432", ("8765432",)),
        ("座机 876-5432", ("8765432",)),
        ("物业电话6666 8888", ("66668888",)),
        ("0394-6666666 6666667", ("03946666666", "6666667")),
        ("800-810-1234", ("8008101234",)),
        ("410105199001011234", ()),
        ("41010519900101123X", ()),
        ("6222 0212 3456 7890 123", ()),
        ("6222 1381 2345 678", ()),
        ("打120", ()),
        ("单号20221124001234567", ()),
        ("订单号 13812345678", ()),
        ("20221124", ()),
        ("预算3000-5000", ()),
        ("2022 1203", ()),
        ("8765432", ()),
        ("QQ号23456789", ()),
        ("qq群：87654321", ()),
        ("验证码 23456789", ()),
        ("身份证后八位23456789", ()),
        ("门卫室 8000 1011 找老秦", ("80001011",)),
        ("8600 1093，座机，老伴接", ("86001093",)),
        ("师傅电话1 3 9 - 0 0 0 0 - 1 0 4 3", ("13900001043",)),
        ("急用打139，0000，1057", ("13900001057",)),
        ("139 00001069或者13900 001070", ("13900001069", "13900001070")),
        ("燃气表号 80012345 一直闪", ()),
    ],
)
def test_phones(text: str, phones: tuple[str, ...]) -> None:
    assert slots(text).phones == phones


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("36度5", 36.5),
        ("36.5", 36.5),
        ("体温３６．７℃", 36.7),
        ("三十七度二", 37.2),
        ("三十六度", 36.0),
        ("烧到39度", 39.0),
        ("烧到39", 39.0),
        ("体温37", 37.0),
        ("三十八度半", 38.5),
        ("三十六点五", 36.5),
        ("37°2", 37.2),
        ("体温36天没量", None),
        ("气温38度", None),
        ("血糖36.5", None),
        ("38.5元", None),
        ("36.5斤", None),
        ("今天25度", None),
        ("36人", None),
    ],
)
def test_temperature(text: str, degrees: float | None) -> None:
    assert slots(text).temperature == degrees


def test_a_name_with_a_things_character_in_it_is_no_thing() -> None:
    finder = SlotFinder(("降压药", "大米", "奶", "水"))
    assert finder.items("17-3-501 张奶奶 降压药两盒") == ("降压药两盒",)
    assert finder.items("金水花园3号楼302 大米两袋") == ("大米两袋",)


def test_items_keep_their_quantities() -> None:
    assert slots("大米10斤、降压药两盒，还有鸡蛋").items == ("大米10斤", "降压药两盒", "鸡蛋")
    assert slots("要两盒退烧药").items == ("退烧药两盒",)
    assert slots("买2棵白菜").items == ("白菜2棵",)
    assert slots("家里两个孩子").items == ()
    assert slots("一箱鸡蛋两袋大米").items == ("鸡蛋一箱", "大米两袋")
    assert slots("鸡蛋x2 大米(东北)两袋").items == ("鸡蛋2", "大米两袋")


def test_people_and_time_are_kept_as_said() -> None:
    got = slots("我妈85岁 明天上午9点要用车")
    assert (got.people, got.when) == ("妈85岁", "明天上午9点")
    assert slots("八十岁的老人").people == "老人八十岁"
    assert slots("两个月的宝宝").people == "宝宝两个月"
    assert slots("我孕32周").people == "孕32周"
    assert slots("半小时后能来吗").when == "半小时后"
    assert slots("这周末发菜").when == "这周末"
    assert slots("我有三点意见").when is None
    assert slots("502弄19号301室").when is None


def test_nothing_named_is_the_empty_value() -> None:
    assert FINDER.numbers("今天天气真好 3个人") is EMPTY


@pytest.mark.parametrize(
    "text",
    [
        "1" * 20_000,
        "1-" * 10_000,
        "17号楼" * 5_000,
        "一" * 20_000,
        "138 " * 5_000,
        "1 " * 9_000,
        "17_" * 7_000,
    ],
)
def test_only_the_beginning_of_an_endless_text_is_read(text: str) -> None:
    assert slots(text) == slots(text[:READ])


@pytest.mark.parametrize("text", ["3岁 混悬液一瓶就行", "要两盒都行", "拿两袋也够"])
def test_what_follows_an_amount_may_be_no_thing(text: str) -> None:
    assert FINDER.items(text) == ()
