"""接龙 as texts: every shape people post, and merging that loses nobody."""

import random
from datetime import datetime, timedelta

import pytest

from bot.model.chain import Chain, Copy, Entry, Row
from bot.model.understanding import Slots, Understanding
from intents.chain import heard, hinted, own_row, parse, placed
from intents.chain_entry import people, read_entry
from intents.chain_merge import Merged, Posting, begins_anew, merge, numbered, same_list
from tests.conftest import MORNING


def rows(text: str) -> list[str]:
    """The rows of a list as number and text."""
    chain = parse(text)
    assert chain is not None
    return [f"{entry.number} {entry.text}" for entry in chain.entries]


THREE = ["1 501 李", "2 502 王", "3 503 赵"]


@pytest.mark.parametrize(
    "text",
    [
        "#接龙\n菜\n1. 501 李\n2. 502 王\n3. 503 赵",
        "# 接龍 菜\n1、501 李\n2、502 王\n3、503 赵",
        "#Group Note\n菜\n\n1.501 李\n2.502 王\n3.503 赵",
        "#Group note\n菜\n1）501 李\n2）502 王\n3）503 赵",
        "＃接龙\n（1）501 李\n（2）502 王\n（3）503 赵",
        "#团购接龙 菜\n①501 李\n②502 王\n③503 赵",
        "接龙：菜\n1：501 李\n2：502 王\n3：503 赵",
        "发起接龙 菜\n1，501 李\n2，502 王\n3，503 赵",
        "接龙（菜）\n1 501 李\n2 502 王\n3 503 赵",
        "3单元接龙\n1️⃣501 李\n2️⃣502 王\n3️⃣503 赵",
        "#接龙 菜 1.501 李 2.502 王 3.503 赵",
        "接龙 1、501 李2、502 王3、503 赵",
        "#接龙 菜 例 房号 姓 1. 501 李 2. 502 王 3. 503 赵",
        "#接龙\n菜\n例：1. 房号 姓名 数量\n1. 501 李\n2. 502 王\n3. 503 赵",
        "#接龙\n菜\n例 1. 101 张三 两份\n\n1. 501 李\n2. 502 王\n3. 503 赵\n4.\n5.\n",
        "#接龙\n菜\n1. 501 李\n2. 502 王\n3. 503 赵\n\n大家抓紧，五点截止",
        "#接龙\n菜\n1. 501\n李\n2. 502 王\n3. 503 赵",
        "１．501 李\n２．502 王\n３．503 赵",
        "1.501 李 2.502 王 3.503 赵",
        "团购须知\n1. 每份50\n2. 五点截止\n#接龙 菜\n1. 501 李\n2. 502 王\n3. 503 赵",
        "\u200b#接龙\r\n菜\r\n1. 501 李\r\n2. 502 王\r\n3. 503 赵",
    ],
)
def test_every_shape_is_read(text: str) -> None:
    assert rows(text) == THREE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#接龙\n菜\n1. 501 李\n1. 502 王\n5. 503 赵", ["1 501 李", "1 502 王", "5 503 赵"]),
        ("#接龙\n菜\n501 李 2份\n502 王 1份", ["0 501 李 2份", "0 502 王 1份"]),
        ("#接龙\n菜\n1. 501 李\n502 王", ["1 501 李", "0 502 王"]),
        ("#接龙\n菜\n7. 503 王", ["7 503 王"]),
        ("#接龙\n体温\n1. 501 36.5\n2. 502 36.4", ["1 501 36.5", "2 502 36.4"]),
        ("#接龙\n11.16 核酸\n1. 501", ["1 501"]),
        ("#接龙\n菜\n1. 501 大米2.5斤\n2. 502 王", ["1 501 大米2.5斤", "2 502 王"]),
        ("#接龙 菜\n例 房号", []),
    ],
)
def test_numbers_may_be_odd(text: str, expected: list[str]) -> None:
    assert rows(text) == expected


@pytest.mark.parametrize(
    ("text", "title", "template"),
    [
        ("#接龙\n蔬菜包登记\n1. 501", "蔬菜包登记", ()),
        ("#接龙 蔬菜包登记\n例 房号+份数\n1. 501", "蔬菜包登记", ("房号+份数",)),
        ("#接龙\n体温 例 房号 体温\n1. 501 36.5", "体温", ("房号 体温",)),
        ("#接龙 明天核酸 1.101 2.102", "明天核酸", ()),
        ("3楼接龙\n1、501\n2、502", "3楼接龙", ()),
        ("#接龙\n11.16 核酸\n1. 501", "11.16 核酸", ()),
        ("#接龙\n食堂晚饭 1118\n1. 501", "食堂晚饭 1118", ()),
        ("#Group Note\n1. 501", "", ()),
    ],
)
def test_title_and_template_are_no_rows(text: str, title: str, template: tuple[str, ...]) -> None:
    chain = parse(text)
    assert chain is not None and (chain.title, chain.template) == (title, template)


