"""What is nobody else's business stays so: answered in private, shown to whom it is about, forgotten when it is old."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import cli
from bot.groups import Tree
from bot.ledger.audit import Audit
from bot.ledger.coverage import Coverage
from bot.ledger.database import sole_user
from bot.ledger.members import Members
from bot.ledger.nameless import Nameless
from bot.ledger.notices import Notices
from bot.ledger.privacy import Privacy
from bot.ledger.retention import Retention
from bot.ledger.rounds import Rounds
from bot.model.audit import Actor
from bot.model.notice import Notice
from bot.model.privacy import Kept
from bot.model.testing import Round
from tests.conftest import COMPOUND_ROOM, MORNING, ROOT, STAFF_ROOM, UNIT_ROOM, VOLUNTEER_ROOM, Chat

PHONE = "13812345678"
NAME = "欧阳淑芬"
ID = "wxid_ouyang"
PLEA = f"家里降压药没有了，麻烦帮忙买两盒，电话{PHONE}"


def tell(chat: Chat, sender: str, text: str, **extra: object) -> list[str]:
    return chat.say(sender, text, room="", **extra)


def lived(chat: Chat) -> None:
    """A resident's week: a door, a ticket asked for, taken, done, a report, a complaint, a row of a list."""
    tell(chat, NAME, f"/我是 17-3-501 {NAME}", sender_id=ID)
    chat.say(NAME, PLEA, sender_id=ID)
    chat.say("王女士", "家里没大米了，帮忙买一袋")
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.say("刘书记", "/工单 A001", STAFF_ROOM)
    chat.say("网格员小安", f"办结 1 打过{PHONE}，放501门口", STAFF_ROOM)
    tell(chat, NAME, "501早上37.8度", sender_id=ID)
    chat.say(NAME, "我要投诉物业，垃圾三天不收，打电话也不接", sender_id=ID)
    chat.say(NAME, f"#接龙\n蔬菜包登记\n1. 501 {NAME} 2份 {PHONE}", sender_id=ID)
    chat.hear()


def kept(chat: Chat, person_id: str) -> Kept:
    return Privacy(Nameless(chat.app.ledger, str, ()), Members(chat.app.ledger)).kept(person_id)


def retention_of(chat: Chat) -> Retention:
    tree, people = Tree(chat.app.settings.groups), [person.id for person in chat.app.settings.people]
    return Retention(Nameless(chat.app.ledger, tree.building_of, people))


# private by nature


@pytest.mark.parametrize(
    "text", ["孩子发烧了，38度5", "我抗原两道杠了", "报体温 37.8", "我要投诉物业，垃圾三天不收"]
)
def test_a_friend_reads_the_answer_in_private_and_the_group_one_line(chat: Chat, text: str) -> None:
    tell(chat, "王女士", "在吗")
    alert, public, private = chat.say("王女士", text)
    assert alert.startswith(STAFF_ROOM) and text in alert
    assert public == f"{UNIT_ROOM}: @王女士 已登记，请看私聊。"
    assert private.startswith("私聊: ") and "0371-55501234" in private


@pytest.mark.parametrize(
    "text", ["孩子发烧了，38度5", "体温38.2 17号楼3单元402", "投诉一下，志愿者态度特别差"]
)
def test_the_group_of_a_stranger_reads_that_the_staff_have_it_and_not_what(chat: Chat, text: str) -> None:
    alert, public = chat.say("王女士", text)
    assert alert.startswith(STAFF_ROOM) and text in alert
    assert public.startswith(f"{UNIT_ROOM}: @王女士 已转值班人员")
    assert not any(word in public for word in ("烧", "体温", "阳", "投诉", "38", "口罩"))


@pytest.mark.parametrize("text", ["志愿者态度真差", "发的菜全是烂的", "有人不戴口罩 管管啊"])
def test_a_rant_comes_to_the_staff_and_is_not_answered_among_neighbours(chat: Chat, text: str) -> None:
    (alert,) = chat.say("王女士", text)
    assert alert.startswith(f"{STAFF_ROOM}: 【投诉】") and text in alert
    (_, public) = chat.say("李姐", f"小巷，{text}")
    assert public.startswith(f"{UNIT_ROOM}: @李姐 已转值班人员")


def test_the_name_of_a_friend_is_not_kept(chat: Chat) -> None:
    tell(chat, NAME, "在吗")
    assert chat.app.ledger.execute("SELECT name FROM members WHERE room_id = ''").fetchall() == [("",)]


