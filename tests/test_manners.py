"""Manners in a group: nobody reads the same answer twice in a while, and nobody who asked is forgotten."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.learnt import engine_of
from bot.ledger.asked import AskedRows
from bot.live import Content
from bot.model.channel import Unsendable
from bot.model.faq import ChangedEntry, Swap
from bot.model.settings import FaqSettings, Settings
from handlers.faq.live import went_live
from handlers.faq.surge import repeatable, same_question
from intents.spec import FaqEntry
from tests.conftest import COMPOUND_ROOM, STAFF_ROOM, UNIT_ROOM, Chat
from tests.posting import pass_time

OTHER_ROOM = "和谐小区居民群"
THIRD_ROOM = "春晓苑1号楼群"
TESTING = "核酸几点开始"
ANSWER = "每轮核酸的时间以楼栋群里当天的通知为准"
SHOP = "超市几点关门"


def swap(chat: Chat, *entries: FaqEntry) -> None:
    """These entries go live, new or in place of those of the same id."""
    live, at = chat.app.live, chat.clock.now()
    before, new = live.faq, {entry.id: entry for entry in entries}
    kept = [new.pop(entry.id, entry) for entry in live.content.data.faq]
    data = replace(live.content.data, faq=(*kept, *new.values()))
    live.content = Content(data, engine_of(data), live.content.zone, live.version + 1)
    changed = tuple(ChangedEntry(one.id, before.get(one.id), live.faq[one.id]) for one in entries)
    services, delivery = chat.app.timekeeper._services, chat.app.timekeeper._delivery
    with chat.app.ledger.transaction():
        for reply in went_live(Swap(live.version, at, "", "", ("faq.yaml",), changed), services):
            delivery.ring(reply, at)


def entry_of(chat: Chat, id_: str) -> FaqEntry:
    return next(entry for entry in chat.app.live.content.data.faq if entry.id == id_)


def shop(answer: str = "每天8点到21点。", **fields: object) -> FaqEntry:
    questions = fields.pop("questions", (SHOP, "超市晚上几点关门"))
    return FaqEntry(id="shop", topic="超市", questions=questions, answer=answer, **fields)  # type: ignore[arg-type]


def became(chat: Chat) -> dict[str, tuple[str, bool]]:
    """Who asked -> what became of it last, and whether they were served."""
    rows = chat.app.ledger.execute("SELECT person, how, served_at IS NOT NULL FROM asked ORDER BY id")
    return {person: (how, bool(served)) for person, how, served in rows}


def answers(lines: list[str]) -> list[str]:
    """Those of the lines that residents' groups read."""
    return [line for line in lines if not line.startswith(STAFF_ROOM)]


# the cool-down


def test_the_same_answer_is_given_once_and_then_pointed_at_once_together(chat: Chat) -> None:
    (first,) = chat.say("王女士", TESTING)
    assert first.startswith(f"{UNIT_ROOM}: @王女士 {ANSWER}")
    assert chat.say("李叔", "核酸几点") == chat.say("张姐", "请问核酸啥时候开始") == []
    assert pass_time(chat, seconds=30) == [
        f"{UNIT_ROOM}: @李叔 @张姐 上面 08:00 答过：核酸几点开始（往上翻一点就看到）"
    ]
    assert chat.say("赵哥", TESTING) == [] and pass_time(chat, seconds=60) == []
    assert became(chat) == {
        "王女士": ("answered", True),
        "李叔": ("pointed", True),
        "张姐": ("pointed", True),
        "赵哥": ("covered", True),
    }


def test_after_the_cool_down_it_is_said_again(chat: Chat) -> None:
    chat.say("王女士", TESTING)
    pass_time(chat, minutes=9)
    assert chat.say("李叔", TESTING) == []
    pass_time(chat, minutes=2)
    (again,) = chat.say("赵哥", TESTING)
    assert again.startswith(f"{UNIT_ROOM}: @赵哥 {ANSWER}")


def test_an_entry_has_a_cool_down_of_its_own(chat: Chat) -> None:
    swap(chat, replace(entry_of(chat, "hesuan-time"), cooldown_minutes=0))
    chat.say("王女士", TESTING)
    assert len(chat.say("李叔", TESTING)) == 1
    swap(chat, replace(entry_of(chat, "hesuan-time"), cooldown_minutes=60))
    pass_time(chat, minutes=50)
    assert chat.say("张姐", TESTING) == []


