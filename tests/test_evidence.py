"""What counts as word that a household was tested, from whom, and what does not."""

import pytest

from bot.ledger.coverage import Coverage
from bot.ledger.rounds import Rounds
from bot.model.household import Household
from bot.model.testing import Mark
from handlers.testing.marking import Door, Said, read
from tests.conftest import COMPOUND_ROOM, STAFF_ROOM, UNIT_ROOM, VOLUNTEER_ROOM, Chat
from tests.test_coverage import STAFF, begun


def marks(chat: Chat) -> dict[str, Mark]:
    return {one.household.door: one for one in Coverage(chat.app.ledger).marks(1).values()}


def said(chat: Chat) -> dict[str, tuple[str, str, int | None]]:
    return {door: (one.kind, one.source, one.people) for door, one in marks(chat).items()}


# what those at work write


@pytest.mark.parametrize(
    ("text", "kind", "doors"),
    [
        ("已测 17-3-501", "tested", ["17-3-501"]),
        ("17-3 501 502 503测了", "tested", ["17-3-501", "17-3-502", "17-3-503"]),
        ("17号楼3单元501、502 已采", "tested", ["17-3-501", "17-3-502"]),
        ("三号楼二单元501测了", "tested", ["3-2-501"]),
        ("三号楼二单元五零一测了", "tested", ["3-2-501"]),
        ("17-3 501-503测了", "tested", ["17-3-501", "17-3-502", "17-3-503"]),
        ("17-3-501到502已测", "tested", ["17-3-501", "17-3-502"]),
        ("收到，17-3-501已测", "tested", ["17-3-501"]),
        ("麻烦登记一下17-3-501测了", "tested", ["17-3-501"]),
        ("17-3-501 ✅", "tested", ["17-3-501"]),
        ("17-5-商铺1 已测", "tested", ["17-5-商铺1"]),
        ("17#3#501 核酸做了", "tested", ["17-3-501"]),
        ("A座1203已测，谢谢", "tested", ["A-1203"]),
        ("17-3-501 外出", "away", ["17-3-501"]),
        ("17-3-502 隔离", "isolated", ["17-3-502"]),
        ("17-3-503 上门", "home", ["17-3-503"]),
        ("17-3-503 要上门", "wanted", ["17-3-503"]),
        ("已上门 17-3-503", "home", ["17-3-503"]),
        ("17-3-504没人住", "vacant", ["17-3-504"]),
        ("17-3-501 没测（改错）", None, ["17-3-501"]),
        ("17-3 全测完", "tested", ["17-3"]),
    ],
)
def test_short_words_about_doors_are_read(text: str, kind: str | None, doors: list[str]) -> None:
    (one,) = read(text) or []
    assert (one.kind, [door.written for door in one.doors]) == (kind, doors)


def test_several_things_are_said_in_one_message() -> None:
    found = read("17-3-501 外出，502 隔离\n503 测了2人")
    assert found == [
        Said("away", (Door("", "17", "3", "501"),)),
        Said("isolated", (Door("", "17", "3", "502"),)),
        Said("tested", (Door("", "17", "3", "503"),), 2),
    ]


@pytest.mark.parametrize(
    "text",
    ["17-3-501不在家，药放门口", "17-3-501 要大米", "501药送了", "叫5号楼", "17-3完成", "办结 12", "17-3-501测完了吗",
     "17-3-501测了没", "501 502 测了", "已测"],
)  # fmt: skip
def test_other_talk_about_doors_is_no_mark(text: str) -> None:
    assert read(text) is None


