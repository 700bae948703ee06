"""Notices from the chat: nothing leaves that was not shown and confirmed, and everything that leaves can be held,
taken back, sent again and corrected, to exactly the groups concerned."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.groups import Tree
from bot.ledger.audit import Audit
from bot.model.channel import MaybeSent, Unsendable
from bot.model.ledger import Waiting
from bot.model.settings import Pace, PersonSpec, Settings
from handlers.notices.heading import read_heading
from handlers.notices.moments import read_planned, read_valid_until
from handlers.notices.warnings import likeness, pace_minutes
from tests.conftest import STAFF_ROOM, VOLUNTEER_ROOM, Chat

NOW = datetime(2022, 11, 16, 8, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
SIX = [
    "春晓苑1号楼群",
    "春晓苑1号楼1单元群",
    "春晓苑1号楼2单元群",
    *(f"春晓苑17号楼{n}单元群" for n in (1, 2, 3)),
]
UNITS = [f"春晓苑17号楼{n}单元群" for n in (1, 2, 3)]


def staff(chat: Chat, text: str, sender: str = "刘书记") -> list[str]:
    chat.clock.advance(seconds=11)  # the same words within ten seconds count once
    return chat.say(sender, text, STAFF_ROOM)


def private(chat: Chat, text: str, sender: str = "刘书记", **extra: object) -> list[str]:
    chat.clock.advance(seconds=11)
    return chat.say(sender, text, "", **extra)


def groups(lines: list[str]) -> list[str]:
    """The residents' groups that heard something."""
    return [line.partition(": ")[0] for line in lines if not line.startswith((STAFF_ROOM, "私聊"))]


def one_send(chat: Chat) -> None:
    """Let one message leave."""
    step = chat.app.outbox.next_step(chat.clock.now())
    assert isinstance(step, Waiting)
    asyncio.run(chat.app.outbox.send(step))


# the head


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("明早6:30 春晓苑", "11-17 06:30"),
        ("明早六点半 x", "11-17 06:30"),
        ("今晚8点 x", "11-16 20:00"),
        ("今晚八点一刻 x", "11-16 20:15"),
        ("晚上8：15 x", "11-16 20:15"),
        ("下午三点 x", "11-16 15:00"),
        ("中午12点半 x", "11-16 12:30"),
        ("晚上12点 x", "11-17 00:00"),
        ("后天上午十点 x", "11-18 10:00"),
        ("周五 18:00 x", "11-18 18:00"),
        ("11-23 18:00 x", "11-23 18:00"),
        ("11月23日下午2点 x", "11-23 14:00"),
        ("23号 9:00 x", "11-23 09:00"),
        ("半小时后 x", "11-16 08:30"),
        ("20分钟后 x", "11-16 08:20"),
        ("一个半小时后 x", "11-16 09:30"),
        ("两小时后 x", "11-16 10:00"),
        ("现在 x", "11-16 08:00"),
        ("18:00发 x", "11-16 18:00"),
        ("明早8点零5分 x", "11-17 08:05"),
        ("明早八点零五 x", "11-17 08:05"),
    ],
)
def test_a_moment_as_people_dictate_it(said: str, at: str) -> None:
    found = read_planned(said, NOW)
    assert found is not None and found.at is not None
    assert f"{found.at:%m-%d %H:%M}" == at


@pytest.mark.parametrize(
    "said",
    ["6:30-9:00 核酸", "今晚8点停水", "明天 停水", "18:00前 下楼", "3点到5点 停电", "17-3 停水", "今晚 停水"],
)
def test_what_belongs_to_the_words_is_no_moment(said: str) -> None:
    assert read_planned(said, NOW) is None


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("早上6:30 x", "已经过去了"),
        ("7点 x", "今晚7点"),
        ("3点 x", "下午3点，或者 明天凌晨3点"),
        ("周三7点 x", "周三晚上7点"),
        ("2月30日 8:00 x", "没有「2月30日」这一天"),
        ("25:00 x", "不是一个时间"),
        ("11-15 18:00 x", "已经过去了"),
    ],
)
def test_a_moment_that_cannot_be_is_asked_about(said: str, problem: str) -> None:
    found = read_planned(said, NOW)
    assert found is not None and problem in found.problem


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("到18:00 x", "11-16 18:00"),
        ("有效到今晚八点 x", "11-16 20:00"),
        ("到7:00 x", "11-17 07:00"),
        ("有效2小时 x", "11-16 10:00"),
        ("到周五有效 x", "11-19 00:00"),
        ("截止11-20 x", "11-21 00:00"),
    ],
)
def test_until_when_it_holds(said: str, at: str) -> None:
    found = read_valid_until(said, NOW, NOW)
    assert found is not None and found.at is not None
    assert f"{found.at:%m-%d %H:%M}" == at


