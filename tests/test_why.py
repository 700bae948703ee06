"""Whoever works here can ask the bot why it said something; residents only talk."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from bot.__main__ import cli
from handlers.table import RINGS
from handlers.why import _RINGS
from tests.conftest import COMPOUND_ROOM, ROOT, STAFF_ROOM, UNIT_ROOM, VOLUNTEER_ROOM, Chat

PLEA = "17号楼3单元501，我妈降压药没了，能帮买两盒吗"
RULE = "- - - - - - - - - - - - - - -"


def quoting(words: str, said: str) -> str:
    return f"「小巷：{words}」\n{RULE}\n{said}"


def asked(chat: Chat, text: str, sender: str = "刘书记", room: str = STAFF_ROOM, **extra: object) -> str:
    chat.clock.advance(seconds=11)
    return "\n".join(chat.say(sender, text, room, **extra))


def befriended(chat: Chat, name: str = "刘书记") -> None:
    chat.say(name, "/状态", "", room_id="")


def test_an_answer_tells_entry_score_words_and_cooldown_in_private(chat: Chat) -> None:
    befriended(chat)
    chat.say("王女士", "请问核酸啥时候开始做呀", COMPOUND_ROOM)
    chat.clock.advance(minutes=30)
    (answer,) = chat.say("陈阿姨", "明天核酸几点呀", COMPOUND_ROOM)
    said = asked(chat, quoting(answer.split(": ", 1)[1][:24], "/为什么"), room=COMPOUND_ROOM)
    assert said.startswith("私聊: 您在春晓苑居民群问的：")
    for words in (
        "照问答回的：hesuan-time（核酸几点开始）",
        "把握",
        "对上的字：",
        "问答里最像 hesuan-time",
        "10 分钟内不在同一个群重说；上一次在这里说是 11月16日 08:00",
    ):
        assert words in said
    assert len(said.splitlines()) <= 8


def test_a_ticket_and_its_alert_tell_the_rule_and_the_words(chat: Chat) -> None:
    alert, acknowledged = chat.say("王女士", PLEA)
    for quote, room in ((alert, STAFF_ROOM), (acknowledged, UNIT_ROOM)):
        words = quote.split(": ", 1)[1]
        befriended(chat)
        said = asked(chat, quoting(words.splitlines()[0][:20], "/为什么"), room=room)
        assert "工单 A001（买药送药）" in said and "买药送药（help.medicine），把握 0." in said
        assert "规则：" in said and "没了" in said


def test_without_a_quote_it_is_the_last_thing_said_there_and_not_the_reason_itself(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    first = asked(chat, "/为什么")
    assert "叫值班的人看的：工单 A001" in first
    assert asked(chat, "/为什么").split("\n", 1)[1] == first.split("\n", 1)[1]


def test_bare_words_count_only_to_a_quote_of_the_bot_among_those_at_work(chat: Chat) -> None:
    alert, _ = chat.say("王女士", PLEA)
    words = alert.split(": ", 1)[1].splitlines()[0]
    assert "工单 A001" in asked(chat, quoting(words, "为什么"))
    assert asked(chat, "为什么") == ""
    assert asked(chat, f"「网格员小安：今天不去了」\n{RULE}\n为什么") == ""


def test_a_command_tells_which(chat: Chat) -> None:
    chat.say("刘书记", "/工单", STAFF_ROOM)
    assert "有人打了 /工单，照着回的" in asked(chat, "/为什么")


def test_what_the_clock_said_tells_that_it_was_the_clock(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.clock.advance(minutes=45)
    chat.app.tick(chat.clock.now())
    assert chat.hear()
    assert "工单到点没人接" in asked(chat, "/为什么")


def test_a_notice_tells_who_wrote_it(chat: Chat) -> None:
    chat.say("刘书记", "/通知 17号楼3单元 今天下午三点消杀，请关好门窗", STAFF_ROOM)
    chat.say("刘书记", "确认", STAFF_ROOM)
    chat.clock.advance(minutes=2)
    chat.app.tick(chat.clock.now())
    chat.hear()
    befriended(chat)
    said = asked(chat, "/为什么", room=UNIT_ROOM)
    assert "通知1：刘书记写的（11月16日 08:00）" in said and "1 个群" in said


def test_a_call_tells_the_round_and_the_stop(chat: Chat) -> None:
    chat.say("刘书记", "/核酸 开始 17号楼 第3轮 中心花园 现在到9:30", STAFF_ROOM)
    chat.say("刘书记", "确认", STAFF_ROOM)
    chat.clock.advance(minutes=3)
    chat.app.tick(chat.clock.now())
    chat.hear()
    called = chat.app.ledger.execute(
        "SELECT room, text FROM outbox WHERE kind = 'call' AND state = 'sent' AND topic LIKE 'round:%:%' ORDER BY id"
    ).fetchone()
    befriended(chat)
    said = asked(chat, quoting(called[1][:14], "/为什么"), room=called[0])
    assert "第3轮叫号：17号楼" in said and "叫过 1 次" in said


def test_residents_who_ask_are_just_talking(chat: Chat) -> None:
    (answer,) = chat.say("王女士", "明天核酸几点呀", COMPOUND_ROOM)
    words = answer.split(": ", 1)[1]
    for text in (quoting(words, "为什么"), quoting(words, "/为什么"), "/为什么", "为什么"):
        assert asked(chat, text, "老李", COMPOUND_ROOM) == ""


def test_nothing_appears_in_a_residents_group_even_for_who_cannot_be_told_in_private(chat: Chat) -> None:
    chat.say("王女士", "明天核酸几点呀", COMPOUND_ROOM)
    said = asked(chat, "/为什么", room=COMPOUND_ROOM)
    assert said.startswith(f"{STAFF_ROOM}: 刘书记在{COMPOUND_ROOM}问的：") and "hesuan-time" in said


def test_what_is_not_found_is_said(chat: Chat) -> None:
    assert "没找到" in asked(chat, quoting("这句话小巷没有说过的", "/为什么"))


def test_a_message_from_before_reasons_were_kept_says_so(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.app.ledger.execute("UPDATE outbox SET why = ''")
    assert "没有记下理由" in asked(chat, "/为什么")


def test_a_volunteer_may_ask_in_the_volunteers_group(chat: Chat) -> None:
    chat.say("刘书记", "/状态", VOLUNTEER_ROOM)
    assert "有人打了 /状态" in asked(chat, "/为什么", "志愿者甲", VOLUNTEER_ROOM)


def test_what_is_kept_is_no_message_and_goes_with_the_words(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    rows = chat.app.ledger.execute("SELECT why FROM outbox WHERE why <> ''").fetchall()
    assert rows and all("501" not in why and "我妈" not in why for (why,) in rows)
    assert {"intent", "rule", "words", "score"} <= json.loads(rows[0][0]).keys()
    chat.say("王女士", "/删除我的信息", "", room_id="")
    chat.say("王女士", "确认删除", "", room_id="")
    kept = chat.app.ledger.execute("SELECT why FROM outbox WHERE text = '' AND why <> ''").fetchall()
    assert kept == []


def test_old_reasons_are_forgotten_with_the_words(chat: Chat) -> None:
    from bot.groups import Tree
    from bot.ledger.nameless import Nameless
    from bot.ledger.retention import Retention

    chat.say("王女士", "明天核酸几点呀", COMPOUND_ROOM)
    tree = Tree(chat.app.settings.groups)
    with chat.app.ledger.transaction():
        Retention(Nameless(chat.app.ledger, tree.building_of, [])).sweep(chat.clock.now() + timedelta(days=1))
    assert chat.app.ledger.execute("SELECT count(*) FROM outbox WHERE why <> ''").fetchone() == (0,)


@pytest.mark.parametrize("words", ["问答：最像 parcel", "其次 ", "差 0.", "冷却：同一个群 10 分钟内不重说"])
def test_classify_explains_the_margin_and_the_cooldown(words: str) -> None:
    config = str(ROOT / "bot.yaml")
    result = CliRunner().invoke(cli, ["classify", "--explain", "外卖小哥能进小区不", "--config", config])
    assert result.exit_code == 0 and words in result.stdout


def test_every_ring_that_speaks_has_a_name_people_read() -> None:
    assert [ring.name for ring in RINGS if ring.name not in _RINGS] == []


def test_manners_are_told_in_peoples_words(chat: Chat) -> None:
    befriended(chat)
    for name in ("甲", "乙", "丙", "丁", "戊"):
        chat.clock.advance(seconds=15)
        chat.say(name, "菜鸟驿站几点开门")
    assert "好些人问同一件小巷答不上来的事" in asked(chat, "/为什么", room=UNIT_ROOM)
    chat.say("王女士", "核酸几点开始")
    chat.clock.advance(seconds=15)
    chat.say("王女士", "没用")
    assert "他说上一句答案没用" in asked(chat, "/为什么", room=UNIT_ROOM)


@pytest.mark.parametrize("where", ["", STAFF_ROOM])
def test_what_the_bot_said_in_another_room_is_not_found_here_and_that_is_said(chat: Chat, where: str) -> None:
    (answer,) = chat.say("王女士", "明天核酸几点呀", COMPOUND_ROOM)
    quote = quoting(answer.split(": ", 1)[1][:24], "为什么")
    assert "在这里没找到" in asked(chat, quote, room=where) and "\n" not in asked(chat, quote, room=where)