def test_the_answer_is_one_line_with_the_numbers(chat: Chat) -> None:
    begun(chat)
    line = f"{STAFF_ROOM}: @{STAFF} "
    assert chat.say(STAFF, "17-3-501 502测了", STAFF_ROOM) == [line + "记下 2 户，17号楼3单元 2/4"]
    assert chat.say(STAFF, "17-3-501、502 测了", STAFF_ROOM) == [line + "2 户早就记过了，17号楼3单元 2/4"]
    assert chat.say(STAFF, "17-3-602 外出，801 已上门", STAFF_ROOM) == [
        line + "记下 2 户（外出 1，已上门采过 1），17号楼3单元 齐了 3/3"
    ]
    assert said(chat)["17-3-801"] == ("home", "staff", None)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("17-3-501到17-3-801全测了", "17-3-501到17-3-801全测了"),
        ("17号楼3单元501五零二测了", "17号楼3单元501五零二测了"),
    ],
)
def test_a_volunteer_whose_words_cannot_be_read_knows_that_nothing_was_kept(
    text: str, left: str, chat: Chat
) -> None:
    begun(chat)
    (line,) = chat.say(STAFF, text, STAFF_ROOM)
    assert f"这条还没记，「{left}」没看懂" in line and not marks(chat)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("17-3-501 502测了，602没人在家", "17-3-602 没见到人，算还没测"),
        ("17-3-501测了 502测了 602还差一个人", "「602还差一个人」没看懂，这一处还没记"),
    ],
)
def test_what_is_sure_is_kept_and_the_rest_is_asked_about(text: str, left: str, chat: Chat) -> None:
    begun(chat)
    (line,) = chat.say(STAFF, text, STAFF_ROOM)
    assert "记下 2 户" in line and left in line and set(marks(chat)) == {"17-3-501", "17-3-502"}


@pytest.mark.parametrize(
    "text", ["17-3-501测了，501是记错的", "17-3 501测了 502也一样，不对，502没测是我看错"]
)
def test_nothing_is_kept_where_the_rest_may_take_it_back(text: str, chat: Chat) -> None:
    begun(chat)
    (line,) = chat.say(STAFF, text, STAFF_ROOM)
    assert "这条还没记" in line and not marks(chat)


@pytest.mark.parametrize(
    ("text", "kind", "note"),
    [
        ("17-3-501老人住院了", "away", "住院"),
        ("17-3-501出去打工了不在家", "away", "打工"),
        ("17-3-501去方舱了", "isolated", "方舱"),
        ("17-3-501阳了拉走了", "isolated", "阳了"),
        ("17-3-501搬走了没人住", "vacant", ""),
        ("17-3-501 ✓", "tested", ""),
        ("17-3-501补测了", "tested", ""),
        ("17号楼3单元501老人没手机，帮他记一下，测完了", "tested", ""),
        ("17-3-501替他妈测过了", "tested", ""),
    ],
)
def test_where_people_are_is_read_as_they_say_it(text: str, kind: str, note: str, chat: Chat) -> None:
    begun(chat)
    (line,) = chat.say(STAFF, text, STAFF_ROOM)
    assert "记下 1 户" in line and [(one.kind, one.note) for one in marks(chat).values()] == [(kind, note)]


@pytest.mark.parametrize("text", ["17-3-501测了俩人", "17-3-501 俩人测了"])
def test_two_are_two(text: str, chat: Chat) -> None:
    begun(chat)
    chat.say(STAFF, text, STAFF_ROOM)
    assert said(chat) == {"17-3-501": ("tested", "staff", 2)}


@pytest.mark.parametrize(
    "text",
    [
        "17-3-501还差一个人",
        "17-3-501解除隔离了",
        "17-3-501人在上班",
        "17-3 501 502 没下来",
        "17号楼3单元 501家没人",
    ],
)
def test_word_of_a_door_that_cannot_be_kept_is_answered_while_a_round_runs(text: str, chat: Chat) -> None:
    assert chat.say(STAFF, text, STAFF_ROOM) == []
    begun(chat)
    chat.clock.advance(seconds=30)
    (line,) = chat.say(STAFF, text, STAFF_ROOM)
    assert ("还没记" in line or "没有另记" in line) and not marks(chat)


@pytest.mark.parametrize(
    "text",
    [
        "17-3-501要送药",
        "17-3-501老人摔倒了",
        "17-3-501不在家，药放门口",
        "17-3-501住院要人帮忙拿衣服",
        "17-3-501老人去医院透析了",
    ],
)
def test_pleas_of_a_door_are_not_taken_for_word_of_the_round(text: str, chat: Chat) -> None:
    begun(chat)
    assert chat.say(STAFF, text, STAFF_ROOM) == [] and not marks(chat)