def test_another_group_and_a_private_chat_are_answered_themselves(chat: Chat) -> None:
    chat.say("王女士", TESTING)
    assert ANSWER in chat.say("李叔", TESTING, COMPOUND_ROOM)[0]
    assert ANSWER in chat.say("王女士", TESTING, "")[0]
    pass_time(chat, seconds=20)
    assert ANSWER in chat.say("王女士", "请问核酸几点开始", "")[0]


def test_whoever_speaks_to_the_bot_is_shown_it_even_when_the_group_was(chat: Chat) -> None:
    chat.say("王女士", TESTING)
    chat.say("李叔", TESTING)
    pass_time(chat, seconds=30)
    assert chat.say("赵哥", f"小巷，{TESTING}") == chat.say("钱姐", f"@小巷 {TESTING}") == []
    (pointer,) = pass_time(chat, seconds=30)
    assert pointer.startswith(f"{UNIT_ROOM}: @赵哥 @钱姐 上面 08:00 答过")


def test_a_changed_answer_is_said_at_once(chat: Chat) -> None:
    chat.say("王女士", TESTING)
    swap(chat, replace(entry_of(chat, "hesuan-time"), answer="今天下午2点到5点。"))
    assert answers(chat.say("李叔", TESTING)) == [f"{UNIT_ROOM}: @李叔 今天下午2点到5点。"]


def test_those_who_wait_for_the_pointer_read_the_answer_that_changed_meanwhile(chat: Chat) -> None:
    chat.say("王女士", TESTING)
    chat.say("李叔", TESTING)
    swap(chat, replace(entry_of(chat, "hesuan-time"), answer="今天下午2点到5点。"))
    assert answers(pass_time(chat, seconds=30)) == [f"{UNIT_ROOM}: @李叔 今天下午2点到5点。"]


def test_an_answer_that_did_not_leave_is_given_again(chat: Chat) -> None:
    chat.channel.failures.append(Unsendable("发不了"))
    assert answers(chat.say("王女士", TESTING)) == []
    assert ANSWER in answers(chat.say("李叔", TESTING))[0]