@pytest.mark.parametrize(
    ("typed", "targets", "text"),
    [
        ("春晓苑 除5栋 大家好，今晚停水", "春晓苑 除5栋", "大家好，今晚停水"),
        ("重要 收到 17-3 下楼", "17-3", "下楼"),
        ("春晓苑\n第一行\n\n  第二行  空两格", "春晓苑", "第一行\n\n  第二行  空两格"),
        ("春晓苑 明早6:30 除5栋\n17号楼先下楼", "春晓苑 除5栋", "17号楼先下楼"),
        ("春晓苑：停水", "春晓苑", "停水"),
        ("1 3 5号楼 停水", "1 3 5号楼", "停水"),
        ("春晓苑 收到请回复", "春晓苑", "收到请回复"),
        ("全社区 大家 早上好", "全社区", "大家 早上好"),
        ("停水了", "", "停水了"),
        ("明早六点半，春晓苑，除5栋，下楼", "春晓苑 除5栋", "下楼"),
        ("春晓苑 明早6:30，停水", "春晓苑", "明早6:30，停水"),
    ],
)
def test_the_words_begin_where_the_head_ends(typed: str, targets: str, text: str, settings: Settings) -> None:
    head = read_heading(typed, NOW, Tree(settings.groups))
    assert (head.targets, head.text) == (targets, text)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("/通知 周五 春晓苑 停水", "「周五」几点发？"),
        ("/通知 今晚，春晓苑停水", "「今晚」几点发？"),
        ("/通知 春晓苑 到2月30日 停水", "没有「2月30日」这一天"),
        ("/通知 2月30日8点 春晓苑 停水", "没有「2月30日」这一天"),
    ],
)
def test_a_day_without_an_hour_or_that_does_not_exist_is_asked_about(
    chat: Chat, typed: str, asked: str
) -> None:
    assert asked in staff(chat, typed)[0]


# preview and confirmation


def test_nothing_is_sent_before_its_writer_confirms(chat: Chat) -> None:
    shown = staff(chat, "/通知 春晓苑 除5栋 楼道消毒，\n\n请  关好门窗")
    assert groups(shown) == []
    assert "6 个群" in shown[0] and "【通知】楼道消毒，\n\n请  关好门窗\n" in shown[0]
    chat.clock.advance(minutes=1)
    lines = staff(chat, "确认")
    assert groups(lines) == SIX
    assert lines[-1].endswith("【通知】楼道消毒，\n\n请  关好门窗")


def test_a_yes_of_somebody_else_or_to_something_else_sends_nothing(chat: Chat) -> None:
    staff(chat, "/通知 17-3 楼道消毒")
    assert groups(staff(chat, "确认", "网格员小安")) == []
    assert "刘书记写的" in staff(chat, "确认 1", "网格员小安")[0]
    assert groups(staff(chat, "确认一下人数")) == []
    assert groups(staff(chat, "确认 7")) == []
    assert groups(private(chat, "确认")) == []


@pytest.mark.parametrize(
    "yes",
    [
        "确认",
        "确认发送",
        "确认 1",
        "确认通知1",
        "/通知 确认 1",
        "/通知 确认",
        "「小巷：【通知1 预览】春晓苑」\n- - - - -\n确认",
    ],
)
def test_ways_of_saying_yes(yes: str, chat: Chat) -> None:
    staff(chat, "/通知 17-3 楼道消毒")
    assert groups(staff(chat, yes)) == [UNITS[2]]
    assert groups(staff(chat, yes)) == []


