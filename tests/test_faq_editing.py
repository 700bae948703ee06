"""/faq 列表 看 加 改 停用 启用 有效期: in the words of a tired secretary, previewed, confirmed, live."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from bot.ledger.audit import Audit
from bot.model.asked import Tally
from bot.model.faq import Faq
from bot.model.settings import PersonSpec, Settings
from handlers.faq.listing import ranked
from handlers.faq.reading import read_new, read_questions
from tests.conftest import MORNING, STAFF_ROOM, UNIT_ROOM, VOLUNTEER_ROOM, Chat

SECRETARY, WORKER = "刘书记", "网格员小安"
SECOND = PersonSpec("wxid_second", "陈书记", "secretary", "百合社区")
QUOTE = "「小巷：{}」\n- - - - - - - - - - - - - - -\n{}"


def staff(chat: Chat, text: str, sender: str = SECRETARY) -> str:
    """What the staff's group reads after these words there, a while after the last."""
    chat.clock.advance(seconds=15)
    return "\n".join(line for line in chat.say(sender, text, STAFF_ROOM) if line.startswith(STAFF_ROOM))


def alone(chat: Chat, text: str, sender: str = SECRETARY) -> str:
    """The same in private."""
    chat.clock.advance(seconds=15)
    return "\n".join(chat.say(sender, text, "", room_id=""))


def answer(chat: Chat, id_: str) -> str:
    return chat.app.live.faq[id_].answer


@pytest.mark.parametrize(
    ("typed", "questions", "said"),
    [
        ("哪里理发 | 南门外", ("哪里理发",), "南门外"),
        ("哪里理发、理发店开吗？｜南门外，9点到17点。", ("哪里理发", "理发店开吗"), "南门外，9点到17点。"),
        ("哪里理发\n南门外\n进店扫码", ("哪里理发",), "南门外\n进店扫码"),
        ("哪里理发？\n理发店开吗？\n南门外", ("哪里理发", "理发店开吗"), "南门外"),
        ("问：哪里理发？答：南门外", ("哪里理发",), "南门外"),
        ("问：哪里理发\n答案：南门外\n进店扫码", ("哪里理发",), "南门外\n进店扫码"),
        ("答：南门外 问：哪里理发", ("哪里理发",), "南门外"),
        ("问 哪里理发 答 南门外", ("哪里理发",), "南门外"),
        ("哪里理发？南门外，9点到17点", ("哪里理发",), "南门外，9点到17点"),
        ("哪里理发 / 南门外", ("哪里理发",), "南门外"),
        ("24/48小时核酸有效吗 / 看通知", ("24/48小时核酸有效吗",), "看通知"),
        ("哪里理发／南门外", ("哪里理发",), "南门外"),
    ],
)  # fmt: skip
def test_a_new_entry_in_the_forms_people_type(typed: str, questions: tuple[str, ...], said: str) -> None:
    new = read_new(typed, {"核酸"})
    assert new is not None and (new.questions, new.answer) == (questions, said)


@pytest.mark.parametrize(
    "typed",
    ["【核酸】哪里测｜北门", "核酸 | 哪里测 | 北门", "问：哪里测 答：北门 主题：核酸", "#核酸 哪里测｜北门"],
)
def test_a_topic_may_be_named(typed: str) -> None:
    new = read_new(typed, {"核酸"})
    assert new is not None and (new.questions, new.answer, new.topic) == (("哪里测",), "北门", "核酸")


@pytest.mark.parametrize("typed", ["", "理发店", "问：哪里理发", "| 南门外", "哪里理发？"])
def test_half_of_an_entry_is_none(typed: str) -> None:
    assert read_new(typed, ()) is None


def test_question_marks_and_repetitions_go() -> None:
    assert read_questions("几点开？、几点开\n在哪儿； 在哪儿?") == ("几点开", "在哪儿")


def test_an_answer_is_changed_in_any_words(chat: Chat) -> None:
    for typed in (
        "/faq 改 hesuan-time 8点开始，带好身份证。",
        "/faq 改 1 8点开始，带好身份证。",
        "/faq 改 第1条 答案：8点开始，带好身份证。",
        "/faq 改 核酸几点开始 8点开始，带好身份证。",
        "/faq 改 「核酸几点开始」 8点开始，带好身份证。",
        "/faq 改 答案 1 8点开始，带好身份证。",
        "/faq 1 改 8点开始，带好身份证。",
        "／ｆａｑ　改　ＨＥＳＵＡＮ－ＴＩＭＥ　8点开始，带好身份证。",
        "/faq改hesuan-time答案8点开始，带好身份证。",
        "/faq 把核酸几点开始的答案改成8点开始，带好身份证。",
        "/问答 修改 hesuan time：8点开始，带好身份证。",
        "/faq 改 1\n8点开始，带好身份证。",
    ):
        preview = staff(chat, typed)
        assert "改「核酸几点开始」（hesuan-time）" in preview, typed
        assert (
            "\n8点开始，带好身份证。\n" in preview and "每轮核酸的时间以楼栋群里当天的通知为准" in preview
        ), typed
        assert "没有改" in staff(chat, "取消")
    assert answer(chat, "hesuan-time").startswith("每轮")  # fmt: skip