@pytest.mark.parametrize(
    ("text", "door"),
    [
        ("301没人", "301"),
        ("17-3-301没人", "17-3-301"),
        ("17-3-301 302没人在家", "17-3-301、17-3-302"),
        ("敲了301没人应", "301"),
    ],
)
def test_nobody_at_home_is_no_mark_and_is_told_so(text: str, door: str, chat: Chat) -> None:
    assert chat.say(STAFF, text, STAFF_ROOM) == []
    begun(chat)
    chat.clock.advance(seconds=30)
    (line,) = chat.say(STAFF, text, STAFF_ROOM)
    assert f"{door} 没见到人，算还没测" in line and not marks(chat)


@pytest.mark.parametrize("text", ["101-303都测了", "17-3 101-303都测了"])
def test_doors_over_several_floors_are_not_kept(text: str, chat: Chat) -> None:
    begun(chat)
    (line,) = chat.say(STAFF, text, STAFF_ROOM)
    assert ("没有记" in line or "还没记" in line) and "一个一个写" in line and not marks(chat)


def test_a_mark_with_its_round_counts_in_that_round_alone(chat: Chat) -> None:
    begun(chat)
    assert "记下 1 户" in chat.say(STAFF, "第3轮 17-3-502测了", STAFF_ROOM)[0]
    (line,) = chat.say(STAFF, "第五轮 17-3-501测了", STAFF_ROOM)
    assert "第5轮现在不能记" in line and "第3轮" in line and list(marks(chat)) == ["17-3-502"]


@pytest.mark.parametrize("text", ["17-3-501测了吗", "17-3-501 老人测血压了", "17-3-501快递到了"])
def test_other_talk_about_doors_is_met_with_silence(text: str, chat: Chat) -> None:
    begun(chat)
    assert chat.say(STAFF, text, STAFF_ROOM) == []


@pytest.mark.parametrize(
    ("text", "title"), [("501测了", "已测"), ("501家老人下不来，要上门", "要上门"), ("602出差了", "外出")]
)
def test_a_room_without_its_building_is_asked_for(text: str, title: str, chat: Chat) -> None:
    begun(chat)
    (line,) = chat.say(STAFF, text, STAFF_ROOM)
    assert f"{text[:3]} 是哪栋楼哪个单元？还没记，请写全：17-3-{text[:3]} {title}" in line and not marks(chat)


@pytest.mark.parametrize("text", ["17-3还差501和602", "17-3除了501、602都测了", "17-3就剩501 602没做了"])
def test_all_of_a_unit_but_some_is_asked_and_kept(text: str, chat: Chat) -> None:
    begun(chat)
    (line,) = chat.say(STAFF, text, STAFF_ROOM)
    assert "17号楼3单元除了 501、602，还有 2 户没有记，都算已测吗" in line
    chat.say(STAFF, "确认", STAFF_ROOM)
    assert set(said(chat)) == {"17-3-502", "17-3-801"}


def test_all_but_a_door_that_is_not_there_is_not_kept(chat: Chat) -> None:
    begun(chat)
    assert "找不到 909" in chat.say(STAFF, "17-3还差909", STAFF_ROOM)[0]
    assert chat.say(STAFF, "17-3还差501的药", STAFF_ROOM) == []


@pytest.mark.parametrize(
    "text", ["17-3-501家老人下不来", "17-3-501老人腿脚不好，下不了楼", "17-3-501下不来，要上门"]
)
def test_who_cannot_come_down_waits_for_somebody(text: str, chat: Chat) -> None:
    begun(chat)
    chat.say(STAFF, text, STAFF_ROOM)
    assert said(chat) == {"17-3-501": ("wanted", "staff", None)}


