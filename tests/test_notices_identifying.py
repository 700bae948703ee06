"""A notice that gives somebody away to the residents says so before it is sent, and never claims to hide what it shows."""

import pytest

from tests.conftest import STAFF_ROOM, Chat


def say(chat: Chat, text: str) -> list[str]:
    chat.clock.advance(seconds=11)  # the same words within ten seconds count once
    return chat.say("刘书记", text, STAFF_ROOM)


@pytest.mark.parametrize(
    ("words", "warned"),
    [
        ("请 501 王芳 13812345678 下楼", "像门牌的数字 501、像姓名的 王芳"),
        ("请 501 郑芳 下楼做核酸", "像门牌的数字 501、像姓名的 郑芳"),
        ("501郑芳家阳性", "像门牌的数字 501、像姓名的 郑芳"),
        ("1102 的住户请下楼", "像门牌的数字 1102"),
        ("郑芳确诊，大家别出门", "像姓名的 郑芳"),
        ("密接：郑芳、冯小刚", "像姓名的 郑芳、冯小刚"),
    ],
)
def test_what_gives_somebody_away_is_named(words: str, warned: str, chat: Chat) -> None:
    (line,) = say(chat, f"/通知 17-3 {words}")
    shown = line.split("————")[1]
    assert f"{warned}：群里人人看得到" in line
    assert all(
        one in shown for one in warned.replace("像门牌的数字 ", "").replace("像姓名的 ", "").split("、")
    )


@pytest.mark.parametrize(
    "words",
    [
        "今天新增确诊病例3例，请不要出门",
        "今日新增感染者 201 例，高风险区不变",
        "大家辛苦了，马上发菜，白菜 305 份",
        "101路公交改道，国家政策另行通知",
        "阳性人员已转运，周一恢复，张贴了告示",
        "急救打 120，每户一人下楼",
    ],
)
def test_what_is_nobodys_is_not_warned_of(words: str, chat: Chat) -> None:
    (line,) = say(chat, f"/通知 17-3 {words}")
    assert "人人看得到" not in line and "谁感染" not in line
    assert "发出去回「确认」" in line


def test_only_what_is_hidden_is_called_hidden(chat: Chat) -> None:
    (line,) = say(chat, "/通知 17-3 请 501 郑芳 13812345678 下楼")
    assert "里面的电话，群里会隐去" in line and "门牌，群里会隐去" not in line
    (line,) = say(chat, "/通知 17-3 住501的请下楼")
    assert "里面的门牌，群里会隐去" in line and "人人看得到" not in line


@pytest.mark.parametrize("words", ["501郑芳家阳性", "住501的阳性已转运", "郑芳确诊，大家别出门"])
def test_who_is_ill_is_told_by_the_number_only(words: str, chat: Chat) -> None:
    (line,) = say(chat, f"/通知 17-3 {words}")
    assert "发出去回「确认 1」" in line
    (line,) = say(chat, "确认")
    assert line.endswith("通知1还没发。真要发，带上编号回：确认 1")
    (line,) = say(chat, "「小巷：【通知1 预览】」\n- - - - -\n确认")
    assert "带上编号" in line
    assert any(line.startswith("春晓苑17号楼3单元群") for line in say(chat, "确认 1"))


def test_among_those_at_work_nobody_is_given_away(chat: Chat) -> None:
    (line,) = say(chat, "/通知 百合社区志愿者群 501 郑芳 阳性，送药")
    assert "人人看得到" not in line and "发出去回「确认」" in line