def test_a_fever_comes_to_the_staff_with_the_door_of_the_binding(chat: Chat) -> None:
    tell(chat, "王芳", "/我是 17-3-501 王芳")
    alert, *_ = chat.say("王芳", "我量了38度2，发烧了", COMPOUND_ROOM)
    assert "【发热 38.2℃】春晓苑17号楼3单元501室 王芳" in alert


def test_a_new_fever_in_a_list_of_temperatures_is_told_to_the_staff_once(chat: Chat) -> None:
    assert chat.say("张三", "接龙：体温上报\n1) 501 36.5") == []
    (alert,) = chat.say("李四", "接龙：体温上报\n1) 501 36.5\n2) 502 李四 36.4 老伴37.9")
    assert alert.startswith(f"{STAFF_ROOM}: 【发热 37.9℃】") and "502 李四 36.4 老伴37.9" in alert
    assert chat.say("王五", "接龙：体温上报\n1) 501 36.5\n2) 502 李四 36.4 老伴37.9\n3) 503 36.2") == []
    assert chat.say("赵六", "接龙：买鸡蛋，38元一板\n1) 501 38元") == []
    assert chat.say("赵六", "接龙：蔬菜包\n1) 501 38") == []


def test_a_normal_temperature_is_kept_in_silence(chat: Chat) -> None:
    assert chat.say("王芳", "17-3-501 早上36.5") == []
    assert kept(chat, "王芳").records == {"report.temperature": 1}


def test_whoever_asks_for_a_person_about_an_illness_is_answered_in_private(chat: Chat) -> None:
    tell(chat, "老周", "在吗")
    _, public, private = chat.say("老周", "小巷，我这老毛病犯病了，要找人工", COMPOUND_ROOM)
    assert public.endswith("@老周 已登记，请看私聊。") and "A001" in private


def test_answers_of_the_faq_and_hand_overs_can_be_counted(chat: Chat) -> None:
    tell(chat, "陈阿姨", "请问明天核酸几点开始")
    tell(chat, "陈阿姨", "我要找人工客服")
    topics = [
        topic
        for (topic,) in chat.app.ledger.execute("SELECT topic FROM outbox WHERE topic <> '' ORDER BY id")
    ]
    assert len(topics) == 2 and topics[0].startswith("faq:") and topics[1] == "handoff"


# my data


def test_everybody_may_read_in_private_what_is_kept_about_them(chat: Chat) -> None:
    lived(chat)
    (line,) = tell(chat, NAME, "我的信息", sender_id=ID)
    assert "住处：春晓苑17-3-501" in line and "A001 买药送药 已办结" in line and "接龙：1 行" in line
    assert "投诉、建议 1 条" in line or "投诉" in line
    assert "A002" not in line, "what others asked for is theirs"


@pytest.mark.parametrize("text", ["查一下我的信息", "我的信息都有啥", "你们都记了我什么", "/我的资料"])
def test_nobody_has_to_know_the_command_to_read_it(chat: Chat, text: str) -> None:
    assert tell(chat, "王女士", text)[0].startswith("私聊: 小巷没有记着您的什么。")


@pytest.mark.parametrize("text", ["把我的资料都删了吧", "能不能把我的个人信息删掉", "删我的信息"])
def test_nobody_has_to_know_the_command_to_be_forgotten(chat: Chat, text: str) -> None:
    assert "回：确认删除" in tell(chat, "王女士", text)[0]


def test_in_a_group_nothing_is_told(chat: Chat) -> None:
    lived(chat)
    for text in ("/我的信息", "/删除我的信息", "小巷，你们都记了我什么"):
        assert chat.say(NAME, text, sender_id=ID) == [f"{UNIT_ROOM}: @{NAME} 这个请私聊我说。"]


def test_nothing_is_forgotten_before_it_is_confirmed(chat: Chat) -> None:
    lived(chat)
    tell(chat, NAME, "删除我的信息", sender_id=ID)
    assert kept(chat, ID).door
    assert tell(chat, NAME, "算了，不删了", sender_id=ID) == ["私聊: 好的，没有删。"]
    tell(chat, NAME, "确认删除", sender_id=ID)
    assert kept(chat, ID).door