def test_of_three_two_are_tested(chat: Chat) -> None:
    begun(chat)
    chat.say(STAFF, "17号楼3单元 501 两个人做了，还有一个没做", STAFF_ROOM)
    assert said(chat) == {"17-3-501": ("tested", "staff", 2)}


def test_what_was_mistyped_is_taken_back_and_written_down(chat: Chat) -> None:
    begun(chat)
    chat.say(STAFF, "17-3-501测了", STAFF_ROOM)
    (line,) = chat.say(STAFF, "17-3-501 没测（改错）", STAFF_ROOM)
    assert line.endswith("撤掉 17-3-501 已测，17号楼3单元 0/4") and not marks(chat)
    (what,) = chat.app.ledger.execute("SELECT what FROM audit WHERE action = 'coverage'").fetchone()
    assert what == "第3轮 撤掉 春晓苑17-3-501 已测"


@pytest.mark.parametrize(
    "text",
    [
        "17-3-501测了17-3-502没测",
        "17-3-501测了，17-3-502没测",
        "17-3-501完成17-3-502没测",
        "17-3-501✓17-3-502没测",
    ],
)
def test_what_a_line_says_is_tested_stays_though_it_says_of_the_next_door_that_it_is_not(
    text: str, chat: Chat
) -> None:
    begun(chat)
    chat.say(STAFF, "17-3-501 502测了", STAFF_ROOM)
    (line,) = chat.say(STAFF, text, STAFF_ROOM)
    assert list(marks(chat)) == ["17-3-501"] and "撤掉 17-3-502 已测" in line


@pytest.mark.parametrize(("answer", "kept"), [("照记", True), ("不", False), ("17-3-501测了", False)])
def test_a_door_that_the_list_does_not_know_is_asked_about(chat: Chat, answer: str, kept: bool) -> None:
    begun(chat)
    (line,) = chat.say(STAFF, "17-3-509 已测", STAFF_ROOM)
    assert line.endswith("名单里没有 17-3-509，照记吗？回「照记」或者「不」") and not marks(chat)
    chat.say(STAFF, answer, STAFF_ROOM)
    assert ("17-3-509" in marks(chat)) is kept
    (line,) = chat.say(STAFF, "/核酸 进度", STAFF_ROOM)
    assert ("名单外 1 户" in line) is kept


def test_a_whole_unit_is_confirmed_with_its_number(chat: Chat) -> None:
    begun(chat)
    chat.say(STAFF, "17-3-801 要上门", STAFF_ROOM)
    (line,) = chat.say(STAFF, "17-3 全测完", STAFF_ROOM)
    assert line.endswith("17号楼3单元还有 3 户没有记，都算已测吗，要上门的 1 户不算？回「确认」或者「不」")
    assert len(marks(chat)) == 1
    (line,) = chat.say(STAFF, "确认", STAFF_ROOM)
    assert line.endswith("记下 3 户，17号楼3单元 3/4") and said(chat)["17-3-801"][0] == "wanted"
    assert chat.app.ledger.execute("SELECT count(*) FROM audit WHERE what LIKE '%整单元%'").fetchone() == (1,)


def test_one_that_isolates_and_is_written_down_as_tested_is_named(chat: Chat) -> None:
    begun(chat)
    (line,) = chat.say(STAFF, "17-2-102测了", STAFF_ROOM)
    assert "17-2-102 名单上是居家隔离，也记成已测了；不对就回：17-2-102 没测" in line
    assert "居家隔离" not in chat.say(STAFF, "17-3-501测了", STAFF_ROOM)[0]


def test_who_asks_for_somebody_to_come_by_their_room_stands_on_the_list_of_doors(chat: Chat) -> None:
    begun(chat)
    chat.say("王芳", "501我爸瘫痪在床下不来，能上门采不")
    (line,) = chat.say(STAFF, "/核酸 敲门", STAFF_ROOM)
    assert "501" in line and "要上门" in line


def test_somebody_elses_yes_confirms_nothing(chat: Chat) -> None:
    begun(chat)
    chat.say(STAFF, "17-3 全测完", STAFF_ROOM)
    chat.say("刘书记", "确认", STAFF_ROOM)
    assert not marks(chat)


