"""「确认」 as it is really typed at three in the morning, and whose preview it is about."""

import pytest

from handlers.nearly import plain
from tests.conftest import STAFF_ROOM, UNIT_ROOM, Chat
from tests.test_faq_editing import answer, staff

NEW = "8点开始，带好身份证。"
EDIT = f"/faq 改 hesuan-time {NEW}"
NOTICE = "/通知 17号楼3单元 重要 到18:00 现在去南门领菜"


@pytest.mark.parametrize(
    "typed",
    [
        "确认", "「确认」", "“确认”", "确认👌", "确认上线👍🏻", "确认[强]", "确认，谢谢", "确认确认", "确认。确认！", "好的，确认", "嗯确认",
        "OK确认", "确 认", "确人", "确认 1", "确认改动1", "确认1号", "小巷，确认",
    ],
)  # fmt: skip
def test_a_yes_however_it_is_typed(chat: Chat, typed: str) -> None:
    staff(chat, EDIT)
    assert "已上线" in staff(chat, typed)
    assert answer(chat, "hesuan-time") == NEW


@pytest.mark.parametrize("typed", ["取消", "「取消」", "取 消", "取消取消", "不改了，谢谢", "不要", "算了吧"])
def test_a_no_however_it_is_typed(chat: Chat, typed: str) -> None:
    staff(chat, EDIT)
    assert "没有改" in staff(chat, typed)
    assert answer(chat, "hesuan-time") != NEW


@pytest.mark.parametrize("typed", ["确认一下", "等下确认", "确认 7", "可以上线了吗", "好的", "👌好的"])
def test_what_may_be_meant_for_a_colleague_is_no_yes_but_no_silence_either(chat: Chat, typed: str) -> None:
    staff(chat, EDIT)
    assert "还没改" in staff(chat, typed)
    assert answer(chat, "hesuan-time") != NEW


def test_what_is_no_yes_stays_what_it_is() -> None:
    for words in ("17-3 501 测了", "确认 12", "谢谢大家配合", "确认一下"):
        assert plain(words) == words


def test_a_notice_leaves_at_a_yes_however_it_is_typed(chat: Chat) -> None:
    staff(chat, NOTICE)
    assert "开始发" in staff(chat, "「确认」，谢谢")


def test_one_yes_more_after_an_edit_sends_no_notice_that_waited_before_it(chat: Chat) -> None:
    staff(chat, NOTICE)
    staff(chat, EDIT)
    assert "已上线" in staff(chat, "确认")
    chat.clock.advance(seconds=15)
    heard = chat.say("刘书记", "确认", STAFF_ROOM)
    assert not any(line.startswith(UNIT_ROOM) for line in heard)
    assert "通知1还没发。真要发，带上编号回：确认 1" in "\n".join(heard)
    assert "开始发" in staff(chat, "确认 1")


def test_a_number_that_both_have_is_asked_about(chat: Chat) -> None:
    staff(chat, NOTICE)
    staff(chat, EDIT)
    assert "发通知回：确认通知1；改问答回：确认改动1" in staff(chat, "确认 1")
    assert "已上线" in staff(chat, "确认改动1")
    assert "开始发" in staff(chat, "确认通知1")