@pytest.mark.parametrize(
    "text",
    [
        "通知：1. 请戴口罩 2. 请保持一米",
        "明天核酸安排\n1. 请带身份证\n2. 请保持一米距离\n3. 请戴口罩",
        "1. 17号楼3单元 8:00\n2. 17号楼2单元 9:00",
        "番茄炒蛋\n1. 鸡蛋打散\n2. 番茄切块\n3. 倒入锅中",
        "买菜清单\n1. 土豆\n2. 白菜\n3. 牛奶",
        "1. 黄瓜 2根\n2. 白菜 1颗\n3. 牛奶 1箱",
        "17-3-501要\n1. 土豆2斤\n2. 白菜1颗",
        "1. 8:00开门\n2. 9:00关门",
        "1. 老王",
        "成语接龙玩不玩",
        "昨天的接龙谁统计的",
        "大家看清楚接龙再填",
        "「张三：#接龙\n1. 501」\n- - - - - - - - - - - - - - -\n收到",
        "",
        "1",
        "今天是11月16日",
    ],
)
def test_a_notice_a_recipe_and_a_shopping_list_are_none(text: str) -> None:
    assert parse(text) is None


def test_a_row_on_its_own_names_a_door_or_a_person() -> None:
    for text in ("7. 503 王 一份", "⑦503 王", "（7）王阿姨 一份", "7、17-3-503"):
        found = own_row(text)
        assert found is not None and found.number == 7
    for text in (
        "7. 土豆",
        "7 503 王",
        "503 王 一份",
        "7. 503 断药了",
        "7.5元一斤",
        "7点开始",
        "",
        "7. 503 王\n8. 504",
    ):
        assert own_row(text) is None


def test_below_a_quote_stands_what_is_said() -> None:
    assert rows("「张三：要菜吗」\n- - - - - - - - -\n#接龙\n菜\n1. 501") == ["1 501"]


@pytest.mark.parametrize(
    ("text", "door", "name", "full", "what", "quantity"),
    [
        ("501 张三 3人", "501", "张三", True, "3人", "3人"),
        ("501张三2份", "501", "张三", True, "2份", "2份"),
        ("17-3-501 王阿姨 大米2袋 油一桶", "17-3-501", "王阿姨", False, "大米2袋 油一桶", "2袋、一桶"),
        ("17号楼3单元501 欧阳修 x2", "17-3-501", "欧阳修", True, "x2", "x2"),
        ("501室 李", "501", "李", False, "", ""),
        ("张三 503 两份", "503", "张三", True, "503 两份", "两份"),
        ("蔬菜包A 501 2份", "501", "", False, "蔬菜包A 501 2份", "2份"),
        ("503（张女士）1份", "503", "张女士", False, "1份", "1份"),
        ("张三 付款 150", "", "张三", True, "付款 150", ""),
        ("老孙一板", "", "老孙", False, "一板", "一板"),
        ("阳光 2板", "", "阳光", False, "2板", "2板"),
        ("俺家两板", "", "", False, "俺家两板", "两板"),
        ("黄瓜 2根", "", "", False, "黄瓜 2根", "2根"),
        ("501 降压药", "501", "", False, "降压药", ""),
        ("501 高烧", "501", "", False, "高烧", ""),
        ("13812345678 张三", "", "", False, "13812345678 张三", ""),
    ],
)
def test_a_row_says_where_who_and_what(
    text: str, door: str, name: str, full: bool, what: str, quantity: str
) -> None:
    entry = read_entry(1, text)
    assert (entry.door, entry.name, entry.full_name, entry.what, entry.quantity) == (
        door, name, full, what, quantity,
    )  # fmt: skip


def test_how_many_people() -> None:
    assert people(read_entry(1, "501 张三 3人")) == 3
    assert people(read_entry(1, "501 四口")) == 4
    assert people(read_entry(1, "501 两份")) is None


def test_the_group_says_what_a_row_leaves_out() -> None:
    assert placed(read_entry(1, "501 张三"), "17", "3").door == "17-3-501"
    assert placed(read_entry(1, "2-501 张三"), "17", "").door == "17-2-501"
    assert placed(read_entry(1, "5号楼501 张三"), "17", "").door == "5-501"
    assert placed(read_entry(1, "张三"), "17", "3").door == ""


def test_most_messages_are_told_apart_without_a_look_at_their_lines() -> None:
    assert not any(map(hinted, ("好的", "家里降压药没有了，住17-3-501", "明天1号楼做核酸吗", "12点吃饭")))


