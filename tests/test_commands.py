"""Slash-commands: full-width slash, spaces, any order of arguments, typos."""

import pytest

from bot.commands import SPOKEN, Unknown, parse, parse_quoted
from bot.model.handling import Command, CommandEntry
from handlers.table import COMMANDS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/接单 23", Command("接单", ("23",))),
        ("／接单　２３", Command("接单", ("23",))),
        ("  / 接单 23 a024，25", Command("接单", ("23", "A024", "25"))),
        ("/接单23", Command("接单", ("23",))),
        ("/接 23", Command("接单", ("23",))),
        ("/派单 23 @小安 带上轮椅", Command("派单", ("23",), ("小安",), "带上轮椅")),
        ("/派单 @小安\u2005 23 带上轮椅", Command("派单", ("23",), ("小安",), "带上轮椅")),
        ("/派单 带上轮椅 @小安 A023", Command("派单", ("A023",), ("小安",), "带上轮椅")),
        ("/办结 23 送了 2 盒", Command("办结", ("23",), (), "送了 2 盒")),
        ("/我是 17-3-501 王芳", Command("我是", (), (), "17-3-501 王芳")),
        ("/认领 k7m2-9qxd", Command("认领", (), (), "k7m2-9qxd")),
        ("/状态", Command("状态")),
        ("/help", Command("帮助")),
        ("/帮助 接单", Command("帮助", (), (), "接单")),
        ("/接担 23", Unknown("接担", "接单")),
        ("/工丹", Unknown("工丹", "工单")),
        ("/吃饭了吗", Unknown("吃饭了吗", "")),
        ("接单 23", None),
        ("药没有了", None),
        ("/", None),
        ("", None),
        ("   ", None),
    ],
)
def test_slash_commands(text: str, expected: object) -> None:
    assert parse(text, COMMANDS) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("接单 23", Command("接单", ("23",))),
        ("接23", Command("接单", ("23",))),
        ("接 23 24 25", Command("接单", ("23", "24", "25"))),
        ("办结12 放门口了", Command("办结", ("12",), (), "放门口了")),
        ("派单 12 @小安", Command("派单", ("12",), ("小安",), "")),
        ("接单 1。", Command("接单", ("1",))),
        ("接单1号", Command("接单", ("1",))),
        ("接单#1", Command("接单", ("1",))),
        ("接单【A001】", Command("接单", ("A001",))),
        ("1 接单", Command("接单", ("1",))),
        ("A001 接单", Command("接单", ("A001",))),
        ("我来接A001", Command("接单", ("A001",))),
        ("接单 二十三", Command("接单", ("23",))),
        ("接单 一", Command("接单", ("1",))),
        ("办结1已送到", Command("办结", ("1",), (), "已送到")),
        ("办结A001已送到", Command("办结", ("A001",), (), "已送到")),
        ("办结了 1", Command("办结", ("1",))),
        ("办结一下 1", Command("办结", ("1",))),
        ("办好了 1", Command("办结", ("1",))),
        ("派单1给小安", Command("派单", ("1",), (), "给小安")),
        ("\u200b接单 1\u200b", Command("接单", ("1",))),
        ("接23和24", Command("接单", ("23", "24"))),
        ("接单 A023 / 24", Command("接单", ("A023", "24"))),
        ("收到，接单 23", Command("接单", ("23",))),
        ("办结 23 3点送到的", Command("办结", ("23",), (), "3点送到的")),
        ("问 23 501在家吗", Command("问", ("23",), (), "501在家吗")),
        ("派单 23 @17-3 老何\u2005快去", Command("派单", ("23",), ("17-3 老何",), "快去")),
        ("接单", Command("接单")),
        ("状态", Command("状态")),
        ("帮助。", Command("帮助")),
        ("办结 1 2 送了 3 盒", Command("办结", ("1", "2"), (), "送了 3 盒")),
        ("来接孩子", None),
        ("办结的都说一声", None),
        ("3 个人去接单", None),
        ("接孩子去了", None),
        ("接单的人辛苦了", None),
        ("接 3号楼的老人", None),
        ("派两个人去17号楼", None),
        ("状态 23", None),
        ("问 3 个人去哪", None),
        ("问一下3号楼", None),
        ("接 3个人", None),
    ],
)
def test_staff_may_leave_the_slash_out_before_a_number(text: str, expected: object) -> None:
    assert parse(text, COMMANDS, bare=True) == expected


