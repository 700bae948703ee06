"""Targets that may mean two things, or that a blank has torn, are asked about; those that mean one are not."""

import pytest

from tests.conftest import STAFF_ROOM, Chat


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("17号 楼3 单元 今天下楼做核酸", "是「17号楼3单元」吗"),
        ("17号 楼 停水", "是「17号楼」吗"),
        ("17号 楼停水", "是「17号楼」吗"),
        ("17号楼3 号 停水", "断开了"),
        ("1号楼2 停水", "1号楼2单元吗"),
        ("17#3 停水", "17号楼3单元吗"),
        ("17楼 停水", "17号楼吗"),
        ("17号 停水", "还是日期"),
        ("17号 和谐小区 停水", "还是日期"),
        ("1号楼 2单元电梯坏了别坐", "只发 春晓苑1号楼2单元，还是 春晓苑1号楼 都发"),
        ("17号楼 2单元电梯坏了别坐", "只发 春晓苑17号楼2单元，还是 春晓苑17号楼 都发"),
        ("17/3 停水", "17号楼3单元吗"),
        ("17.3 停水", "17号楼3单元吗"),
        ("5.3 停水", "还是日期"),
        ("帮助", "写上哪些群"),
    ],
)
def test_two_meanings_are_asked_about(typed: str, asked: str, chat: Chat) -> None:
    (line,) = chat.say("刘书记", f"/通知 {typed}", STAFF_ROOM)
    assert asked in line and "预览" not in line
    chat.clock.advance(seconds=11)
    assert chat.say("刘书记", "确认", STAFF_ROOM) == []


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("17号楼 楼道消毒", "17号楼，3 个群"),
        ("17号楼 单元门坏了", "17号楼，3 个群"),
        ("17号楼 号召大家做核酸", "17号楼，3 个群"),
        ("1号楼 2单元 电梯坏了", "1号楼2单元，1 个群"),
        ("1号楼\n2单元电梯坏了别坐", "1号楼，3 个群"),
        ("1号楼2单元 2单元电梯坏了", "1号楼2单元，1 个群"),
        ("17-3 停水", "17号楼3单元，1 个群"),
        ("所有人 停水", "百合社区，14 个群"),
        ("@所有人 停水", "百合社区，14 个群"),
        ("17号 18:00 春晓苑 停水", "18:00发"),
        ("重要 明天6.30 春晓苑 停水", "06:30发"),
        ("重要 明早6.30 春晓苑 停水", "06:30发"),
        ("春晓苑 今天2.50元一份菜", "【通知】今天2.50元一份菜"),
    ],
)
def test_one_meaning_is_shown(typed: str, shown: str, chat: Chat) -> None:
    (line,) = chat.say("刘书记", f"/通知 {typed}", STAFF_ROOM)
    assert "预览" in line and shown in line