def test_a_confirmation_that_comes_too_late_forgets_nothing(chat: Chat) -> None:
    lived(chat)
    tell(chat, NAME, "删除我的信息", sender_id=ID)
    chat.clock.advance(minutes=11)
    tell(chat, NAME, "确认删除", sender_id=ID)
    assert kept(chat, ID).door


def test_whoever_is_forgotten_is_nowhere_by_name(open_chat: Callable[..., Chat], tmp_path: Path) -> None:
    chat = open_chat(tmp_path / "x.db")
    lived(chat)
    tell(chat, NAME, "删除我的信息", sender_id=ID)
    (line,) = tell(chat, NAME, "确认删除", sender_id=ID)
    assert "已经抹去了" in line
    retention_of(chat).scrub()
    words = bytes_of(tmp_path)
    assert PHONE.encode() not in words and NAME.encode() not in words
    assert "家里没大米了".encode() in words, "what others asked for stays"
    (ticket, _) = chat.app.tickets.all()
    assert (ticket.number, ticket.state, ticket.building, ticket.unit, ticket.room) == (
        "A001",
        "done",
        "17",
        "",
        "",
    )
    assert [step.actor for step in chat.app.tickets.history(ticket)] == ["居民", "网格员小安", "网格员小安"]
    (entry, *_) = Audit(chat.app.ledger).entries(MORNING, 1)
    assert (entry.action, entry.actor) == ("forget", "居民")


def test_the_forgotten_can_come_back_as_a_friend(chat: Chat) -> None:
    tell(chat, "王女士", "删除我的信息")
    tell(chat, "王女士", "确认删除")
    assert "已转值班人员" in chat.say("王女士", "孩子发烧了，38度5")[1]
    tell(chat, "王女士", "在吗")
    assert "请看私聊" in chat.say("王女士", "孩子又发烧了，39度")[1]


def test_an_open_ticket_is_seen_to_and_forgotten_three_days_after_it_is_done(chat: Chat) -> None:
    chat.say(NAME, PLEA, sender_id=ID)
    tell(chat, NAME, "删除我的信息", sender_id=ID)
    (line,) = tell(chat, NAME, "确认删除", sender_id=ID)
    assert "A001 还在办" in line
    assert chat.app.tickets.all()[0].phones == PHONE
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.say("网格员小安", "办结 1", STAFF_ROOM)
    chat.clock.advance(hours=71)
    chat.app.tick(chat.clock.now())
    assert chat.app.tickets.all()[0].phones == PHONE, "it may still be opened again"
    chat.clock.advance(hours=2)
    chat.app.tick(chat.clock.now())
    ticket = chat.app.tickets.all()[0]
    assert (ticket.phones, ticket.requester, ticket.state, ticket.owner) == ("", "居民", "done", "网格员小安")


def test_a_list_goes_on_without_whoever_is_forgotten(chat: Chat) -> None:
    chat.say(NAME, f"#接龙\n蔬菜包登记\n1. 501 {NAME} 2份", sender_id=ID)
    chat.say("张三", f"#接龙\n蔬菜包登记\n1. 501 {NAME} 2份\n2. 502 张三 1份")
    tell(chat, NAME, "删除我的信息", sender_id=ID)
    tell(chat, NAME, "确认删除", sender_id=ID)
    (line,) = chat.say("刘书记", "/接龙 名单", STAFF_ROOM)
    assert "502 张三 1份" in line and "1 户" in line and NAME not in line
    chat.clock.advance(minutes=1)
    chat.say("李四", "#接龙\n蔬菜包登记\n1. 502 张三 1份\n2. 503 李四 1份")
    (line,) = chat.say("刘书记", "/接龙 名单", STAFF_ROOM)
    assert "503 李四" in line and NAME not in line


def test_words_added_to_a_neighbours_ticket_lose_their_name(chat: Chat) -> None:
    tell(chat, "王芳", "/我是 17-3-501 王芳")
    tell(chat, NAME, "/我是 17-3-501 " + NAME, sender_id=ID)
    chat.say("王芳", PLEA)
    chat.say(NAME, PLEA + "，501的", sender_id=ID)
    (ticket,) = chat.app.tickets.all()
    assert NAME in [step.actor for step in chat.app.tickets.history(ticket)]
    tell(chat, NAME, "删除我的信息", sender_id=ID)
    tell(chat, NAME, "确认删除", sender_id=ID)
    (ticket,) = chat.app.tickets.all()
    assert ticket.requester == "王芳", "what others asked for stays theirs"
    assert NAME not in [step.actor for step in chat.app.tickets.history(ticket)]