def test_as_long_as_the_answer_waits_to_leave_so_does_the_pointer(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(paced=True)
    chat.say("占", TESTING, OTHER_ROOM)
    at = chat.clock.now()
    chat.app.receive([chat.message("王女士", TESTING)])
    chat.app.receive([chat.message("李叔", "核酸几点")])
    assert chat.app.timekeeper.next() is None or chat.app.timekeeper.next() > at
    first, second = pass_time(chat, minutes=2)
    assert ANSWER in first and "李叔 上面 08:00 答过" in second


def test_many_are_named_up_to_a_line(chat: Chat) -> None:
    chat.say("王女士", TESTING)
    for n in range(23):
        chat.say(f"邻居{n:02}", TESTING)
        chat.clock.advance(milliseconds=-900)
    (pointer,) = pass_time(chat, seconds=30)
    assert pointer.count("@") == 15 and "等 23 位，上面 08:00 答过" in pointer
    assert all(served for _, served in became(chat).values())


def test_those_who_wait_are_shown_it_after_a_restart(tmp_path: Path, open_chat: Callable[..., Chat]) -> None:
    ledger = tmp_path / "ledger.db"
    chat = open_chat(ledger)
    chat.say("王女士", TESTING)
    chat.say("李叔", TESTING)
    chat.app.ledger.close()
    again = open_chat(ledger, at=chat.clock.now() + timedelta(seconds=40))
    assert pass_time(again, seconds=5) == [
        f"{UNIT_ROOM}: @李叔 上面 08:00 答过：核酸几点开始（往上翻一点就看到）"
    ]


# choices


def test_a_choice_within_the_cool_down_is_pointed_at(chat: Chat) -> None:
    (offer,) = chat.say("王女士", "团购的菜放到哪个门口了")
    assert "是就回 1" in offer
    (answer,) = chat.say("王女士", "1")
    pass_time(chat, minutes=9)
    chat.say("李叔", "小巷，团购的菜放到哪个门口了")
    assert chat.say("李叔", "1") == []
    (pointer,) = pass_time(chat, seconds=30)
    assert pointer.startswith(f"{UNIT_ROOM}: @李叔 上面 08:00 答过") and answer.startswith(
        f"{UNIT_ROOM}: @王女士 "
    )


def test_the_same_choice_is_offered_aloud_once_in_a_while(chat: Chat) -> None:
    question = "团购的菜放到哪个门口了"
    (offer,) = chat.say("王女士", question)
    assert "是就回 1" in offer
    assert chat.say("李叔", "请问团购的菜放到哪个门口了") == []
    (answer,) = chat.say("李叔", "1")
    assert answer.startswith(f"{UNIT_ROOM}: @李叔 ") and became(chat)["李叔"] == ("answered", True)


# limits


def test_one_person_is_answered_so_often_and_then_listed(
    open_chat: Callable[..., Chat], settings: Settings
) -> None:
    chat = open_chat(community=replace(settings, faq=FaqSettings(per_person=2)))
    for question in (TESTING, "在哪里做核酸"):
        assert len(chat.say("王女士", question)) == 1
    assert chat.say("王女士", "出入证怎么办理") == []
    (line,) = chat.say("王女士", "小巷，快递怎么取")
    assert line.startswith(f"{UNIT_ROOM}: @王女士 您问的都记下了")
    assert len(chat.say("李叔", "出入证怎么办理")) == 1, "others are answered"
    chat.clock.advance(minutes=25)
    assert "出入证怎么办理" in chat.say("刘书记", "/未回", STAFF_ROOM)[0]


def test_a_group_is_answered_so_often_but_whoever_speaks_to_the_bot_always(
    open_chat: Callable[..., Chat], settings: Settings
) -> None:
    chat = open_chat(community=replace(settings, faq=FaqSettings(per_room=2)))
    chat.say("王女士", TESTING)
    chat.say("李叔", "在哪里做核酸")
    assert chat.say("赵哥", "出入证怎么办理") == [] and became(chat)["赵哥"] == ("limited", False)
    assert len(chat.say("钱姐", "小巷，出入证怎么办理")) == 1
    assert len(chat.say("孙哥", "家里降压药没有了，麻烦帮忙买两盒")) == 2, "a plea is always heard"


# what no longer holds


def test_an_expired_answer_is_never_given(chat: Chat) -> None:
    day = chat.clock.now().date()
    swap(chat, replace(entry_of(chat, "hesuan-time"), valid_until=day - timedelta(days=1)))
    alert, line = chat.say("王女士", TESTING)
    assert line == f"{UNIT_ROOM}: @王女士 这条政策已过期，已请社区更新，更新了在这里回您。"
    assert alert.startswith(f"{STAFF_ROOM}: 【过期】") and "/faq 答 hesuan-time" in alert
    assert chat.say("李叔", TESTING) == [], "the group knows"
    assert chat.say("赵哥", f"小巷，{TESTING}") == [f"{UNIT_ROOM}: @赵哥 记下了，有了准话在这里回您。"]
    assert ANSWER not in chat.say("王女士", TESTING, "")[0]
    assert all(how == ("expired", False) for how in became(chat).values())
    swap(chat, replace(entry_of(chat, "hesuan-time"), valid_until=None, answer="今天下午2点到5点。"))
    told, alone = chat.hear()
    assert told == f"{UNIT_ROOM}: @王女士 @李叔 @赵哥 刚才问的“核酸几点开始”，有准话了：\n今天下午2点到5点。"
    assert alone == "私聊: 刚才问的“核酸几点开始”，有准话了：\n今天下午2点到5点。"
    assert all(served for _, served in became(chat).values())
    assert chat.say("周姐", TESTING) == [], "they have just read it"


def test_the_administrators_are_told_once_a_day_and_before_it_expires(chat: Chat) -> None:
    day = chat.clock.now().date()
    swap(chat, replace(entry_of(chat, "hesuan-time"), valid_until=day + timedelta(days=1)))
    chat.clock.at = chat.clock.at.replace(hour=9)
    said = [line for line in pass_time(chat, days=2) if "【快到期】" in line]
    assert len(said) == 1 and "核酸几点开始（hesuan-time）11月17日到期" in said[0], "told once"
    assert len([line for line in chat.say("王女士", TESTING) if "【过期】" in line]) == 1
    chat.clock.advance(minutes=11)
    assert not [line for line in chat.say("李叔", TESTING) if "【过期】" in line]


def test_what_does_not_hold_yet_is_as_if_it_were_not_there(chat: Chat) -> None:
    day = chat.clock.now().date()
    swap(chat, shop(valid_from=day + timedelta(days=1)))
    assert chat.say("王女士", SHOP) == []
    chat.clock.advance(hours=15)
    assert "有答案了" in "".join(pass_time(chat, hours=2)), "met with silence, so somebody has to say so"


def test_the_one_that_holds_now_answers_in_place_of_one_that_does_not(chat: Chat) -> None:
    day = chat.clock.now().date()
    old = shop("到20点。", valid_until=day - timedelta(days=1))
    swap(chat, old, replace(shop("到21点。"), id="shop-new"))
    assert chat.say("王女士", SHOP) == [f"{UNIT_ROOM}: @王女士 到21点。"]


# a surge


def many(chat: Chat, count: int, *rooms: str, name: str = "邻居") -> list[str]:
    wordings = (SHOP, "请问超市几点关门呀", "超市晚上几点关门")
    return [
        line for n in range(count) for line in chat.say(f"{name}{n}", wordings[n % 3], rooms[n % len(rooms)])
    ]


def test_many_who_ask_what_nobody_knows_read_one_holding_line_and_then_the_answer(chat: Chat) -> None:
    alert, *held = many(chat, 5, COMPOUND_ROOM, OTHER_ROOM)
    line = "好几位邻居在问“超市几点关门”，已请社区核实，有了准话就在这里回大家。"
    assert held == [f"{COMPOUND_ROOM}: {line}", f"{OTHER_ROOM}: {line}"]
    assert alert.startswith(f"{STAFF_ROOM}: 【问得多】5 人") and "/faq 答 1" in alert
    assert many(chat, 4, COMPOUND_ROOM, name="后来") == []
    assert chat.say("叫的人", f"小巷，{SHOP}", OTHER_ROOM) == [
        STAFF_ROOM + ": " + alert.replace("5 人", "10 人").split(": ", 1)[1],
        f"{OTHER_ROOM}: @叫的人 记下了，有了准话在这里回您。",
    ]
    assert many(chat, 1, THIRD_ROOM, name="别处") == [f"{THIRD_ROOM}: {line}"]
    swap(chat, shop())
    told = chat.hear()
    assert [one.split(": ")[0] for one in told] == [COMPOUND_ROOM, OTHER_ROOM, THIRD_ROOM]
    assert all("有准话了：\n每天8点到21点。" in one for one in told) and told[0].count("@") == 7
    assert all(served for _, served in became(chat).values())
    assert pass_time(chat, minutes=25) == []
    assert chat.say("刘书记", "/未回", STAFF_ROOM) == [f"{STAFF_ROOM}: @刘书记 居民群里的问话都有人回了。"]


def test_more_than_one_message_bears_are_named_in_several(chat: Chat) -> None:
    many(chat, 20, COMPOUND_ROOM)
    swap(chat, shop())
    first, second = chat.hear()
    assert first.count("@") == 15 and second.count("@") == 5
    assert second.endswith("您问的“超市几点关门”，答复在上面。")


def test_those_who_were_met_with_silence_are_answered_when_somebody_says_so(chat: Chat) -> None:
    for n, room in enumerate((COMPOUND_ROOM, COMPOUND_ROOM, OTHER_ROOM)):
        assert chat.say(f"邻居{n}", SHOP, room) == []
        pass_time(chat, minutes=15)
    swap(chat, shop())
    offer = [line for line in pass_time(chat, seconds=10) if "有答案了" in line]
    assert len(offer) == 1 and "3 人在 2 个群" in offer[0]
    assert chat.say("志愿者小冀", "答复", STAFF_ROOM) == [], "not theirs to say"
    done, *told = chat.say("刘书记", "答复", STAFF_ROOM)
    assert "回给 3 人，在 2 个群里" in done
    assert [line.split(" 刚才")[0] for line in told] == [
        f"{COMPOUND_ROOM}: @邻居0 @邻居1",
        f"{OTHER_ROOM}: @邻居2",
    ]
    chat.clock.advance(minutes=1)
    assert chat.say("刘书记", "答复", STAFF_ROOM)[0].endswith("现在没有等着答复的。")


def test_a_workers_answer_in_one_group_is_offered_to_the_others(chat: Chat) -> None:
    many(chat, 6, COMPOUND_ROOM, OTHER_ROOM)
    assert chat.say("网格员小安", "超市晚上9点关门，大家别急", COMPOUND_ROOM) == []
    (offer,) = pass_time(chat, seconds=10)
    assert "网格员小安在群里回了：超市晚上9点关门" in offer and "1 个群还有 3 人" in offer
    _, told = chat.say("刘书记", "转告", STAFF_ROOM)
    assert told.startswith(f"{OTHER_ROOM}: @邻居1 @邻居3 @邻居5 网格员小安答复：超市晚上9点关门")
    assert all(served for _, served in became(chat).values())


def test_different_questions_make_no_surge(chat: Chat) -> None:
    for n, text in enumerate((SHOP, "理发店开门了吗", "超市有没有鸡蛋", "药店几点关门", "菜鸟驿站今天开吗")):
        assert chat.say(f"邻居{n}", text, COMPOUND_ROOM) == []


def test_one_person_makes_no_surge(chat: Chat) -> None:
    for n in range(8):
        assert not answers(chat.say("急性子", SHOP + "啊" * n, COMPOUND_ROOM))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (SHOP, "请问超市几点关门呀", True),
        (SHOP, "药店几点关门", False),
        (SHOP, "超市晚上几点关", True),
        ("药店开门了吗", "理发店开门了吗", False),
        ("几号楼有阳性", "几号楼停电", False),
        (SHOP, "超市有没有鸡蛋", False),
        ("理发店开门了吗", "请问理发店开门没有", True),
        ("几号楼有阳性", "到底几号楼有阳性啊", True),
    ],
)
def test_one_thing_in_other_words(one: str, other: str, same: bool) -> None:
    assert same_question(one, other) is same