def test_hostile_texts_are_read_in_reasonable_time() -> None:
    for text in ("1. " * 6000, "#接龙\n" + "1.501 " * 3000, "#接龙\n" + "\n".join("1." for _ in range(6000)),
                 "#接龙 " * 4000, "#接龙\n" + "a\n" * 9000, "1" * 20000, "#接龙\n1. " + "零" * 20000):  # fmt: skip
        parse(text)


def understood(intent: str, urgent: bool = False) -> Understanding:
    return Understanding(intent, 0.7, urgent, "ticket", Slots())


def test_a_list_is_nobodys_plea() -> None:
    listed = "蔬菜包\n1. 17-3-501 一份\n2. 17-3-502 一份"
    assert heard(listed, understood("help.supplies")).intent == "signup.chain"
    assert heard(f"#接龙\n{listed}", understood("help.medicine")).intent == "signup.chain"
    assert heard(listed, understood("help.medicine")).intent == "help.medicine"
    assert heard(listed, understood("help.emergency", True)).intent == "help.emergency"
    plea = "1. 17-3-501 断药了\n2. 17-3-502 没米了"
    assert heard(plea, understood("help.supplies")).intent == "help.supplies"
    assert heard("今天天气好", understood("chitchat")).intent == "chitchat"


# merging


class List:
    """A list in the making: post(...) is one more copy of it."""

    def __init__(self) -> None:
        self.rows: tuple[Row, ...] = ()
        self.copies: list[Copy] = []
        self.at = MORNING

    def post(self, who: str, *texts: str, numbers: list[int] | None = None) -> Merged:
        self.at += timedelta(minutes=1)
        entries = tuple(
            placed(read_entry(number, text), "17", "3")
            for number, text in zip(numbers or range(1, len(texts) + 1), texts, strict=True)
        )
        merged = merge(self.rows, self.copies, Posting(entries, who, who, self.at))
        self.rows = merged.rows
        self.copies.insert(0, Copy(who, merged.shown))
        return merged

    @property
    def standing(self) -> list[str]:
        return [row.entry.text for _, row in numbered(self.rows)]

    @property
    def flags(self) -> dict[str, str]:
        return {row.entry.text: row.flag for row in self.rows if row.flag and not row.removed}


def test_two_at_once_both_stay_and_one_is_flagged() -> None:
    one = List()
    one.post("A", "501", "502", "503")
    one.post("B", "501", "502", "503", "601")
    merged = one.post("C", "501", "502", "503", "602")
    assert one.standing == ["501", "502", "503", "601", "602"]
    assert one.flags == {"601": "overwritten"}
    assert [row.entry.text for row in merged.added] == ["602"]
    one.post("D", "501", "502", "503", "601", "602", "603")
    assert one.flags == {}


def test_whoever_appends_to_a_copy_without_a_row_adds_no_new_flag() -> None:
    one = List()
    one.post("A", "501", "502", "503")
    one.post("B", "501", "502", "503", "601")
    one.post("C", "501", "502", "503", "602")
    assert one.post("D", "501", "502", "503", "602", "603").changed[0].entry.text == "603"
    assert one.flags == {"601": "overwritten"}


def test_a_deleted_row_stays_and_is_flagged() -> None:
    one = List()
    one.post("A", "501")
    one.post("B", "501", "502")
    one.post("C", "501", "502", "503")
    one.post("D", "501", "503", "504")
    assert one.standing == ["501", "502", "503", "504"] and one.flags == {"502": "missing"}


def test_its_author_takes_a_row_back_and_an_old_copy_does_not_bring_it_back() -> None:
    one = List()
    one.post("A", "501")
    one.post("B", "501", "502")
    one.post("B", "501")
    assert one.standing == ["501"]
    one.post("C", "501", "502", "503")
    assert one.standing == ["501", "503"]
    one.post("B", "501", "503", "502")
    assert one.standing == ["501", "502", "503"]


def test_who_copied_a_list_without_their_own_row_has_not_taken_it_back() -> None:
    one = List()
    one.post("A", "501")
    one.post("P", "501", "601")
    one.post("C", "501", "602")
    one.post("P", "501", "602", "701")
    assert one.standing == ["501", "601", "602", "701"]
    two = List()
    two.post("A", "501", "502")
    two.post("P", "501", "502", "601")
    two.post("P", "501", "502", "701")
    assert "601" in two.standing


def test_whoever_brings_a_whole_list_is_not_the_author_of_its_rows() -> None:
    one = List()
    one.post("A", *(f"{n}" for n in range(501, 511)))
    one.post("B", *(f"{n}" for n in range(501, 512)))
    one.post("A", *(f"{n}" for n in range(501, 504)), "511")
    assert len(one.standing) == 11