def tested(chat: Chat) -> None:
    """A round in which a resident says that they and a neighbour were tested, and answers a notice."""
    at = chat.clock.now()
    new = Round(
        0, "春晓苑", "第3轮", "北门", at, at + timedelta(hours=2), "running", 20, 10, at, started_at=at
    )
    ledger = chat.app.ledger
    with ledger.transaction():
        Rounds(ledger).open(new, [])
        notice = Notices(ledger).add(Notice(0, "明早核酸", (UNIT_ROOM,), "春晓苑", "春晓苑", at, at))
        assert notice is not None
        Notices(ledger).received(notice.id, UNIT_ROOM, Actor(at, ID, NAME), "春晓苑|17|3|501")
    chat.say(NAME, "17-3-501 测完了", sender_id=ID)
    chat.say(NAME, "帮对门 17-3-502 测了", sender_id=ID)
    chat.say("网格员小安", "17-3-601 外出", STAFF_ROOM)


def test_who_was_tested_stays_and_who_said_so_is_forgotten(chat: Chat) -> None:
    tested(chat)
    (line,) = tell(chat, "x", "我的信息", sender_id=ID)
    assert "说过核酸做了的：2 户次" in line and "回过「收到」的通知：1 条" in line
    tell(chat, "x", "删除我的信息", sender_id=ID)
    tell(chat, "x", "确认删除", sender_id=ID)
    marks = sorted(Coverage(chat.app.ledger).marks(1).values(), key=lambda mark: mark.household.door)
    assert [(mark.household.door, mark.by_id, mark.by_name) for mark in marks] == [
        ("17-3-501", "", ""), ("17-3-502", "", ""), ("17-3-601", "wxid_worker", "网格员小安"),
    ]  # fmt: skip
    assert [one.people for one in Notices(chat.app.ledger).receipts(1)] == [1]
    assert kept(chat, ID).tested == kept(chat, ID).receipts == 0


def test_of_an_old_round_no_door_is_left_but_the_numbers(chat: Chat) -> None:
    tested(chat)
    chat.say("网格员小安", "17-3-601 没测", STAFF_ROOM)
    chat.say("网格员小安", "17-3-602 外出", STAFF_ROOM)
    retention = retention_of(chat)
    with chat.app.ledger.transaction():
        counts = retention.sweep(chat.clock.now() + timedelta(days=1))
    assert (counts["核酸里的住户"], counts["回了收到的人"], counts["审计里的住户"]) == (3, 1, 1)
    marks = Coverage(chat.app.ledger).marks(1).values()
    assert [(mark.household.building, mark.household.unit, mark.by_name) for mark in marks] == [
        ("17", "", "")
    ] * 3
    assert not any(mark.household.room.isdecimal() for mark in marks)
    assert retention.stale(chat.clock.now() + timedelta(days=1))["核酸里的住户"] == 0


# retention


def bytes_of(folder: Path) -> bytes:
    """All that a thief of the ledger's files would have."""
    return b"".join(path.read_bytes() for path in folder.glob("x.db*"))


def configured(folder: Path) -> Path:
    """A bot.yaml whose ledger is x.db beside it."""
    lines = (ROOT / "bot.yaml").read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("database:", "data:"))]
    path = folder / "bot.yaml"
    path.write_text("\n".join([*kept, "database: x.db", f"data: {ROOT / 'data'}"]) + "\n", "utf-8")
    return path


def test_what_is_old_is_counted_first_and_then_really_gone(
    open_chat: Callable[..., Chat], tmp_path: Path
) -> None:
    chat = open_chat(tmp_path / "x.db")
    lived(chat)
    config = configured(tmp_path)
    doors = tmp_path / "pictures" / "round1-1116-090000.xlsx"
    doors.parent.mkdir()
    doors.write_bytes(b"17-3-501")
    dry = CliRunner().invoke(cli, ["forget", "--config", str(config)])
    assert doors.exists()
    assert dry.exit_code == 0 and "办完的工单 1" in dry.stdout and "什么也没有改" in dry.stderr
    assert PHONE.encode() in bytes_of(tmp_path) and NAME.encode() in bytes_of(tmp_path)
    done = CliRunner().invoke(cli, ["forget", "--apply", "--config", str(config)])
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[1:] == dry.stdout.splitlines()[1:]
    assert not doors.exists(), "lists of doors go, too"
    words = bytes_of(tmp_path)
    assert PHONE.encode() not in words
    assert "家里没大米了".encode() in words, "open tickets are nobody's past"
    again = CliRunner().invoke(cli, ["forget", "--config", str(config)])
    assert all(line.endswith(" 0") for line in again.stdout.splitlines()[1:]), again.stdout