def test_confirmed_it_is_live_at_once(chat: Chat) -> None:
    staff(chat, "/faq 改 hesuan-time 8点开始，带好身份证。")
    assert "已上线，第 2 版" in staff(chat, "确认")
    assert answer(chat, "hesuan-time") == "8点开始，带好身份证。"
    assert any("8点开始，带好身份证。" in line for line in chat.say("王女士", "核酸几点开始"))


def test_only_the_lines_of_the_entry_change(chat: Chat) -> None:
    before = chat.app.reloader.shelf.take().files["faq.yaml"].decode().splitlines()
    staff(chat, "/faq 改 hesuan-time 8点开始")
    staff(chat, "确认")
    after = chat.app.reloader.shelf.take().files["faq.yaml"].decode().splitlines()
    assert [line for line in after if line not in before] == ["  answer: 8点开始"]
    assert len(after) == len(before)


def test_a_new_entry_has_an_id_for_every_later_step(chat: Chat) -> None:
    assert "新加「哪里理发」（faq-1116-1）" in staff(chat, "/faq 加 哪里理发 | 南门外")
    assert "主题：生活物资" in staff(chat, "/faq 改 faq-1116-1 主题 生活物资")
    staff(chat, "确认")
    entry = chat.app.live.faq["faq-1116-1"]
    assert (entry.answer, entry.topic) == ("南门外", "生活物资")
    assert "（faq-1116-2）" in staff(chat, "/faq 加 哪里修鞋 | 北门")


def test_a_question_that_is_there_is_not_added_twice(chat: Chat) -> None:
    assert "已经有了，在“核酸几点开始”（hesuan-time）" in staff(chat, "/faq 加 核酸几点开始？ | 8点")
    assert chat.app.ledger.execute("SELECT count(*) FROM edits").fetchone() == (0,)


def test_phrasings_come_and_go(chat: Chat) -> None:
    preview = staff(chat, "/faq 改 3 问法 加 奶奶下不来咋测、瘫痪的怎么测")
    assert "问法加上：奶奶下不来咋测、瘫痪的怎么测" in preview
    preview = staff(chat, "/faq 改 3 问法 删 2")
    assert "问法去掉：行动不便的老人核酸怎么办" in preview and "问法加上" in preview
    staff(chat, "确认")
    questions = chat.app.live.faq["hesuan-elder"].questions
    assert "瘫痪的怎么测" in questions and "行动不便的老人核酸怎么办" not in questions


def test_what_is_taken_from_another_entry_is_told(chat: Chat) -> None:
    preview = staff(chat, "/faq 改 hesuan-place 问法 加 核酸几点开始做呢")
    assert "请留意" in preview and "“核酸几点开始做呢”" in preview and "hesuan-time" in preview


def test_how_long_an_answer_holds(chat: Chat) -> None:
    for days, shown in (
        ("到11月30日", "到11月30日"),
        ("11月30日", "到11月30日"),
        ("到周五", "到11月18日"),
        ("从11月20日到11月30日", "11月20日到11月30日"),
        ("从 11-20 起", "11月20日起"),
        ("只在今天", "只在 11月16日"),
    ):
        assert f"有效期：{shown}（原来：长期有效）" in staff(chat, f"/faq 有效期 hesuan-time {days}")
        staff(chat, "取消")
    staff(chat, "/faq 有效期 hesuan-time 从11月20日到11月30日")
    staff(chat, "确认")
    entry, zone = chat.app.live.faq["hesuan-time"], MORNING.tzinfo
    assert entry.valid_from == datetime(2022, 11, 20, tzinfo=zone)
    assert entry.valid_until == datetime(2022, 12, 1, tzinfo=zone)
    assert "（原来：11月20日到11月30日）" in staff(chat, "/faq 有效期 hesuan-time 长期")
    staff(chat, "确认")
    assert chat.app.live.faq["hesuan-time"].valid_until is None


