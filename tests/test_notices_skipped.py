"""One sending of a scheduled notice is stopped or moved from the chat; the entry stays."""

from dataclasses import replace
from pathlib import Path

from bot.ledger.audit import Audit
from bot.ledger.notices import Notices
from tests.test_noticeboard import BLOCK, NEWS, STAFF, Start, day_long, on, start

__all__ = ["start"]

POLICY = replace(NEWS, id="policy", times=("08:00", "10:00", "12:00"))
OTHER = replace(NEWS, id="bins", text="垃圾按时投放。", times=("12:00",))
NEWS_LINE = f"{BLOCK}: 【通知】今天 11月16日 周三 照常开门。"


def test_the_next_sending_is_left_out_and_the_one_after_goes(start: Start) -> None:
    chat = start([POLICY], on("16 09:00"))
    assert chat.say("刘书记", "/通知 取消 policy", STAFF) == [
        f"{STAFF}: @刘书记 今天 10:00 的 policy 不发了，下一次 今天 12:00。还是要发：/通知 恢复 1"
    ]
    listed = chat.say("刘书记", "/通知 列表", STAFF)[0]
    assert "policy 12:00、明天 08:00" in listed
    assert day_long(chat, on("16 13:00")) == [f"16 12:00 {NEWS_LINE}"]
    kept = Audit(chat.app.ledger).entries(on("16 09:00"), 9)
    assert [entry.what for entry in kept if entry.action == "notice"] == ["policy 今天 10:00 不发（通知1）"]


def test_a_second_word_stops_the_one_after_and_a_restart_brings_nothing_back(
    start: Start, tmp_path: Path
) -> None:
    chat = start([POLICY], on("16 09:00"), tmp_path / "x.db")
    chat.say("刘书记", "/通知 取消 policy", STAFF)
    assert (
        "今天 12:00 的 policy 不发了，下一次 明天 08:00" in chat.say("刘书记", "/通知 不发 policy", STAFF)[0]
    )
    chat.app.ledger.close()
    again = start([POLICY], on("16 09:30"), tmp_path / "x.db")
    assert day_long(again, on("16 13:00")) == []


def test_it_is_sent_after_all(start: Start) -> None:
    chat = start([POLICY], on("16 09:00"))
    chat.say("刘书记", "/通知 取消 policy", STAFF)
    assert "通知1还是发，今天（11月16日 周三） 10:00" in chat.say("刘书记", "/通知 恢复 1", STAFF)[0]
    assert day_long(chat, on("16 11:00")) == [f"16 10:00 {NEWS_LINE}"]


def test_by_its_time_when_only_one_is_due_then(start: Start) -> None:
    chat = start([POLICY, OTHER], on("16 09:00"))
    assert "今天 10:00 的 policy 不发了" in chat.say("刘书记", "/通知 取消 10:00那条", STAFF)[0]
    which = chat.say("刘书记", "/通知 取消 12:00 那条", STAFF)[0]
    assert "/通知 取消 policy" in which and "/通知 取消 bins" in which
    assert "没有等着发的通知" in chat.say("刘书记", "/通知 取消 11:00那条", STAFF)[0]
    assert "今天 12:00 的 bins 不发了" in chat.say("刘书记", "/通知 取消 bins 12:00", STAFF)[0]
    assert day_long(chat, on("16 13:00")) == [f"16 12:00 {NEWS_LINE}"]


def test_one_that_is_on_its_way_is_not_guessed(start: Start) -> None:
    chat = start([POLICY], on("16 09:00"))
    chat.clock.at = on("16 10:00")
    chat.app.tick(on("16 10:00"))
    said = Notices(chat.app.ledger).in_state("sending")
    assert [one.source for one in said] == ["policy"]
    answer = [line for line in chat.say("刘书记", "/通知 取消 policy", STAFF) if "正在发（通知1）" in line]
    assert len(answer) == 1


def test_the_next_sending_is_moved_within_its_day(start: Start) -> None:
    chat = start([POLICY], on("16 09:00"))
    assert chat.say("刘书记", "/通知 改时间 policy 10:30", STAFF) == [
        f"{STAFF}: @刘书记 今天 10:00 的 policy 改到 今天 10:30 发（通知2），下一次 今天 12:00。不发了：/通知 取消 2"
    ]
    assert "不能" in chat.say("刘书记", "/通知 恢复 1", STAFF)[0]
    assert day_long(chat, on("16 13:00"))[0] == f"16 10:30 {NEWS_LINE}"
    chat = start([POLICY], on("16 09:00"))
    assert "只能改到同一天" in chat.say("刘书记", "/通知 改时间 policy 明天9点", STAFF)[0]
    assert day_long(chat, on("16 11:00")) == [f"16 10:00 {NEWS_LINE}"]


def test_only_those_who_work_there_stop_it(start: Start) -> None:
    chat = start([replace(POLICY, scope="全体")], on("16 09:00"))
    answer = chat.say("网格员小安", "/通知 取消 policy", "", room_id="")
    assert "不在您负责的范围" in answer[0]
    assert Notices(chat.app.ledger).in_state("cancelled") == []


def test_the_mode_does_not_count_what_was_cancelled(start: Start) -> None:
    chat = start([POLICY], on("16 09:00"))
    assert "24 小时内有 3 条定时通知，第一条 10:00" in chat.say("刘书记", "/模式", STAFF)[0]
    chat.say("刘书记", "/通知 取消 policy", STAFF)
    chat.clock.advance(seconds=11)
    assert "24 小时内有 2 条定时通知，第一条 12:00" in chat.say("刘书记", "/模式", STAFF)[0]
    chat.say("刘书记", "/通知 恢复 1", STAFF)
    chat.clock.advance(seconds=11)
    assert "24 小时内有 3 条定时通知，第一条 10:00" in chat.say("刘书记", "/模式", STAFF)[0]