def test_the_newest_entry_of_a_household_stands_and_an_old_copy_does_not_undo_it() -> None:
    one = List()
    one.post("A", "501 2份", "502 1份")
    one.post("A", "501 3份", "502 1份")
    assert one.standing == ["501 3份", "502 1份"]
    one.post("C", "501 2份", "502 1份", "503 1份")
    assert one.standing == ["501 3份", "502 1份", "503 1份"]
    one.post("A", "501 2份", "502 1份", "503 1份")
    assert one.standing[0] == "501 2份"


def test_two_of_one_household_are_two_and_one_person_is_one() -> None:
    one = List()
    one.post("A", "501 张三", "501 李四")
    one.post("B", "501 张三", "501 李四", "501 王五")
    assert one.standing == ["501 张三", "501 李四", "501 王五"]
    two = List()
    two.post("A", "赵六 2份", "周七 1份")
    two.post("B", "周七 1份", "赵六 3份")
    assert two.standing == ["赵六 3份", "周七 1份"]


def test_two_aunts_wang_are_two_people() -> None:
    one = List()
    one.post("A", "501", "502")
    one.post("B", "501", "502", "王阿姨 1份")
    one.post("C", "501", "502", "王阿姨 2份")
    assert one.standing == ["501", "502", "王阿姨 1份", "王阿姨 2份"]
    one.post("B", "501", "502", "王阿姨 3份", "王阿姨 2份")
    assert one.standing == ["501", "502", "王阿姨 3份", "王阿姨 2份"]


def test_somebodys_own_row_alone_overwrites_nobody() -> None:
    one = List()
    one.post("A", "501", "502", "503")
    one.post("B", "601 一份", numbers=[4])
    assert one.standing == ["501", "502", "503", "601 一份"] and one.flags == {}
    one.post("C", "602 一份")
    assert len(one.standing) == 5 and one.flags == {}


@pytest.mark.parametrize("seed", range(40))
def test_however_appends_interleave_nobody_is_lost(seed: int) -> None:
    """Everybody copies some earlier copy, mostly the latest, and appends one row; some reword their own later."""
    rng = random.Random(seed)
    shapes = ["{n} 一份", "{n} 张三 {k}人", "住户{k}甲 2份", "{n}", "小{s} {k}盒"]
    one, seen, own = List(), [()], {}
    for k in range(1, 31):
        who, source = f"P{k}", rng.choice(seen[-4:])
        number = 100 * (k // 4 + 1) + k % 4 + 1
        said = rng.choice(shapes).format(n=number, k=k, s="赵钱孙李周吴郑王"[k % 8])
        own[who] = said
        seen.append((*source, said))
        one.post(who, *seen[-1])
        if rng.random() < 0.2:
            one.post(who, *seen[-1])  # sent twice
    assert sorted(one.standing) == sorted(own.values())


@pytest.mark.parametrize(
    ("kept", "title", "texts", "same"),
    [
        ("蔬菜包", "蔬菜包", ["601"], True),
        ("蔬菜包", "【蔬菜包】", ["601"], True),
        ("蔬菜包", "", ["501", "502", "503"], True),
        ("", "", ["501", "502", "503"], True),
        ("", "", ["601"], False),
        ("蔬菜包", "蔬菜包（五点截止）", ["501", "502", "503"], True),
        ("11.16 体温", "11.17 体温", ["501", "502"], False),
        ("核酸", "疫苗", ["501", "502"], False),
    ],
)
def test_copies_of_one_list(kept: str, title: str, texts: list[str], same: bool) -> None:
    one = List()
    one.post("A", "501", "502")
    entries = tuple(read_entry(n, text) for n, text in enumerate(texts, 1))
    assert same_list(kept, one.rows, Chain(title, entries)) is same


def test_a_list_begins_anew_after_a_night() -> None:
    one = List()
    one.post("A", "501 36.5", "502 36.4", "503 36.3", "504 36.6")

    def posted(entries: list[str], later: timedelta) -> bool:
        read: tuple[Entry, ...] = tuple(read_entry(n, text) for n, text in enumerate(entries, 1))
        at: datetime = one.at + later
        return begins_anew(one.rows, Posting(read, "B", "B", at), one.at)

    assert posted(["501 36.7"], timedelta(hours=14))
    assert not posted(["501 36.7"], timedelta(hours=1))
    assert posted([], timedelta(hours=2))
    assert not posted([], timedelta(minutes=5))
    assert not posted(["501 36.5", "502 36.4", "503 36.3", "504 36.6", "601"], timedelta(hours=14))