def test_among_colleagues_a_casual_yes_is_none(chat: Chat) -> None:
    staff(chat, "/通知 17-3 楼道消毒")
    assert [groups(staff(chat, word)) for word in ("确定", "好的", "发", "嗯，确认过了")] == [[], [], [], []]
    private(chat, "/通知 17-1 楼道消毒")
    assert groups(private(chat, "发吧")) == [UNITS[0]]


@pytest.mark.parametrize("word", ["确定", "好的发吧", "可以发", "改一下，7点半开始", "取消刚才那条", "好的"])
def test_who_believes_that_it_was_sent_is_told_that_it_was_not(word: str, chat: Chat) -> None:
    staff(chat, "/通知 17-3 楼道消毒")
    (line,) = staff(chat, word)
    assert "通知1还没发" in line and "不发" in line
    assert staff(chat, word, "网格员小安") == []


def test_a_new_time_alone_is_put_into_the_preview(chat: Chat) -> None:
    staff(chat, "/通知 明早9点 17-3 楼道消毒")
    (line,) = staff(chat, "改一下，7点半")
    assert "【通知1 预览】" in line and "明天（11月17日 周四） 07:30发" in line and "楼道消毒" in line
    (line,) = staff(chat, "改到今晚8点发吧")
    assert "【通知1 预览】" in line and "今天（11月16日 周三） 20:00发" in line
    assert "20:00 发，1 个群" in staff(chat, "确认")[0]


def test_a_new_time_that_may_be_of_the_words_is_not_guessed(chat: Chat) -> None:
    staff(chat, "/通知 明早9点 17-3 明天8点楼道消毒")
    assert "说「改到7点半发」" in staff(chat, "改一下，7点半")[0]
    assert "07:30发" in staff(chat, "改到7点半发")[0]
    staff(chat, "/通知 17-1 楼道消毒")
    assert "还没发" in staff(chat, "改一下，7点半")[0]
    assert "是晚上吗" in staff(chat, "改到7点半发")[0]


@pytest.mark.parametrize("word", ["取消", "暂停", "继续", "补发", "更正"])
def test_a_word_without_a_number_asks_which(word: str, chat: Chat) -> None:
    assert f"没有能{word}的通知" in staff(chat, f"/通知 {word}")[0]
    staff(chat, "/通知 17-3 明早9点 楼道消毒")
    staff(chat, "确认")
    (line,) = staff(chat, f"/通知 {word}")
    assert (f"/通知 {word} 1" in line) is (word in ("取消", "更正"))
    assert groups(staff(chat, "/通知 列表")) == []


def test_at_night_the_preview_says_when_it_really_goes(chat: Chat) -> None:
    chat.clock.advance(hours=14, minutes=30)
    (line,) = staff(chat, "/通知 17-3 凌晨1点消杀，请关窗")
    assert "07:00发" in line and "马上" not in line
    staff(chat, "确认")
    assert "待发 明天（11月17日 周四） 07:00" in staff(chat, "/通知 列表")[0]


def test_a_word_for_the_head_behind_the_text_is_noticed(chat: Chat) -> None:
    assert "「收到」写在最后" in staff(chat, "/通知 17-3 明早7点做核酸 收到")[0]
    assert "写在最后" not in staff(chat, "/通知 17-3 明早7点做核酸，请互相转告")[0]


def test_a_preview_does_not_wait_for_ever(chat: Chat) -> None:
    staff(chat, "/通知 17-3 楼道消毒")
    chat.clock.advance(minutes=31)
    assert staff(chat, "确认") == []
    assert "过了 30 分钟" in staff(chat, "确认 1")[0]
    assert groups(staff(chat, "/通知 确认 1")) == []


def test_typing_it_again_replaces_the_preview(chat: Chat) -> None:
    staff(chat, "/通知 17-3 楼道消毒")
    again = staff(chat, "/通知 17-1 楼道消毒两次")
    assert "通知1 预览" in again[0]
    assert staff(chat, "确认")[1:] == [f"{UNITS[0]}: 【通知】楼道消毒两次"]