def test_what_cannot_be_done_says_what_to_do(chat: Chat) -> None:
    for typed, reply in (
        ("/faq 有效期 1 到11月10日", "已经过去了"),
        ("/faq 有效期 1 随便", "没看懂“随便”"),
        ("/faq 有效期 1", "现在：长期有效"),
        ("/faq 改 hesuan-time 打13812345678", "换成公开的，比如值班 0371-55501234"),
        ("/faq 改 hesuan-time 到3号楼2单元501室", "换个说法再发"),
        ("/faq 改 hesuan-time {name}您好", "data/faq.yaml:"),
        ("/faq 改 hesuan 新的", "“hesuan”说的是哪一条"),
        ("/faq 改 nothing 新的", "没找到“nothing”"),
        ("/faq 改 3", "要改的话写在后面"),
        (
            "/faq 改 unseal 解封要由指挥部根据检测情况宣布，社区现在没有确切的日子，不敢随口许诺。一有正式通知，第一时间发到各楼栋群。",
            "现在就是这样",
        ),
        ("/faq 启用 1", "没有停用"),
        ("/faq 改 3 问法 删 老人", "删哪一句"),
        ("/faq 加 理发店", "要有问法和答案"),
    ):
        assert reply in staff(chat, typed), typed
        assert staff(chat, "确认") == "", typed
    assert chat.app.live.version <= 1  # fmt: skip


def test_put_aside_and_given_again(chat: Chat) -> None:
    assert "不再答" in staff(chat, "/faq 停用 unseal")
    staff(chat, "确认")
    assert not any("指挥部" in line for line in chat.say("王女士", "什么时候解封"))
    assert "停用" in staff(chat, "/faq 列表 停用")
    staff(chat, "/faq unseal 启用")
    staff(chat, "确认")
    assert any("指挥部" in line for line in chat.say("王女士", "什么时候解封"))
    files = chat.app.reloader.shelf.take().files
    assert b"enabled" not in files["faq.yaml"]


def test_a_question_that_begins_like_a_sub_command_is_looked_at(chat: Chat) -> None:
    assert "（主题：物业）" in staff(chat, "/faq 停水了找谁")


def test_taking_it_back_changes_nothing(chat: Chat) -> None:
    staff(chat, "/faq 改 hesuan-time 8点")
    assert "没有改" in staff(chat, "取消")
    assert staff(chat, "确认") == ""
    assert chat.app.live.version <= 1


def test_a_yes_in_other_words_is_asked_for_again(chat: Chat) -> None:
    staff(chat, "/faq 改 hesuan-time 8点")
    assert "请回「确认」" in staff(chat, "好的")
    assert "还没改" in staff(chat, "改一下，8点半")


def test_a_newer_edit_replaces_the_one_that_waits(chat: Chat) -> None:
    staff(chat, "/faq 改 hesuan-time 8点")
    staff(chat, "/faq 改 hesuan-place 南门")
    staff(chat, "确认")
    assert answer(chat, "hesuan-place") == "南门" and answer(chat, "hesuan-time").startswith("每轮")
    assert staff(chat, "确认") == ""


def test_an_edit_that_cannot_be_made_leaves_the_one_that_waits(chat: Chat) -> None:
    staff(chat, "/faq 改 hesuan-time 8点")
    assert "换成公开的" in staff(chat, "/faq 改 hesuan-place 打13812345678")
    assert "已上线" in staff(chat, "确认")
    assert answer(chat, "hesuan-time") == "8点"


def test_each_room_has_its_own(chat: Chat) -> None:
    staff(chat, "/faq 改 hesuan-time 8点")
    assert "预览" in alone(chat, "/faq 改 hesuan-place 南门")
    staff(chat, "确认")
    assert answer(chat, "hesuan-time") == "8点" and answer(chat, "hesuan-place") != "南门"
    assert "已上线" in alone(chat, "确认")


def test_nobody_else_confirms(chat: Chat) -> None:
    preview = staff(chat, "/faq 改 hesuan-time 8点")
    assert staff(chat, "确认", WORKER) == ""
    quoted = QUOTE.format(preview.partition("@刘书记 ")[2], "确认")
    assert "要本人回「确认」" in staff(chat, quoted, WORKER)
    assert "已上线" in staff(chat, quoted)


def test_an_edit_that_somebody_overtook_is_shown_again(
    open_chat: Callable[..., Chat], settings: Settings
) -> None:
    chat = open_chat(community=replace(settings, people=(*settings.people, SECOND)))
    staff(chat, "/faq 改 hesuan-time 8点")
    staff(chat, "/faq 改 hesuan-time 9点", "陈书记")
    assert "已上线" in staff(chat, "确认", "陈书记")
    again = staff(chat, "确认")
    assert "刚才有人改过" in again and "\n9点\n" in again and "\n8点\n" in again
    assert answer(chat, "hesuan-time") == "9点"
    assert "已上线" in staff(chat, "确认")
    assert answer(chat, "hesuan-time") == "8点"


