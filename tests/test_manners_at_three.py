"""A group at three in the morning: the bot called without a comma, two questions in one breath, the staff in a hurry."""

import pytest

from tests.conftest import UNIT_ROOM, Chat
from tests.test_faq_editing import staff


@pytest.mark.parametrize(
    "called", ["小巷你说话呀", "小巷小巷，在吗", "小巷超市还开门吗", "小巷怎么不说话", "小巷我想问个事"]
)
def test_whoever_calls_the_bot_without_a_comma_gets_something(chat: Chat, called: str) -> None:
    assert any(line.startswith(f"{UNIT_ROOM}: @王女士") for line in chat.say("王女士", called))


@pytest.mark.parametrize("talk", ["小巷口卖菜的还在吗", "小巷子里有只猫", "小巷的猫还在吗", "谢谢小巷"])
def test_a_lane_is_a_lane(chat: Chat, talk: str) -> None:
    assert chat.say("王女士", talk) == []


def test_called_without_a_comma_the_question_is_still_the_question(chat: Chat) -> None:
    chat.say("王女士", "核酸几点开始")
    chat.clock.advance(minutes=1)
    assert any("每轮核酸的时间" in line for line in chat.say("李阿姨", "小巷核酸几点开始呢", "春晓苑5号楼群"))


def test_the_other_of_two_questions_is_offered_though_the_first_was_lately(chat: Chat) -> None:
    chat.say("王女士", "核酸几点开始")
    chat.clock.advance(seconds=30)
    assert "核酸几点开始" in "".join(chat.say("李阿姨", "明早核酸几点"))
    chat.clock.advance(seconds=30)
    assert "您是想问「快递怎么取」吗" in "".join(chat.say("何阿姨", "核酸几点开始，快递能送进来吗"))
    chat.clock.advance(seconds=30)
    assert chat.say("张叔", "核酸几点开始，快递能送进来吗") == []
    chat.clock.advance(seconds=30)
    assert chat.say("孙婶", "明早核酸几点") == []


def test_a_surge_is_answered_without_the_slash(chat: Chat) -> None:
    for name in ("甲", "乙", "丙", "丁", "戊"):
        chat.clock.advance(seconds=15)
        chat.say(name, "菜鸟驿站几点开门")
    assert staff(chat, "答 9 每天8点到20点") == ""
    assert "每天8点到20点，戴口罩。" in staff(chat, "答 1 每天8点到20点，戴口罩。")
    assert "已上线" in staff(chat, "确认")


@pytest.mark.parametrize(
    ("typed", "day"),
    [("三天", "11月18日"), ("7天", "11月22日"), ("两周", "11月29日"), ("有效1天", "11月16日")],
)
def test_an_answer_holds_so_many_days(chat: Chat, typed: str, day: str) -> None:
    assert f"有效期：到{day}" in staff(chat, f"/faq 有效期 mask {typed}")


def test_what_is_deleted_is_put_aside_and_what_is_undone_is_rolled_back(chat: Chat) -> None:
    assert "停用「口罩怎么预约」" in staff(chat, "/faq 删除 mask")
    staff(chat, "确认")
    assert "退回了" in staff(chat, "/faq 撤销")


def test_a_correction_names_what_people_remember_and_no_hour_that_nobody_said(chat: Chat) -> None:
    staff(chat, "/faq 改 unseal 按市里通告，暂定封控到11月29日24点，第一时间通知大家")
    staff(chat, "确认")
    chat.say("王女士", "什么时候解封")
    staff(chat, "/faq 改 unseal 没有确切的日子，一有正式通知第一时间发到各群")
    staff(chat, "确认")
    draft = staff(chat, "更正")
    assert "说的「暂定封控到11月29日24点」有变" in draft and "1时" not in draft


def test_the_opposite_of_what_waits_takes_it_back(chat: Chat) -> None:
    staff(chat, "/faq 停用 mask")
    assert "好，没有改" in staff(chat, "/faq 启用 mask")
    assert staff(chat, "确认") == ""
    assert chat.app.live.faq["mask"].enabled