@pytest.mark.parametrize("no", ["不发", "取消", "算了", "不发通知1", "/通知 取消 1"])
def test_no_drops_it(no: str, chat: Chat) -> None:
    staff(chat, "/通知 17-3 楼道消毒")
    assert groups(staff(chat, no)) == []
    assert groups(staff(chat, "确认")) == []
    assert "不用再确认" in staff(chat, "/通知 确认 1")[0]


def test_the_whole_community_needs_a_second_person(chat: Chat) -> None:
    assert "另一位" in private(chat, "/通知 全社区 有台风，关好门窗")[0]
    assert groups(staff(chat, "确认 1", "网格员小安")) == []  # not before the writer
    lines = private(chat, "确认")
    assert groups(lines) == [] and any("请另一位确认" in line for line in lines)
    assert groups(private(chat, "确认 1")) == []  # the writer is no second person
    assert groups(private(chat, "确认 1", "网格员小安")) == []  # in private only 春晓苑 is theirs
    assert groups(chat.say("志愿者小冀", "确认 1", VOLUNTEER_ROOM)) == []
    lines = staff(chat, "确认 1", "网格员小安")
    assert len(groups(lines)) == 14
    assert sum("开始发" in line for line in lines) == 2  # both are told


@pytest.fixture
def two(open_chat: Callable[..., Chat], settings: Settings) -> Chat:
    """A community in which 张主任 has all of it, too."""
    zhang = PersonSpec("wxid_zhang", "张主任", "worker", settings.groups[0].name)
    return open_chat(community=replace(settings, people=(*settings.people, zhang)))


def test_the_second_person_is_of_rank_not_just_in_the_staff_group(two: Chat) -> None:
    (preview,) = private(two, "/通知 全社区 有台风，关好门窗")
    assert "还要张主任确认" in preview
    assert any("张主任回：确认 1" in line for line in private(two, "确认"))
    assert staff(two, "确认", "网格员小安") == []
    assert "要张主任回：确认 1" in staff(two, "确认 1", "网格员小安")[0]
    assert groups(staff(two, "/通知 确认 1", "路过的")) == []
    assert len(groups(private(two, "确认 1", "张主任"))) == 14


def test_where_nobody_else_has_the_whole_community_it_takes_the_number(chat: Chat) -> None:
    (preview,) = private(chat, "/通知 全社区 有台风，关好门窗")
    assert "没有登记别人" in preview and "确认 1" in preview
    private(chat, "确认")
    (line,) = staff(chat, "确认", "网格员小安")
    assert "带上编号回：确认 1" in line
    assert len(groups(staff(chat, "确认 1", "网格员小安"))) == 14


def test_whoever_is_lent_a_role_by_the_staff_group_writes_and_the_one_of_rank_confirms(chat: Chat) -> None:
    assert "还要刘书记确认" in staff(chat, "/通知 全社区 有台风，关好门窗", "网格员小安")[0]
    staff(chat, "确认", "网格员小安")
    assert groups(staff(chat, "确认 1", "路过的")) == []
    assert len(groups(staff(chat, "确认"))) == 14


def test_the_second_person_may_just_say_yes_where_it_was_asked(two: Chat) -> None:
    chat = two
    private(chat, "/通知 全社区 有台风，关好门窗")
    assert staff(chat, "确认", "张主任") == []  # its writer has not
    assert any("请另一位确认" in line for line in private(chat, "确认"))
    assert groups(staff(chat, "确认")) == []  # the writer is no second person
    assert groups(chat.say("张主任", "确认", VOLUNTEER_ROOM)) == []
    assert staff(chat, "好的，确认过了", "张主任") == []
    chat.clock.advance(seconds=11)  # the same words within ten seconds count once
    assert len(groups(staff(chat, "确认", "张主任"))) == 14
    private(chat, "/通知 全社区 明天停水")
    chat.clock.advance(seconds=11)
    quote = next(line for line in private(chat, "确认") if "请另一位确认" in line).partition(": ")[2]
    said = f"「小巷：{quote}」\n- - - - - - - - - - - - - - -\n确认"
    assert len(groups(staff(chat, said, "张主任"))) == 14