def test_of_a_resident_without_a_binding_not_even_the_name_is_left(
    open_chat: Callable[..., Chat], tmp_path: Path
) -> None:
    chat = open_chat(tmp_path / "x.db")
    chat.say(NAME, PLEA, sender_id=ID)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.say("网格员小安", "办结 1", STAFF_ROOM)
    chat.say(NAME, "孩子发烧了，38度5", sender_id=ID)
    assert NAME.encode() in bytes_of(tmp_path)
    result = CliRunner().invoke(cli, ["forget", "--apply", "--config", str(configured(tmp_path))])
    assert result.exit_code == 0, result.output
    words = bytes_of(tmp_path)
    assert NAME.encode() not in words and PHONE.encode() not in words and ID.encode() not in words
    assert chat.say("网格员小安", "/工单 A001", STAFF_ROOM), "the running bot goes on"


def test_nobody_takes_back_what_was_done_for_the_forgotten(chat: Chat) -> None:
    chat.say(NAME, PLEA, sender_id=ID)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.say("网格员小安", "办结 1", STAFF_ROOM)
    tell(chat, NAME, "删除我的信息", sender_id=ID)
    tell(chat, NAME, "确认删除", sender_id=ID)
    chat.say("网格员小安", "撤销 1", STAFF_ROOM)
    assert chat.app.tickets.all()[0].state == "done"


def test_what_is_old_goes_while_the_bot_is_running(open_chat: Callable[..., Chat], tmp_path: Path) -> None:
    with sole_user(tmp_path / "x.db"):
        chat = open_chat(tmp_path / "x.db")
        chat.say(NAME, PLEA, sender_id=ID)
        chat.say("刘书记", "撤单 1", STAFF_ROOM)
        result = CliRunner().invoke(cli, ["forget", "--apply", "--config", str(configured(tmp_path))])
        assert result.exit_code == 0 and "旧字不在里面" in result.stderr
        assert PHONE.encode() not in bytes_of(tmp_path)
        assert "A002" in chat.say("王女士", "家里没大米了，帮忙买一袋")[-1]


def test_the_reports_count_the_nameless_as_before(chat: Chat) -> None:
    lived(chat)
    before = chat.app.tickets.all()[0]
    steps = chat.app.tickets.history(before)
    with chat.app.ledger.transaction():
        retention_of(chat).sweep(chat.clock.now() + timedelta(days=1))
    after = chat.app.tickets.all()[0]
    same = ("number", "intent", "title", "state", "building", "owner", "opened_at", "updated_at", "urgent")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    assert after.node == "17号楼"
    times = [(step.at, step.kind, step.after, step.owner_id) for step in chat.app.tickets.history(after)]
    assert times == [(step.at, step.kind, step.after, step.owner_id) for step in steps]


def test_what_is_young_stays(chat: Chat) -> None:
    lived(chat)
    counts = retention_of(chat).stale(MORNING)
    assert set(counts.values()) == {0}


def test_isolation_that_is_over_keeps_its_days_and_loses_its_door(chat: Chat) -> None:
    ledger = chat.app.ledger
    for room in ("501", "502"):
        ledger.execute(
            "INSERT INTO isolation (compound, building, unit, room, node, name, people, begins, ends, note)"
            f" VALUES ('春晓苑', '17', '3', '{room}', '17号楼3单元', '{NAME}', 2, 1000, 2000, '孕妇')"
        )
    with ledger.transaction():
        counts = retention_of(chat).sweep(MORNING)
    assert counts["结束了的居家隔离"] == 2
    rows = ledger.execute(
        "SELECT building, unit, room, node, name, people, begins, ends, note FROM isolation"
    ).fetchall()
    assert set(rows) == {("17", "", "", "17号楼", "", 2, 1000, 2000, "")}