def test_no_unit_and_no_compound_is_guessed(chat: Chat) -> None:
    begun(chat)
    for text in ("17-4-101已测", "91-3-501已测", "2-1-101已测"):
        (line,) = chat.say(STAFF, text, STAFF_ROOM)
        assert "找不到" in line, text
    chat.app.roster.import_households([Household("春晓苑", "17", "2", "501")])
    (line,) = chat.say(STAFF, "17-501已测", STAFF_ROOM)
    assert "17-501 是哪一户？春晓苑17-2-501、春晓苑17-3-501" in line and not marks(chat)


def test_volunteers_mark_in_their_group_and_in_private_where_they_work(chat: Chat) -> None:
    begun(chat)
    assert chat.say("小赵", "17-3-501测了", VOLUNTEER_ROOM)[0].endswith("17号楼3单元 1/4")
    assert "不在您管的范围" in chat.say("志愿者小冀", "/核酸 标记 17-3-502 已测", room="")[0]
    assert list(marks(chat)) == ["17-3-501"]


def test_without_a_round_work_rooms_stay_silent_and_a_command_gets_a_word(chat: Chat) -> None:
    assert chat.say(STAFF, "17-3-501测了", STAFF_ROOM) == []
    assert "没有核酸在做" in chat.say(STAFF, "/核酸 标记 17-3-501 已测", STAFF_ROOM)[0]


def test_a_round_that_ended_is_filled_in_for_a_day(chat: Chat) -> None:
    of = begun(chat)
    with chat.app.ledger.transaction():
        Rounds(chat.app.ledger).change(of.id, state="ended", ended_at=chat.clock.now())
    chat.clock.advance(hours=20)
    assert chat.say(STAFF, "17-3-501测了", STAFF_ROOM)[0].endswith("记下 1 户，第3轮 17号楼3单元 1/4")
    assert chat.say(STAFF, "17-3-502做完了", STAFF_ROOM) == [], "做完了 may be anything by then"
    chat.clock.advance(hours=5)
    assert chat.say(STAFF, "17-3-502测了", STAFF_ROOM) == []


# what residents say


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        ("501测完了 三口", UNIT_ROOM, {"17-3-501": ("tested", "self", 3)}),
        ("17-3-501 做完了", COMPOUND_ROOM, {"17-3-501": ("tested", "self", None)}),
        (
            "501-502都测了",
            UNIT_ROOM,
            {"17-3-501": ("tested", "proxy", None), "17-3-502": ("tested", "proxy", None)},
        ),
        ("五零一测了", UNIT_ROOM, {"17-3-501": ("tested", "self", None)}),
        ("我妈 17-3-501 测过了", UNIT_ROOM, {"17-3-501": ("tested", "proxy", None)}),
        ("501 测了", UNIT_ROOM, {"17-3-501": ("tested", "self", None)}),
        ("501 做完了", UNIT_ROOM, {"17-3-501": ("tested", "self", None)}),
        ("502 已做", UNIT_ROOM, {"17-3-502": ("tested", "self", None)}),
        ("602 测好了", UNIT_ROOM, {"17-3-602": ("tested", "self", None)}),
        ("帮对门602也测了，老人没手机", UNIT_ROOM, {"17-3-602": ("tested", "proxy", None)}),
        ("帮对门502测了", UNIT_ROOM, {"17-3-502": ("tested", "proxy", None)}),
        (
            "501 502 都测了",
            UNIT_ROOM,
            {"17-3-501": ("tested", "proxy", None), "17-3-502": ("tested", "proxy", None)},
        ),
        ("已测", UNIT_ROOM, {}),
        ("我家还没测呢", UNIT_ROOM, {}),
        ("17-3-501 核酸做了吗", UNIT_ROOM, {}),
        ("17-3-501 抗原测过了，一道杠", UNIT_ROOM, {}),
        ("除了502都测完了", UNIT_ROOM, {}),
        ("昨天 17-3-501 测过了", UNIT_ROOM, {}),
    ],
)
def test_residents_words_count_in_silence(
    chat: Chat, text: str, room: str, expected: dict[str, tuple[str, str, int | None]]
) -> None:
    begun(chat)
    assert chat.say("李姐", text, room) == []
    assert said(chat) == expected