def test_a_bare_yes_never_picks_one_of_two_nor_comes_too_late(two: Chat) -> None:
    chat = two
    private(chat, "/通知 全社区 有台风，关好门窗")
    private(chat, "确认")
    staff(chat, "/通知 全社区 明天停水")
    staff(chat, "确认")
    (line,) = staff(chat, "确认", "张主任")
    assert "通知1、通知2，请带上编号，比如：确认 1" in line
    assert len(groups(staff(chat, "确认 2", "张主任"))) == 14
    chat.clock.advance(minutes=31)
    assert groups(staff(chat, "确认", "张主任")) == []


def test_ones_own_question_is_answered_before_anothers(chat: Chat) -> None:
    private(chat, "/通知 全社区 有台风，关好门窗")
    private(chat, "确认")
    staff(chat, "/通知 17-3 楼道消毒", "网格员小安")
    lines = staff(chat, "确认", "网格员小安")
    assert groups(lines) == ["春晓苑17号楼3单元群"]


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("今天起凭出入证进出", False),
        ("即日起小区北门关闭", False),
        ("从11月20日（周日）上午8点开始，外卖放在北门货架", False),
        ("每周三、周五收大件垃圾", False),
        ("每天19:00收垃圾", False),
        ("大家辛苦了，请戴好口罩", False),
        ("今晚8点起停水，到22点恢复", True),
        ("明天下午在广场发菜", True),
        ("今天（19日）7点到9点全员核酸", True),
        ("今天起封控，明天7点开始做核酸，9点结束", True),
    ],
)
def test_an_end_is_missed_only_where_there_is_one(chat: Chat, text: str, over: bool) -> None:
    (preview,) = staff(chat, f"/通知 17-3 {text}")
    assert ("没写到几点有效" in preview) == over


def test_typed_anew_it_has_to_be_confirmed_anew(chat: Chat) -> None:
    private(chat, "/通知 全社区 有台风，关好门窗")
    private(chat, "确认")
    private(chat, "/通知 全社区 有台风，关好门窗，收好花盆")
    assert groups(staff(chat, "确认 1", "网格员小安")) == []
    private(chat, "确认")
    lines = staff(chat, "确认 1", "网格员小安")
    assert len(groups(lines)) == 14 and lines[-1].endswith("收好花盆")


def test_who_waits_for_a_second_person_in_vain_is_told(chat: Chat) -> None:
    staff(chat, "/通知 17-3 消毒")
    private(chat, "/通知 全社区 有台风，关好门窗")
    private(chat, "确认")
    lines = ring(chat, minutes=31)
    assert len(lines) == 1 and "通知2没有等到另一位确认" in lines[0] and lines[0].startswith("私聊")
    assert groups(staff(chat, "确认 2", "网格员小安")) == []


def test_only_where_one_may_and_where_nobody_listens(chat: Chat) -> None:
    assert "不在您负责的范围" in private(chat, "/通知 和谐小区 停水", "网格员小安")[0]
    assert "工作群" in chat.say("网格员小安", "/通知 春晓苑 停水", "春晓苑居民群")[0]
    assert chat.say("王女士", "/通知 春晓苑 停水") == []
    private(chat, "/通知 和谐小区 停水")
    private(chat, "确认")
    assert "不在您负责的范围" in private(chat, "/通知 取消 1", "网格员小安")[0]


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("/通知", "写上哪些群"),
        ("/通知 停水了", "发给哪些群"),
        ("/通知 春小苑 停水", "春晓苑 吗"),
        ("/通知 17号楼请下楼", "空一格"),
        ("/通知 春晓苑", "正文写什么"),
        ("/通知 1单元 停水", "哪栋楼"),
        ("/通知 早上6:30 春晓苑 停水", "已经过去了"),
        ("/通知 今晚8点 春晓苑 到18:00 停水", "有效到"),
        ("/通知 12", "没有通知12"),
        ("/通知 取消 12", "没有通知12"),
    ],
)
def test_what_is_missing_is_asked(typed: str, asked: str, chat: Chat) -> None:
    lines = staff(chat, typed)
    assert len(lines) == 1 and asked in lines[0]
    assert groups(staff(chat, "确认")) == []


# what to think of


