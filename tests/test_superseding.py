"""An answer has changed: nobody reads the old one any more, whoever heard it is listed, and one word tells them."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.model.channel import MaybeSent, NotSent
from bot.model.faq import ChangedEntry, Swap
from bot.model.ledger import Waiting
from bot.model.settings import Settings
from bot.settings import load_data
from bot.shelf import DiskShelf
from handlers.faq import live
from handlers.faq.hearers import hearers
from handlers.faq.trifling import same
from tests.conftest import COMPOUND_ROOM, ROOT, STAFF_ROOM, UNIT_ROOM, Chat

ENTRY = "hesuan-place"
QUESTION = "核酸在哪里做"
HELD = "春晓苑在中心花园的采样点，和谐小区在南门内的采样点。临时换地方时，楼栋群里会先通知。"
"""The answer of the sample."""
OTHER_ROOM = "和谐小区居民群"


def change(chat: Chat, answer: str, room: str = STAFF_ROOM) -> list[str]:
    """The secretary changes the answer in the chat; what is said when it is live."""
    chat.say("刘书记", f"/faq 改 {ENTRY} {answer}", room)
    said = chat.say("刘书记", "确认", room)
    chat.clock.advance(seconds=10)  # the same word again is heard again
    return said


def swap(chat: Chat, **fields: Any) -> None:
    """A new version of data/ goes live while nobody looks: ``fields`` of the entry are different, or it is gone (without)."""
    before = chat.app.live.content
    entries = [replace(one, **fields) if one.id == ENTRY else one for one in before.data.faq]
    kept = tuple(one for one in entries if fields or one.id != ENTRY)
    content = replace(before, data=replace(before.data, faq=kept), version=before.version + 1)
    changed = ChangedEntry(ENTRY, before.faq[ENTRY], content.faq.get(ENTRY))
    chat.clock.advance(seconds=1)
    at = chat.clock.now()
    with chat.app.ledger.transaction():
        chat.app.live.content = content
        swapped = Swap(content.version, at, "", "", ("faq.yaml",), (changed,))
        for reply in live.went_live(swapped, chat.app.timekeeper._services):
            chat.app.timekeeper._delivery.ring(reply, at)


def answer(chat: Chat) -> str:
    return chat.app.live.faq[ENTRY].answer


def test_whoever_changed_it_hears_who_was_told_the_old_answer(chat: Chat) -> None:
    chat.say("王女士", QUESTION)
    chat.clock.advance(minutes=75)
    chat.say("李先生", QUESTION)
    chat.say("陈阿姨", QUESTION, COMPOUND_ROOM)
    chat.say("赵先生", QUESTION, "")
    (news,) = change(chat, "春晓苑都在北门的采样点。")
    assert news.startswith(f"{STAFF_ROOM}: @刘书记 已上线") and "旧答案 24 小时里说给过 4 人：" in news
    assert f"{UNIT_ROOM}（8:00、9:15）" in news and f"{COMPOUND_ROOM}（9:15）" in news and "私聊 1 人" in news
    assert "回「更正」" in news


def test_whoever_was_shown_the_right_answer_before_the_wrong_one_was_said_is_not_counted(chat: Chat) -> None:
    chat.say("王女士", QUESTION, COMPOUND_ROOM)
    chat.clock.advance(minutes=1)
    chat.say("郭姐", QUESTION, COMPOUND_ROOM)
    chat.clock.advance(seconds=30)
    chat.app.tick(chat.clock.now())
    assert any("@郭姐 上面" in line for line in chat.hear())
    swap(chat, answer="都在北门的采样点。")
    chat.clock.advance(minutes=1)
    chat.say("冯姐", QUESTION, COMPOUND_ROOM)
    swap(chat, answer=HELD)
    found = hearers(ENTRY, chat.clock.now(), chat.app.timekeeper._services)
    assert found.people == 1 and list(found.rooms) == [COMPOUND_ROOM]


def test_nothing_is_said_when_nobody_heard_it_or_the_answer_is_the_same(chat: Chat) -> None:
    (live_now,) = change(chat, "春晓苑都在北门的采样点。")
    assert "旧答案" not in live_now
    chat.say("王女士", QUESTION)
    swap(chat, source="街道")
    assert chat.hear() == []
    chat.clock.advance(hours=25)
    (live_now,) = change(chat, "和谐小区改到东门。")
    assert "旧答案" not in live_now, "what was said a day ago is left alone"


def test_one_word_drafts_the_correction_for_exactly_those_groups_and_people(chat: Chat) -> None:
    chat.say("王女士", QUESTION)
    chat.say("陈阿姨", QUESTION, COMPOUND_ROOM)
    chat.say("赵先生", QUESTION, "")
    change(chat, "春晓苑都在北门的采样点。")
    (preview,) = chat.say("刘书记", "更正", STAFF_ROOM)
    assert "2 个群" in preview and f"{COMPOUND_ROOM}、{UNIT_ROOM}" in preview
    assert (
        "【更正】之前答「在哪里做核酸」说的「春晓苑在中心花园的采样点」有变，以这条为准：\n春晓苑都在北门的采样点。"
        in preview
    )
    assert "私聊问过的 1 人" in preview
    lines = chat.say("刘书记", "确认", STAFF_ROOM)
    heard = {line.split(": ")[0] for line in lines if "【更正】" in line}
    assert heard == {COMPOUND_ROOM, UNIT_ROOM, "私聊"}
    assert not any("@" in line for line in lines if "【更正】" in line)
    chat.clock.advance(seconds=5)
    assert chat.say("刘书记", "/faq 更正 hesuan-place", STAFF_ROOM)[0].endswith("不用更正。"), "they know"


def test_own_words_stand_in_place_of_the_answer(chat: Chat) -> None:
    chat.say("王女士", QUESTION)
    change(chat, "春晓苑都在北门的采样点。")
    (preview,) = chat.say("刘书记", "/faq 更正 hesuan-place 重要 中心花园不做了，都到北门", STAFF_ROOM)
    assert "有变，以这条为准：\n中心花园不做了，都到北门\n" in preview and "【重要通知】" in preview


@pytest.mark.parametrize("fields", [{}, {"enabled": False}, {"valid_until": date(2022, 11, 15)}])
def test_an_answer_that_is_gone_put_aside_or_over_is_superseded_too(
    chat: Chat, fields: dict[str, Any]
) -> None:
    chat.say("王女士", QUESTION)
    swap(chat, **fields)
    chat.hear()
    (preview,) = chat.say("刘书记", "更正", STAFF_ROOM)
    assert "现在不作数了" in preview and "中心花园" in preview


def test_an_edit_from_the_chat_is_answered_where_it_was_asked_for(chat: Chat) -> None:
    chat.say("王女士", QUESTION)
    chat.say("刘书记", "你好", "")
    news = change(chat, "都在北门。", "")[0]
    assert news.startswith("私聊: ") and "说给过 1 人" in news
    (preview,) = chat.say("刘书记", "更正", "")
    assert "预览】" in preview
    assert chat.say("网格员小安", "更正", "") == [] or "预览" not in str(chat.say("网格员小安", "更正", ""))


def test_two_compounds_need_a_second_person(chat: Chat) -> None:
    chat.say("王女士", QUESTION)
    chat.say("陈阿姨", QUESTION, OTHER_ROOM)
    change(chat, "都在北门。")
    (preview,) = chat.say("刘书记", "更正", STAFF_ROOM)
    assert "两个人看过" in preview
    lines = chat.say("刘书记", "确认", STAFF_ROOM)
    assert not any("【更正】" in line and line.startswith("春晓苑") for line in lines)


def test_the_old_answer_that_waits_in_the_queue_is_never_read(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(paced=True)
    old = answer(chat)
    chat.app.receive([chat.message("王女士", QUESTION), chat.message("陈阿姨", QUESTION, COMPOUND_ROOM)])
    assert len(chat.hear()) == 1, "one has left, one waits for the pace"
    swap(chat, answer="都在北门的采样点。")
    chat.clock.advance(minutes=1)
    late = chat.hear()
    chat.clock.advance(minutes=1)
    late += chat.hear()
    assert any(line == f"{COMPOUND_ROOM}: @陈阿姨 都在北门的采样点。" for line in late)
    assert not any(old in line for line in late)


def test_a_disabled_answer_in_the_queue_becomes_a_word_that_it_is_being_looked_into(chat: Chat) -> None:
    chat.app.receive([chat.message("王女士", QUESTION)])
    swap(chat, enabled=False)
    (line,) = chat.hear()
    assert line.startswith(f"{UNIT_ROOM}: @王女士 您问的这件事刚有变化")


@pytest.mark.parametrize("failure", [NotSent("busy"), MaybeSent("no answer")])
def test_an_answer_that_was_just_leaving_does_not_leave_again_as_it_was(
    chat: Chat, failure: Exception
) -> None:
    old = answer(chat)
    chat.app.receive([chat.message("王女士", QUESTION)])
    chat.channel.failures = [failure]
    chat.channel.meanwhile = [lambda: swap(chat, answer="都在北门的采样点。")]
    step = chat.app.outbox.next_step(chat.clock.now())
    assert isinstance(step, Waiting)
    asyncio.run(chat.app.outbox.send(step))
    chat.clock.advance(minutes=5)
    lines = chat.hear()
    assert not any(old in line for line in lines)
    if isinstance(failure, NotSent):
        assert f"{UNIT_ROOM}: @王女士 都在北门的采样点。" in lines


def test_a_row_that_was_read_before_the_swap_is_not_claimed_as_it_was(chat: Chat) -> None:
    old = answer(chat)
    chat.app.receive([chat.message("王女士", QUESTION)])
    step = chat.app.outbox.next_step(chat.clock.now())
    swap(chat, answer="都在北门的采样点。")
    assert isinstance(step, Waiting)
    asyncio.run(chat.app.outbox.send(step))
    assert not any(old in out.text for out in chat.channel.said)
    assert f"{UNIT_ROOM}: @王女士 都在北门的采样点。" in chat.hear()


def test_a_correction_that_was_drafted_says_the_newest_answer_once_it_was_looked_at_again(chat: Chat) -> None:
    chat.say("王女士", QUESTION)
    change(chat, "都在北门的采样点。")
    chat.say("刘书记", "更正", STAFF_ROOM)
    lines = change(chat, "都在南门的采样点。")
    renewed = next(line for line in lines if "预览】" in line)
    assert "都在南门" in renewed and "都在北门" not in renewed and "再看一遍" in renewed
    corrected = [line for line in chat.say("刘书记", "确认", STAFF_ROOM) if "【更正】" in line]
    assert len(corrected) == 1 and "都在南门" in corrected[0]


def test_an_answer_that_changes_back_needs_no_correction(chat: Chat) -> None:
    old = answer(chat)
    chat.say("王女士", QUESTION)
    change(chat, "都在北门的采样点。")
    chat.say("刘书记", "更正", STAFF_ROOM)
    lines = change(chat, old)
    assert any("不用更正" in line for line in lines)
    assert not any("【更正】" in line for line in chat.say("刘书记", "确认", STAFF_ROOM))


def test_whoever_read_a_correction_reads_the_next_one_too(chat: Chat) -> None:
    chat.say("王女士", QUESTION)
    change(chat, "都在北门的采样点。")
    chat.say("刘书记", "更正", STAFF_ROOM)
    chat.say("刘书记", "确认", STAFF_ROOM)
    chat.clock.advance(minutes=5)
    lines = change(chat, "都在南门的采样点。")
    assert any(f"{UNIT_ROOM}（" in line and "旧答案" in line for line in lines)
    (preview,) = chat.say("刘书记", "更正", STAFF_ROOM)
    assert "「都在北门的采样点」有变" in preview and "都在南门" in preview


def test_only_in_private_is_a_correction_too(chat: Chat) -> None:
    chat.say("赵先生", QUESTION, "")
    change(chat, "都在北门的采样点。")
    assert "0 个群" in chat.say("刘书记", "更正", STAFF_ROOM)[0]
    lines = chat.say("刘书记", "确认", STAFF_ROOM)
    assert any(line.startswith("私聊: 【") and "【更正】" in line for line in lines)
    assert any("已发给私聊问过的 1 人" in line for line in lines)
    chat.clock.advance(minutes=1)
    chat.app.tick(chat.clock.now())
    assert chat.hear() == [], "no report of a notice to no group"


def test_residents_and_workers_draft_no_corrections(chat: Chat) -> None:
    chat.say("王女士", QUESTION)
    change(chat, "都在北门的采样点。")
    assert chat.say("网格员小安", "更正", STAFF_ROOM) == []
    assert not any("预览" in line for line in chat.say("王女士", "更正"))


def test_a_slip_of_the_pen_is_told_to_need_none(chat: Chat) -> None:
    chat.say("王女士", QUESTION)
    (news,) = change(chat, answer(chat).replace("。", "！"))
    assert "不更正也行" in news
    assert "预览】" in chat.say("刘书记", "更正", STAFF_ROOM)[0], "who wants to may"


LONG = "每轮核酸的时间以楼栋群里当天的通知为准，轮到您这个单元时群里会叫号，听到再下楼，不用早去排队"


@pytest.mark.parametrize(
    ("before", "after", "trifling"),
    [
        (LONG, LONG + "。", True),
        (LONG, LONG.replace("，", ", "), True),
        (LONG, LONG.replace("轮到", "论到"), True),
        (LONG, LONG.replace("不用", "要"), False),
        (LONG, LONG.replace("楼栋", "东门"), False),
        (LONG + "7:00", LONG + "7：00", True),
        (LONG + "7:00", LONG + "70:0", False),
        (LONG + "早上7点", LONG + "早上8点", False),
        (LONG + "早上七点", LONG + "早上八点", False),
        (LONG + "到东门", LONG + "到西门", False),
        ("在北门。", "在南门。", False),
    ],
)
def test_what_says_the_same(before: str, after: str, trifling: bool) -> None:
    assert same(before, after) is trifling


def test_many_groups_are_listed_by_the_first_and_counted(chat: Chat) -> None:
    rooms = [
        room for room in chat.app.assistant.room_names() if room.startswith("春晓苑") and "隔离" not in room
    ]
    for room in rooms:
        chat.say("王女士", QUESTION, room)
        chat.clock.advance(minutes=1)
    (news,) = change(chat, "都在北门的采样点。")
    assert f"等 {len(rooms)} 个群" in news and len(news) < 400


def test_an_edit_of_the_file_is_one_message_with_the_news(
    open_chat: Callable[..., Chat], settings: Settings, tmp_path: Path
) -> None:
    chat, folder = in_a_folder(open_chat, settings, tmp_path)
    chat.say("王女士", QUESTION)
    (news,) = saved(chat, folder, ("中心花园的采样点", "北门的采样点"))
    assert "第 2 版" in news and f"说给过 1 人：{UNIT_ROOM}（8:00）" in news and "回「更正」" in news
    (preview,) = chat.say("刘书记", "更正", STAFF_ROOM)
    assert "说的「春晓苑在中心花园的采样点」有变" in preview and "春晓苑在北门的采样点" in preview
    lines = chat.say("刘书记", "确认", STAFF_ROOM)
    assert any(line.startswith(f"{UNIT_ROOM}: ") and "【更正】" in line for line in lines)


def test_several_changed_at_once_are_corrected_one_by_one(
    open_chat: Callable[..., Chat], settings: Settings, tmp_path: Path
) -> None:
    chat, folder = in_a_folder(open_chat, settings, tmp_path)
    chat.say("王女士", QUESTION)
    chat.say("李先生", "核酸几点开始")
    (news,) = saved(chat, folder, ("中心花园的采样点", "北门的采样点"), ("不用早去排队", "早去十分钟"))
    assert "旧答案「在哪里做核酸」" in news and "旧答案「核酸几点开始」" in news
    (asked,) = chat.say("刘书记", "更正", STAFF_ROOM)
    assert "/faq 更正 hesuan-place" in asked and "/faq 更正 hesuan-time" in asked
    (preview,) = chat.say("刘书记", "/faq 更正 hesuan-time", STAFF_ROOM)
    assert "说的「不用早去排队」有变，以这条为准：\n每轮核酸" in preview


def in_a_folder(open_chat: Callable[..., Chat], settings: Settings, tmp_path: Path) -> tuple[Chat, Path]:
    """A community whose data/ lies in a folder of the test's own."""
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder)
    chat = open_chat(
        community=replace(settings, data=folder), told=load_data(folder), shelf=DiskShelf(folder)
    )
    chat.app.reload_now()
    chat.hear()
    return chat, folder


def saved(chat: Chat, folder: Path, *changes: tuple[str, str]) -> list[str]:
    """Somebody saves faq.yaml with other words; what is said of it."""
    file = folder / "faq.yaml"
    text = file.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, "utf-8")
    chat.app.reload_now()
    chat.clock.advance(seconds=12)
    chat.app.tick(chat.clock.now())
    return chat.hear()


def test_a_notice_that_says_another_time_than_the_faq_is_told_so(chat: Chat) -> None:
    change(chat, "核酸早上7点开始，9点结束，在北门。")
    (preview,) = chat.say("刘书记", "/通知 春晓苑 核酸早上6点半开始，请带身份证", STAFF_ROOM)
    assert f"问答 {ENTRY} 里还写着早上7点，这条是早上6点半；要改：/faq 改 {ENTRY} 新的答案" in preview
    (preview,) = chat.say("刘书记", "/通知 春晓苑 核酸早上7点开始，请带身份证", STAFF_ROOM)
    assert "还写着" not in preview
