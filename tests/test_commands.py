"""Slash-commands: full-width slash, spaces, any order of arguments, typos."""

import pytest

from bot.commands import Unknown, parse
from bot.model.handling import Command
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
    ],
)
def test_staff_may_leave_the_slash_out_before_a_number(text: str, expected: object) -> None:
    assert parse(text, COMMANDS, bare=True) == expected


def test_every_command_has_its_own_names() -> None:
    names = [name for entry in COMMANDS for name in (entry.name, *entry.aliases)]
    assert len(names) == len(set(names))


def test_every_example_is_read_as_its_command() -> None:
    for entry in COMMANDS:
        command = parse(entry.example, COMMANDS)
        assert isinstance(command, Command) and command.name == entry.name, entry.example