def test_the_pace_is_the_configured_one() -> None:
    assert pace_minutes(48, 0, Pace()) == 4
    assert pace_minutes(48, 30, Pace()) == 6
    assert pace_minutes(0, 0, Pace()) == 0


@pytest.mark.parametrize(
    ("typed", "warned"),
    [
        ("17-3 消毒，问 13812345678", "隐去"),
        ("17-3 今晚8点消毒", "没写到几点有效"),
        ("明天6:30 17-3 消毒", "安静时间"),
        ("明天9:00 17-3 明早消毒", "「明早」说的就是 11月18日"),
        ("5号楼2单元 消毒", "没有自己的群"),
    ],
)
def test_warnings(typed: str, warned: str, chat: Chat) -> None:
    assert warned in staff(chat, f"/通知 {typed}")[0]


def test_one_that_says_something_else_is_shown_with_both_numbers(chat: Chat) -> None:
    staff(chat, "/通知 春晓苑 到21:00 今天19:00停水检修，请提前存水")
    staff(chat, "确认")
    assert "通知1" not in staff(chat, "/通知 17号楼 到21:00 今天下午发抗原")[0]
    shown = staff(chat, "/通知 17号楼 到21:00 今天20:00停水检修，请提前存水")[0]
    assert "通知1" in shown and "这条 20:00，那条 19:00" in shown
    assert "说法不一样" not in staff(chat, "/通知 和谐小区 到21:00 今天20:00停水检修，请提前存水")[0]
    assert "说法不一样" not in staff(chat, "/通知 春晓苑 到21:00 今天20:00发蔬菜包")[0]
    assert "再发就是第二遍" in staff(chat, "/通知 春晓苑 到21:00 今天19:00停水检修，请提前存水")[0]
    assert likeness("明早核酸请下楼", "电梯停用") == 0