def test_whoever_is_forgotten_is_forgotten_as_isolating_too_once_that_is_over(
    open_chat: Callable[..., Chat], tmp_path: Path
) -> None:
    chat = open_chat(tmp_path / "x.db")
    chat.say("网格员小安", f"/隔离 17-3-501 {NAME} 2天 紫苏过敏", STAFF_ROOM)
    chat.say("网格员小安", "/隔离", STAFF_ROOM)
    tell(chat, NAME, f"/我是 17-3-501 {NAME}", sender_id=ID)
    chat.clock.advance(days=3)
    tell(chat, NAME, "删除我的信息", sender_id=ID)
    tell(chat, NAME, "确认删除", sender_id=ID)
    assert retention_of(chat).scrub()
    assert NAME.encode() not in bytes_of(tmp_path) and "紫苏".encode() not in bytes_of(tmp_path)
    assert chat.app.ledger.execute("SELECT building, room FROM isolation").fetchall() == [("17", "")]


def test_isolation_that_still_runs_outlives_the_wish_to_be_forgotten(chat: Chat) -> None:
    chat.say("网格员小安", f"/隔离 17-3-501 {NAME} 5天", STAFF_ROOM)
    tell(chat, NAME, f"/我是 17-3-501 {NAME}", sender_id=ID)
    tell(chat, NAME, "删除我的信息", sender_id=ID)
    tell(chat, NAME, "确认删除", sender_id=ID)
    chat.clock.advance(minutes=1)
    assert f"17号楼3单元501室 {NAME}" in chat.say("网格员小安", "/隔离", STAFF_ROOM)[0]


# doors claimed, and the audit


def test_the_staff_read_once_who_claims_a_door(chat: Chat) -> None:
    alert, _ = tell(chat, "王芳", "/我是 17-3-501 王芳")
    assert alert.startswith(STAFF_ROOM) and "春晓苑17-3-501" in alert and "/解绑 王芳" in alert
    assert len(tell(chat, "王芳", "/我是 17-3-501 王芳芳")) == 1, "the same door again is no news"


@pytest.mark.parametrize("word", ["王芳", "@王芳", "17-3-501"])
def test_a_claim_that_is_not_true_is_taken_back(chat: Chat, word: str) -> None:
    tell(chat, "王芳", "/我是 17-3-501 王芳")
    (line,) = chat.say("网格员小安", f"/解绑 {word}", STAFF_ROOM)
    assert "已解绑：王芳（春晓苑17-3-501）" in line
    assert kept(chat, "王芳").door == ""


def test_nobody_unbinds_a_door_elsewhere(chat: Chat) -> None:
    code = chat.app.roster.invite("worker", "和谐小区", chat.clock.now(), timedelta(days=1))
    tell(chat, "和谐网格员", f"/认领 {code}")
    tell(chat, "王芳", "/我是 17-3-501 王芳")
    (line,) = tell(chat, "和谐网格员", "/解绑 王芳")
    assert "不在您负责的范围" in line and kept(chat, "王芳").door


def administrator(chat: Chat, scope: str = "百合社区") -> str:
    code = chat.app.roster.invite("admin", scope, chat.clock.now(), timedelta(days=1))
    tell(chat, "赵管理", f"/认领 {code}")
    return "赵管理"


def test_an_administrator_reads_who_did_what(chat: Chat) -> None:
    lived(chat)
    admin = administrator(chat)
    (line,) = tell(chat, admin, "/审计")
    first, *rows = line.removeprefix("私聊: ").splitlines()
    assert first.endswith("赵管理 认领身份：百合社区管理员")
    assert any("网格员小安 A001 已办结" in row for row in rows)
    assert any(f"{NAME} 登记住处" in row for row in rows) and "17-3-501" not in line
    (line,) = tell(chat, admin, "/审计 A002")
    assert "A002" in line and "A001" not in line
    (line,) = tell(chat, admin, "/审计 小安 办结")
    assert line.count("\n") == 0 and "A001 已办结" in line
    for nobody in ("没有这个人", "A077", "77"):
        assert tell(chat, admin, f"/审计 {nobody}") == ["私聊: 没有这样的操作记录。"]
    chat.clock.advance(hours=24)
    assert (
        "/审计" not in tell(chat, admin, "/审计 今天")[0]
        and "没有" in tell(chat, admin, "/审计 今天 小安")[0]
    )