def test_two_who_add_phrasings_lose_none(open_chat: Callable[..., Chat], settings: Settings) -> None:
    chat = open_chat(community=replace(settings, people=(*settings.people, SECOND)))
    staff(chat, "/faq 改 mask 问法 加 口罩哪天发")
    staff(chat, "/faq 改 mask 问法 加 口罩一户几个", "陈书记")
    staff(chat, "确认", "陈书记")
    staff(chat, "确认")
    staff(chat, "确认")
    assert {"口罩哪天发", "口罩一户几个"} <= set(chat.app.live.faq["mask"].questions)


def test_a_preview_lapses(chat: Chat) -> None:
    staff(chat, "/faq 改 hesuan-time 8点")
    chat.clock.advance(minutes=31)
    chat.app.tick(chat.clock.now())
    assert "已经不在等了" in staff(chat, "确认")
    assert answer(chat, "hesuan-time").startswith("每轮")
    assert chat.app.ledger.execute("SELECT state FROM edits").fetchall() == [("dropped",)]


def test_the_entry_whose_answer_is_quoted(chat: Chat) -> None:
    said = alone(chat, "核酸在哪做").removeprefix("私聊: ")
    assert "改「在哪里做核酸」" in alone(chat, QUOTE.format(said, "/faq 改 在中心花园，晚上改到南门。"))
    alone(chat, "确认")
    assert answer(chat, "hesuan-place") == "在中心花园，晚上改到南门。"
    assert "2 hesuan-place" in staff(chat, QUOTE.format(answer(chat, "hesuan-place"), "/faq 看"))


def test_who_may_look_and_who_may_edit(chat: Chat) -> None:
    assert "hesuan-time" in staff(chat, "/faq 看 1", WORKER)
    assert "要管全社区的书记" in staff(chat, "/faq 改 1 8点", WORKER)
    assert chat.say("志愿者小冀", "/faq 看 1", VOLUNTEER_ROOM) == []
    assert chat.say("王女士", "/faq 看 1", UNIT_ROOM) == []
    assert chat.say(SECRETARY, "/faq 改 1 8点", UNIT_ROOM) == []


def test_the_list_is_short_and_says_what_is_wrong(chat: Chat) -> None:
    page = staff(chat, "/faq 列表").splitlines()
    assert len(page) == 13 and page[1] == "1 核酸几点开始（hesuan-time）"
    assert "第 2/" in staff(chat, "/faq 列表 第2页")
    assert "没有“天上”的问答" in staff(chat, "/faq 列表 天上")
    staff(chat, "/faq 有效期 mask 到明天")
    staff(chat, "确认")
    assert "（mask）明天过期" in staff(chat, "/faq 列表 过期")
    chat.say("王女士", "口罩怎么预约")
    assert "（mask）明天过期，今天1次，7天1次" in staff(chat, "/faq 列表 口罩")


def test_one_entry_as_people_read_it(chat: Chat) -> None:
    staff(chat, "/faq 改 contact-card 来源 书记定的")
    waiting = staff(chat, "/faq 看 contact-card", WORKER)
    assert "有个改动在等刘书记确认" in waiting and "在文件里写的" in waiting
    staff(chat, "确认")
    shown = staff(chat, "/faq 看 contact-card")
    assert "网格员小安 0371-55501241" in shown and "{card}" not in shown
    assert "来源：书记定的" in shown and "最后改：刘书记 11月16日 08:00" in shown


def test_what_people_call_useless_rises() -> None:
    entries = [Faq(name, name, "") for name in "abcd"]
    tallies = {"b": Tally(9, 0, 1), "c": Tally(9, 1, 4), "d": Tally(9, 5, 4)}
    assert [one.id for one in ranked(entries, tallies)] == ["c", "b", "a", "d"]


def test_every_step_is_in_the_audit(chat: Chat) -> None:
    staff(chat, "/faq 停用 unseal")
    staff(chat, "确认")
    staff(chat, "/faq 启用 unseal")
    staff(chat, "取消")
    since = datetime(2022, 11, 16, tzinfo=MORNING.tzinfo)
    rows = [entry.what for entry in Audit(chat.app.ledger).entries(since, 10) if entry.action == "faq"]
    assert rows == ["问答改动2 取消：enable unseal", "问答改动1 确认：disable unseal"]