def test_a_group_never_seen_is_named(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(rooms=[STAFF_ROOM, UNITS[0]])
    shown = staff(chat, "/通知 17号楼 消毒")[0]
    assert f"{UNITS[1]}、{UNITS[2]}还没见过小巷" in shown


# on its way


def test_planned_it_leaves_at_its_time(chat: Chat) -> None:
    staff(chat, "/通知 9:00 17-3 消毒")
    assert "今天（11月16日 周三） 09:00 发" in staff(chat, "确认")[0]
    assert "待发" in staff(chat, "/通知 列表")[0]
    chat.clock.at = chat.clock.at.replace(hour=9, minute=0, second=0)
    assert groups(ring(chat)) == [UNITS[2]]


def test_its_time_is_moved_as_long_as_it_waits(chat: Chat) -> None:
    staff(chat, "/通知 9:00 17-3 到12:00 今天11点消毒")
    staff(chat, "确认")
    assert "不用暂停" in staff(chat, "/通知 暂停 1")[0]
    assert "这样写" in staff(chat, "/通知 改时间 1")[0] and "这样写" in staff(chat, "/通知 改时间 1 晚点")[0]
    assert "已经过去了" in staff(chat, "/通知 改时间 1 7:00")[0]
    assert "没有改" in staff(chat, "/通知 改时间 1 今天13:00")[0]
    (line,) = staff(chat, "/通知 改时间 1 10:30")
    assert "通知1改到 今天（11月16日 周三） 10:30 发，1 个群" in line
    chat.clock.at = chat.clock.at.replace(hour=9, minute=1)
    assert groups(ring(chat)) == []
    chat.clock.at = chat.clock.at.replace(hour=10, minute=30, second=0)
    assert groups(ring(chat)) == [UNITS[2]]
    assert "不能改时间" in staff(chat, "/通知 改时间 1 11:00")[0]
    assert any("改时间" in what for (what,) in chat.app.ledger.execute("SELECT what FROM audit"))


def test_moved_it_warns_anew_and_tells_its_writer(chat: Chat) -> None:
    private(chat, "/通知 9:00 17-3 今晚消毒")
    private(chat, "确认")
    lines = staff(chat, "/通知 改时间 通知1 明早6:30", "网格员小安")
    assert "安静时间" in lines[0] and "「今晚」说的就是 11月17日" in lines[0]
    assert "11月17日 周四） 07:00 发" in lines[0]
    assert any(line.startswith("私聊: 网格员小安：通知1改到") for line in lines)


def test_a_correction_may_begin_with_what_a_notice_may(chat: Chat) -> None:
    staff(chat, "/通知 17-3 今晚七点停水")
    staff(chat, "确认")
    (shown,) = staff(chat, "/通知 更正 1 重要 到21:00 今晚八点停水")
    assert "【重要通知】今晚八点停水" in shown and "有效到 今天（11月16日 周三） 21:00" in shown


def test_cancelled_in_time_nobody_hears_of_it(chat: Chat) -> None:
    staff(chat, "/通知 9:00 17-3 消毒")
    staff(chat, "确认")
    assert "一个群都没发" in staff(chat, "/通知 取消 1")[0]
    assert ring(chat, hours=2) == []
    assert "取消" in staff(chat, "/通知 1")[0]


def ring(chat: Chat, **later: float) -> list[str]:
    """Let time pass, and what the clock makes the bot say."""
    chat.clock.advance(**later)
    chat.app.tick(chat.clock.now())
    return chat.hear()


def half_sent(chat: Chat, text: str = "/通知 17号楼 今晚七点停水") -> None:
    """A notice to the three units of 17号楼, confirmed, of which the first group has it."""
    staff(chat, text)
    quietly(chat, "确认")
    one_send(chat)  # 开始发
    one_send(chat)
    assert groups(said(chat)) == [UNITS[0]]


def quietly(chat: Chat, text: str) -> None:
    """A message of which nothing leaves yet."""
    chat.clock.advance(seconds=11)
    chat.app.receive([chat.message("刘书记", text, STAFF_ROOM)])


def said(chat: Chat) -> list[str]:
    lines = [f"{out.room or '私聊'}: {out.text}" for out in chat.channel.said]
    chat.channel.said.clear()
    return lines


def test_a_pause_keeps_the_place(chat: Chat) -> None:
    half_sent(chat)
    quietly(chat, "/通知 暂停 1")
    lines = chat.hear()
    assert groups(lines) == [] and "已发 1/3" in lines[0]
    assert groups(ring(chat, minutes=50)) == []
    assert groups(staff(chat, "/通知 继续 1")) == UNITS[1:]
    assert "不能继续" in staff(chat, "/通知 继续 1")[0] or "发完" in staff(chat, "/通知 1")[0]


def test_cancelled_half_way_those_that_got_it_are_counted(chat: Chat) -> None:
    half_sent(chat)
    quietly(chat, "/通知 取消 1")
    lines = chat.hear()
    assert groups(lines) == []
    assert "1 个群已经发到" in lines[0] and "2 个群没发" in lines[0] and "/通知 更正 1" in lines[0]
    assert groups(ring(chat, hours=2)) == []


def test_a_correction_goes_to_exactly_those_concerned(chat: Chat) -> None:
    half_sent(chat)
    quietly(chat, "/通知 暂停 1")
    chat.hear()
    shown = staff(chat, "/通知 更正 1 今晚八点停水")
    assert "已经发到 1 个群" in shown[0] and "还没发到的 2 个群" in shown[0]
    lines = staff(chat, "确认")
    heard = {line.partition(": ")[0]: line.partition(": ")[2] for line in lines if line.startswith("春晓苑")}
    assert list(heard) == UNITS
    assert heard[UNITS[0]].startswith(
        "【更正】11月16日 08:00 发的通知1「今晚七点停水」有变，以这条为准：\n【通知】今晚八点停水"
    )
    assert heard[UNITS[1]] == heard[UNITS[2]] == "【通知】今晚八点停水"
    assert groups(ring(chat, hours=2)) == []
    assert "已经改成通知2" in staff(chat, "/通知 更正 1 今晚九点停水")[0]


def test_a_group_that_never_got_it_hears_no_correction(chat: Chat) -> None:
    half_sent(chat)
    quietly(chat, "/通知 取消 1")
    chat.hear()
    staff(chat, "/通知 更正 1 今晚不停水了")
    assert groups(staff(chat, "确认")) == [UNITS[0]]


def test_a_correction_of_what_still_waits_takes_its_place(chat: Chat) -> None:
    staff(chat, "/通知 9:00 17-3 消毒")
    staff(chat, "确认")
    staff(chat, "/通知 更正 1 消毒改期")
    assert "定好了" in staff(chat, "确认")[0]
    lines = ring(chat, hours=2)
    assert [line for line in lines if line.startswith("春晓苑")] == [f"{UNITS[2]}: 【通知】消毒改期"]


def test_sent_again_only_to_those_that_have_not_got_it(chat: Chat) -> None:
    staff(chat, "/通知 17号楼 消毒")
    quietly(chat, "确认")
    one_send(chat)
    chat.channel.failures += [Unsendable("小巷已不在这个群"), MaybeSent("断线")]
    one_send(chat)
    one_send(chat)
    chat.hear()
    chat.app.tick(chat.clock.now())
    ring(chat, minutes=1)
    lines = staff(chat, "/通知 补发 1")
    assert groups(lines) == [UNITS[0]]
    assert "1 个群不确定" in lines[0] and "含不确定" in lines[0]
    ring(chat, minutes=1)
    assert groups(staff(chat, "/通知 补发 1")) == []
    assert groups(staff(chat, "/通知 补发 1 含不确定")) == [UNITS[1]]
    ring(chat, minutes=1)
    assert "都发到了" in staff(chat, "/通知 补发 1")[0]


def test_what_was_never_confirmed_is_not_sent_again(chat: Chat) -> None:
    staff(chat, "/通知 17号楼 消毒")
    staff(chat, "不发")
    assert "不能补发" in staff(chat, "/通知 补发 1")[0]
    assert groups(staff(chat, "/通知 更正 1 消毒")) == []


def test_a_drill_says_so_twice_and_receipts_are_asked_for(chat: Chat) -> None:
    staff(chat, "/通知 17-3 紧急 演练 收到 请到楼下集合")
    lines = staff(chat, "确认")
    assert "开始发" in lines[0]  # not behind the groups of an urgent one
    assert lines[1] == (
        f"{UNITS[2]}: 【演练】【紧急通知】请到楼下集合\n看到请回「收到」。\n（这是演练，不用照办）"
    )


def test_every_step_is_audited(chat: Chat) -> None:
    staff(chat, "/通知 17-3 消毒")
    staff(chat, "确认")
    entries = Audit(chat.app.ledger).entries(NOW - timedelta(hours=1), 10)
    assert [(entry.actor, entry.action) for entry in entries] == [("刘书记", "notice")] * 2


# pictures and files


def test_pictures_sent_in_private_go_with_the_next_notice(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(takes_files=True)
    assert "收到一张图片" in private(chat, "", kind="image", id="p1")[0]
    assert "2 个" in private(chat, "", kind="file", id="f2")[0]
    assert "后面跟 2 张图片或文件" in private(chat, "/通知 17-3 封控图")[0]
    private(chat, "确认")
    assert "后面跟" not in private(chat, "/通知 17-3 封控图")[0]


def test_a_picture_waits_ten_minutes_and_needs_no_words(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(takes_files=True)
    private(chat, "", kind="image", id="p1")
    assert "预览" in private(chat, "/通知 17-3")[0]
    private(chat, "不发")
    chat.clock.advance(minutes=11)
    assert "正文写什么" in private(chat, "/通知 17-3")[0]


def test_where_files_cannot_be_sent_that_is_said(chat: Chat) -> None:
    assert "发不了图片" in private(chat, "", kind="image")[0]
    assert private(chat, "", "王女士", kind="image") == []
    assert chat.say("刘书记", "", STAFF_ROOM, kind="image") == []


def test_a_yes_in_private_when_nothing_waits_opens_no_ticket(chat: Chat) -> None:
    chat.say("刘书记", "发个通知 春晓苑17号楼 恢复供水了", room="", room_id="")
    chat.clock.advance(seconds=20)
    assert "通知1开始发" in chat.say("刘书记", "确认", room="", room_id="")[0]
    chat.clock.advance(seconds=20)
    assert chat.say("刘书记", "确认", room="", room_id="") == [
        "私聊: 现在没有等您确认的。看发到哪了：/通知 列表"
    ]
    assert not chat.app.tickets.open_tickets(9)