@pytest.mark.parametrize("text", ["501测了 502没测", "501没测", "501测抗原了", "未测 17-3", "501孩子没测"])
def test_who_was_not_tested_is_no_alarm(text: str, chat: Chat) -> None:
    begun(chat)
    assert chat.say("居民王", text) == []


@pytest.mark.parametrize(
    ("sender", "text", "room", "kept"),
    [
        (STAFF, "17-3-501 502测了", UNIT_ROOM, {"17-3-501", "17-3-502"}),
        (STAFF, "17-3 501 502测了", COMPOUND_ROOM, {"17-3-501", "17-3-502"}),
        (STAFF, "501 502测了", UNIT_ROOM, {"17-3-501", "17-3-502"}),
        (STAFF, "17-3-909测了", UNIT_ROOM, set()),
        (STAFF, "17-3全测完", UNIT_ROOM, set()),
    ],
)
def test_what_those_at_work_say_among_residents_counts_in_silence(
    chat: Chat, sender: str, text: str, room: str, kept: set[str]
) -> None:
    begun(chat)
    assert chat.say(sender, text, room) == []
    assert set(marks(chat)) == kept
    assert {source for _, source, _ in said(chat).values()} <= {"staff"}


def test_a_bound_account_need_not_name_its_door(chat: Chat) -> None:
    begun(chat)
    chat.say("王芳", "/我是 17-3-501 王芳", room="")
    assert chat.say("王芳", "我家三口都测过了") == []
    assert said(chat) == {"17-3-501": ("tested", "self", 3)}


def test_of_others_without_a_door_nothing_is_guessed(chat: Chat) -> None:
    begun(chat)
    chat.say("王芳", "/我是 17-3-501 王芳", room="")
    chat.say("王芳", "我妈那边也测完了")
    chat.say("王芳", "对门也测过了")
    assert not marks(chat)


def test_in_private_the_door_is_asked_for_and_named_back(chat: Chat) -> None:
    begun(chat)
    assert chat.say("赵敏", "测过了", room="") == [
        "私聊: 记下了。您家是几号楼几单元几室？发一下门牌，才好在名单上勾掉。"
    ]
    assert chat.say("赵敏", "17-3-502", room="") == ["私聊: 记下了，17-3-502 第3轮已测，谢谢。"]
    assert said(chat) == {"17-3-502": ("tested", "self", None)}


def test_a_door_may_come_in_two_messages(chat: Chat) -> None:
    begun(chat)
    assert "几号楼几单元" in chat.say("赵敏", "502测完了", room="")[0]
    assert chat.say("赵敏", "17号楼3单元", room="") == ["私聊: 记下了，17-3-502 第3轮已测，谢谢。"]
    assert said(chat) == {"17-3-502": ("tested", "self", None)}


def test_nothing_is_marked_before_a_round_begins(chat: Chat) -> None:
    begun(chat, state="planned", started_at=None)
    chat.say("李姐", "17-3-501 测完了")
    assert not marks(chat)


# lists


@pytest.mark.parametrize(
    ("title", "kind"),
    [("第3轮核酸已测接龙", "tested"), ("核酸接龙", "tested"), ("要上门做核酸的接龙", "wanted"), ("没做核酸的报一下", ""),
     ("核酸志愿者报名", ""), ("蔬菜包登记", ""), ("抗原检测结果", "")],
)  # fmt: skip
def test_rows_of_a_list_about_testing_count(chat: Chat, title: str, kind: str) -> None:
    begun(chat)
    assert chat.say("李姐", f"#接龙\n{title}\n1. 501 张三 3人\n2. 502 李四 还没做") == []
    assert said(chat) == ({"17-3-501": (kind, "chain", 3)} if kind else {})