def test_the_audit_has_pages(chat: Chat) -> None:
    admin = administrator(chat)
    for n in range(20):
        Audit(chat.app.ledger).write(Actor(chat.clock.now(), "x", "甲"), "duty", f"第{n}行")
    (first,) = tell(chat, admin, "/审计 甲")
    assert len(first.splitlines()) == 16 and first.endswith("/审计 甲 2页") and "第19行" in first
    (second,) = tell(chat, admin, "/审计 甲 2页")
    assert [line.split("：")[1] for line in second.splitlines()] == [f"第{n}行" for n in (4, 3, 2, 1, 0)]


def test_the_audit_is_for_administrators_and_not_for_groups(chat: Chat) -> None:
    assert "管理员" in tell(chat, "刘书记", "/审计")[0]
    admin = administrator(chat)
    assert chat.say(admin, "/审计", VOLUNTEER_ROOM)[0].endswith("这个请私聊我说。")
    assert "认领身份" in chat.say(admin, "/审计", STAFF_ROOM)[0]


def test_an_administrator_of_a_branch_reads_of_that_branch(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    admin = administrator(chat, "和谐小区")
    assert tell(chat, admin, "/审计") == ["私聊: 没有这样的操作记录。"]


# questions to the FAQ


def test_what_was_asked_of_the_faq_is_forgotten(tmp_path: Path, open_chat: Callable[..., Chat]) -> None:
    ledger = tmp_path / "ledger.db"
    chat = open_chat(ledger)
    secret = f"请问{NAME}想知道超市几点关门"
    chat.say("王女士", "核酸几点开始")
    for question in ("核酸几点开始", secret):
        chat.say(NAME, question, sender_id=ID)
    chat.clock.advance(minutes=1)
    chat.app.tick(chat.clock.now())
    assert f"@{NAME} 上面 08:00 答过" in "".join(chat.hear())
    chat.say(NAME, "没用", sender_id=ID)
    for n in range(4):
        chat.say(f"邻居{n}", "超市几点关门啊")
    chat.clock.advance(minutes=1)
    assert "问过小巷的话：2 条" in tell(chat, NAME, "/我的信息", sender_id=ID)[0]
    assert "说过有用、没用的答案：1 条" in tell(chat, NAME, "我的信息", sender_id=ID)[0]
    tell(chat, NAME, "/删除我的信息", sender_id=ID)
    tell(chat, NAME, "确认删除", sender_id=ID)
    with chat.app.ledger.transaction():
        chat.app.ledger.execute("DELETE FROM messages")
    assert retention_of(chat).scrub()
    chat.app.ledger.close()
    kept_bytes = ledger.read_bytes()
    for word in (NAME, secret):
        assert word.encode() not in kept_bytes, word


def test_old_questions_are_made_nameless_and_still_counted(chat: Chat) -> None:
    chat.say(NAME, "核酸几点开始", sender_id=ID)
    chat.say(NAME, "没用", sender_id=ID)
    later = chat.clock.now() + timedelta(days=1)
    with chat.app.ledger.transaction():
        counts = retention_of(chat).sweep(later)
    assert counts["问过问答的人"] == 1 and counts["说过有用没用的人"] == 1
    assert retention_of(chat).stale(later)["问过问答的人"] == 0
    ((entry, person, text, useless),) = chat.app.ledger.execute(
        "SELECT a.entry, person, text, 1 - useful FROM asked a JOIN votes v ON v.entry = a.entry"
    ).fetchall()
    assert (entry, person, text, useless) == ("hesuan-time", "", "", 1)


def test_old_edits_and_the_answers_they_replaced_are_swept_and_what_waits_stays(chat: Chat) -> None:
    for text in ("/faq 改 hesuan-time 8点", "确认", "/faq 改 hesuan-place 南门"):
        chat.clock.advance(seconds=15)
        chat.say("刘书记", text, STAFF_ROOM)
    retention, later = retention_of(chat), chat.clock.now() + timedelta(days=1)
    assert retention.stale(MORNING)["问答的改动"] == 0
    assert (retention.stale(later)["问答的改动"], retention.stale(later)["换掉的旧答案"]) == (1, 1)
    with chat.app.ledger.transaction():
        retention.sweep(later)
    assert (retention.stale(later)["问答的改动"], retention.stale(later)["换掉的旧答案"]) == (0, 0)
    assert "第 2 版" in "".join(chat.say("刘书记", "/faq 版本", STAFF_ROOM))
    assert "已上线" in "".join(chat.say("刘书记", "确认", STAFF_ROOM)), "what waits is not touched"