@pytest.mark.parametrize(
    "entry", [entry for entry in COMMANDS if entry.name != "我是"], ids=lambda entry: entry.name
)
def test_every_example_works_without_its_slash_for_those_at_work(entry: CommandEntry) -> None:
    with_slash = parse(entry.example, COMMANDS)
    assert parse(entry.example.lstrip("/"), COMMANDS, bare=True, staff=True) == with_slash


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("代登记 17-3-501 买菜", "代下单"),
        ("代下单17号楼3单元501 买菜", "代下单"),
        ("代下单 春晓苑 17-3-501 买菜", "代下单"),
        ("值班设今天夜班@小安", "值班"),
        ("值班 清 今天 夜班", "值班"),
        ("排班 设 11-25 白班 小安 小冀", "值班"),
        ("值班 设", "值班"),
        ("代下单 17-3-501", "代下单"),
        ("代下单 17号楼 张奶奶 米面没了", "代下单"),
        ("值班 明天", "值班"),
        ("包楼 17-3", "认领院区"),
        ("认领院区 春晓苑", "认领院区"),
        ("认领院区 取消 17号楼", "认领院区"),
        ("代班 @小冀 明天 替 @小安", "代班"),
        ("代班 取消", "代班"),
        ("隔离 17-3-501 王女士 到11-30", "隔离"),
        ("隔离 改 17-3-501 到12-02", "隔离"),
        ("隔离 垃圾", "隔离"),
        ("路线 @小冀", "路线"),
        ("未回 清", "未回"),
        ("未回 已回", "未回"),
        ("隔离 春晓苑 17-3-501 王女士 7天", "隔离"),
        ("日报昨天", "日报"),
        ("工单 待接 超时 17号楼", "工单"),
        ("工单 @小安", "工单"),
        ("接龙 名单 1", "接龙"),
        ("解绑 王芳", "解绑"),
        ("审计 2页", "审计"),
        ("发通知 全社区 从今晚起小区封闭管理，请大家不要出门", "通知"),
        ("通知 春晓苑 今晚八点停水，请提前接水", "通知"),
        ("通知 更正 2 明天早上8点开始", "通知"),
        ("战时模式", "模式"),
        ("模式战时", "模式"),
        ("联系卡 发 春晓苑", "联系卡"),
        ("答复 1", "答复"),
        ("转告3", "答复"),
    ],
)
def test_a_command_written_out_needs_no_slash_from_those_at_work(text: str, name: str) -> None:
    command = parse(text, COMMANDS, bare=True, staff=True)
    assert isinstance(command, Command) and command.name == name


@pytest.mark.parametrize(
    "text",
    [
        "代登记的都弄完了吗",
        "代下单 3 户都弄好了",
        "值班的同志辛苦了",
        "值班设备坏了",
        "值班 明天谁来",
        "隔离 17-3-501 那户今天没开门",
        "隔离 17-3-501 还剩 3天",
        "隔离垃圾谁去收",
        "路线17号楼怎么走",
        "请假 @刘书记 明天家里有事",
        "代班 @小冀 辛苦了",
        "日报昨天交了",
        "接龙 名单 发我一下",
        "工单今天太多",
        "工单 17号楼 谁去",
        "认领院区 请大家抓紧",
        "解绑 怎么弄",
        "认领 3 箱",
        "帮助 老人",
        "通知 17号楼 的人都下来",
        "通知 春晓苑 发了吗",
        "通知 17号楼 集合",
        "战时状态大家辛苦",
        "联系卡 贴了吗",
        "我是 17-3-501 没药了",
    ],
)
def test_talk_among_those_at_work_is_no_command(text: str) -> None:
    assert parse(text, COMMANDS, bare=True, staff=True) is None


def test_what_a_resident_says_in_private_is_no_command_of_the_staff() -> None:
    assert parse("代登记 17-3-501 买菜", COMMANDS, bare=True) is None
    assert parse("认领 K7M2-9QXD", COMMANDS, bare=True) == Command("认领", (), (), "K7M2-9QXD")


@pytest.mark.parametrize("word", ["1", "园", "@a", "替 ", "17-3-501 ", " ", "今天 "])
def test_no_text_takes_long_to_be_read(word: str) -> None:
    for name, pattern in SPOKEN.items():
        assert not pattern.fullmatch(f" {word * 400}！\n？"), name


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("办结 23 药放门口了，消过毒。", "药放门口了，消过毒"),
        ("办结 23，24 两家都送到了（共3盒），放心", "两家都送到了（共3盒），放心"),
        ("派单 @小安 23 带上轮椅，快点 A024", "带上轮椅，快点"),
        ("问 23 您好，要几盒？", "您好，要几盒？"),
        ("进展 23 3点前到：放心", "3点前到：放心"),
    ],
)
def test_words_for_people_keep_their_punctuation(text: str, note: str) -> None:
    command = parse(text, COMMANDS, bare=True)
    assert isinstance(command, Command) and command.note == note


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("接单", Command("接单", ("A023",))),
        ("办好了", Command("办结", ("A023",))),
        ("已办结", Command("办结", ("A023",))),
        ("办好了，药放门口了", Command("办结", ("A023",), (), "药放门口了")),
        ("派 @小冀\u2005快去", Command("派单", ("A023",), ("小冀",), "快去")),
        ("/问 要几盒", Command("问", ("A023",), (), "要几盒")),
        ("接单 24", Command("接单", ("24",))),
        ("撤销", Command("撤销", ("A023",))),
        ("办结的都说一声", None),
        ("问一下他在家吗", None),
        ("好的", None),
        ("", None),
    ],
)
def test_words_to_a_quoted_message_are_about_its_ticket(said: str, expected: Command | None) -> None:
    assert parse_quoted(said, "A023", COMMANDS) == expected


def test_every_command_has_its_own_names() -> None:
    names = [name for entry in COMMANDS for name in (entry.name, *entry.aliases)]
    assert len(names) == len(set(names))


def test_every_example_is_read_as_its_command() -> None:
    for entry in COMMANDS:
        command = parse(entry.example, COMMANDS)
        assert isinstance(command, Command) and command.name == entry.name, entry.example