@pytest.mark.parametrize(
    "text", ["17号楼老王是不是阳了", "401那家阳了吗", "李女士拉走没有", "打13812345678有用吗", "他家怎么了"]
)
def test_what_is_said_of_somebody_is_not_repeated_before_the_groups(chat: Chat, text: str) -> None:
    assert not repeatable(text, chat.app.timekeeper._services)


def test_every_group_is_held_once_even_after_a_restart(
    tmp_path: Path, open_chat: Callable[..., Chat]
) -> None:
    ledger = tmp_path / "ledger.db"
    chat = open_chat(ledger)
    many(chat, 6, COMPOUND_ROOM, OTHER_ROOM)
    chat.app.ledger.close()
    again = open_chat(ledger, at=chat.clock.now() + timedelta(minutes=1))
    again.ids = itertools.count(100)
    assert many(again, 3, COMPOUND_ROOM, OTHER_ROOM, name="后来") == []
    assert AskedRows(again.app.ledger).of_surge(1)[-1].person == "后来2"


@pytest.mark.parametrize("where", ["", UNIT_ROOM])
def test_whoever_was_handed_to_a_person_reads_the_answer_too_and_the_ticket_says_so(
    chat: Chat, where: str
) -> None:
    assert "A001" in "".join(chat.say("王女士", SHOP if not where else f"小巷，{SHOP}", where))
    swap(chat, shop())
    (told,) = chat.hear()
    assert told.startswith("私聊" if not where else f"{UNIT_ROOM}: @王女士") and told.endswith(
        "每天8点到21点。"
    )
    (ticket,) = chat.say("刘书记", "/工单 A001", STAFF_ROOM)
    assert "小巷已经回给他" in ticket and "已下单" in ticket, "not closed by itself"
    swap(chat, shop("每天9点到21点。"))
    assert not [line for line in chat.hear() if "王女士" in line or "私聊" in line], "told once"


def test_whom_a_person_has_answered_is_not_told_again(chat: Chat) -> None:
    chat.say("王女士", SHOP, "")
    chat.say("刘书记", "/办结 A001 告诉他了", STAFF_ROOM)
    swap(chat, shop())
    assert not [line for line in chat.hear() if "有准话了" in line]


def test_whoever_asked_in_other_words_than_the_title_reads_their_own(chat: Chat) -> None:
    chat.say("王女士", "落地检取消了吗？", "")
    many(chat, 5, COMPOUND_ROOM)
    day = shop(questions=("菜场开门吗", SHOP, "落地检取消了吗"))
    swap(chat, day)
    told = chat.hear()
    assert [line.split("，有准话")[0].split("刚才问的")[1] for line in told] == [
        "“超市几点关门”",
        "“落地检取消了吗”",
    ]


def test_words_that_are_not_for_others_are_not_repeated(chat: Chat) -> None:
    chat.say("王女士", "小巷，17号楼501的超市几点关门")
    swap(chat, shop(questions=("超市营业时间", "17号楼501的超市几点关门")))
    assert not [line for line in answers(chat.hear()) if "501" in line]
