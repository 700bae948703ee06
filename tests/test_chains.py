"""Conversations about 接龙: what is kept, when the bot speaks, what the staff can see."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.exports import signups
from bot.ledger.chains import Chains
from bot.model.household import Household
from bot.tables import write_table
from tests.conftest import COMPOUND_ROOM, STAFF_ROOM, UNIT_ROOM, VOLUNTEER_ROOM, Chat

HEAD = "#接龙\n蔬菜包登记"


def posted(*rows: str, head: str = HEAD) -> str:
    """A copy of a list."""
    return "\n".join([head, *(f"{n}. {row}" for n, row in enumerate(rows, 1))])


def standing(chat: Chat, number: int = 1) -> list[str]:
    """The rows of a list as merged."""
    book = Chains(chat.app.ledger)
    kept = book.get(number)
    assert kept is not None
    return [row.entry.text for row in book.rows(kept) if not row.removed]


def lists(chat: Chat) -> list[str]:
    """The titles of all lists."""
    return [kept.title for kept in Chains(chat.app.ledger).all()]


def import_doors(chat: Chat, *doors: str) -> None:
    households = [Household("春晓苑", *door.split("-")) for door in doors]
    chat.app.roster.import_households(households)


def test_a_list_is_kept_in_silence_however_often_it_is_posted(chat: Chat) -> None:
    rows: list[str] = []
    for n in range(1, 41):
        rows.append(f"{n + 100} 一份")
        assert chat.say(f"邻居{n}", posted(*rows)) == []
    assert standing(chat) == rows and lists(chat) == ["蔬菜包登记"]


def test_two_at_once_are_both_kept_and_the_group_is_told_once_without_a_door(chat: Chat) -> None:
    start = ["501 一份", "502 两份", "503 一份"]
    assert chat.say("甲", posted(*start)) == []
    assert chat.say("乙", posted(*start, "601 王芳 一份")) == []
    (told,) = chat.say("丙", posted(*start, "602 一份"))
    assert told.startswith(UNIT_ROOM) and "有 1 位" in told and "共 5 户" in told
    assert "601" not in told and "王芳" not in told
    assert chat.say("丁", posted(*start, "602 一份", "603 一份")) == []
    assert chat.say("戊", posted(*start, "604 一份")) == []
    assert len(standing(chat)) == 7


def test_after_half_an_hour_new_losses_are_told_again(chat: Chat) -> None:
    start = ["501 一份", "502 两份", "503 一份"]
    chat.say("甲", posted(*start))
    chat.say("乙", posted(*start, "601 一份"))
    assert chat.say("丙", posted(*start, "602 一份"))
    chat.clock.advance(minutes=40)
    assert chat.say("丁", posted(*start, "602 一份", "603 一份")) == []
    (told,) = chat.say("戊", posted(*start, "602 一份", "604 一份"))
    assert "有 1 位" in told and "共 7 户" in told


def test_a_list_that_does_not_call_itself_one_is_kept_and_never_spoken_of(chat: Chat) -> None:
    chat.say("甲", "1. 501 李\n2. 502 王\n3. 503 赵")
    chat.say("乙", "1. 501 李\n2. 502 王\n3. 503 赵\n4. 601 周")
    assert chat.say("丙", "1. 501 李\n2. 502 王\n3. 503 赵\n4. 602 吴") == []
    assert len(standing(chat)) == 5


def test_a_row_on_its_own_belongs_to_the_list_under_way(chat: Chat) -> None:
    chat.say("乙", "2. 502 王 一份")
    assert lists(chat) == []
    chat.say("甲", posted("501 一份", "503 一份", "504 一份"))
    assert chat.say("乙", "4. 502 王 一份") == []
    assert chat.say("丙", "1. 505 一份") == []
    assert standing(chat) == ["501 一份", "503 一份", "504 一份", "502 王 一份", "505 一份"]
    assert chat.say("丁", posted("501 一份", "503 一份", "504 一份", "601 一份"))[0].count("有 2 位") == 1


def test_what_looks_like_a_plea_but_is_a_list_opens_no_ticket(chat: Chat) -> None:
    assert chat.say("甲", "蔬菜包\n1. 17-3-501 一份\n2. 17-3-502 一份") == []
    assert chat.app.tickets.all() == [] and len(standing(chat)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "通知：1. 请戴口罩 2. 请保持一米",
        "番茄炒蛋\n1. 鸡蛋打散\n2. 番茄切块\n3. 倒入锅中",
        "1. 黄瓜 2根\n2. 白菜 1颗\n3. 牛奶 1箱",
        "昨天的接龙谁统计的",
        "「张三：#接龙\n菜\n1. 501」\n- - - - - - - - - - - - - - -\n收到",
    ],
)
def test_what_is_no_list_is_not_kept(chat: Chat, text: str) -> None:
    chat.say("甲", text)
    assert lists(chat) == []


def test_a_cry_for_help_in_a_new_row_is_heard_once(chat: Chat) -> None:
    chat.say("甲", posted("501 降压药", "502 止咳糖浆"))
    heard = chat.say("乙", posted("501 降压药", "502 止咳糖浆", "503 我老伴晕倒了快来人"))
    assert any("【紧急 A001】" in line for line in heard)
    assert chat.say("丙", posted("501 降压药", "502 止咳糖浆", "503 我老伴晕倒了快来人", "504 创可贴")) == []
    assert len(chat.app.tickets.all()) == 1 and len(standing(chat)) == 4


def test_a_worker_may_begin_a_list(chat: Chat) -> None:
    begun = "#接龙\n明天核酸\n例：1. 房号 姓名 人数"
    assert chat.say("网格员小安", begun) == []
    assert chat.say("甲", f"{begun}\n1. 501 张三 3人") == []
    assert lists(chat) == ["明天核酸"] and standing(chat) == ["501 张三 3人"]


def test_a_list_is_no_answer_to_what_the_bot_asked(chat: Chat) -> None:
    asked = chat.say("赵先生", "家里没有降压药了，帮忙买两盒", room=COMPOUND_ROOM)
    assert "几号楼" in asked[1]
    assert chat.say("赵先生", posted("17-3-501 一份", "17-2-301 一份"), room=COMPOUND_ROOM) == []
    (ticket,) = chat.app.tickets.all()
    assert ticket.building == "" and len(standing(chat)) == 2


def test_a_group_note_is_read(chat: Chat) -> None:
    chat.say("甲", "#Group Note\n抗原\n1. 501 阴性", kind="group_note")
    assert standing(chat) == ["501 阴性"]


def test_the_same_title_two_days_later_and_the_same_title_next_morning_begin_new_lists(chat: Chat) -> None:
    rows = [f"50{n} 36.5" for n in range(1, 6)]
    chat.say("甲", posted(*rows, head="#接龙\n体温"))
    chat.clock.advance(hours=20)
    chat.say("甲", posted("501 36.6", head="#接龙\n体温"))
    assert lists(chat) == ["体温", "体温"] and standing(chat, 2) == ["501 36.6"]
    chat.clock.advance(hours=50)
    chat.say("甲", posted("501 36.6", head="#接龙\n体温"))
    assert len(lists(chat)) == 3


def test_another_title_another_list_another_group_another_list(chat: Chat) -> None:
    chat.say("甲", posted("501 张三", "502 李四", head="#接龙\n11.16 核酸"))
    chat.say("甲", posted("501 张三", "502 李四", head="#接龙\n11.17 核酸"))
    chat.say("甲", posted("501 张三", "502 李四", head="#接龙\n11.16 核酸"), room=COMPOUND_ROOM)
    assert len(lists(chat)) == 3


def test_only_its_author_takes_a_row_back(chat: Chat) -> None:
    chat.say("甲", posted("501 一份"))
    chat.say("乙", posted("501 一份", "502 一份"))
    chat.say("丙", posted("501 一份", "502 一份", "503 一份"))
    chat.say("乙", posted("501 一份", "503 一份"))
    assert standing(chat) == ["501 一份", "503 一份"]
    chat.say("丁", posted("503 一份", "504 一份"))
    assert standing(chat) == ["501 一份", "503 一份", "504 一份"]
    assert "（被 丁 删了，请核实）" in chat.say("刘书记", "/接龙 名单", room=STAFF_ROOM)[0]


def test_the_staff_see_lists_rows_and_who_is_missing(chat: Chat) -> None:
    import_doors(chat, "17-3-501", "17-3-502", "17-3-601", "17-2-501")
    chat.say("甲", posted("501 张三 3人", "502 2人"))
    (line,) = chat.say("刘书记", "/接龙", room=STAFF_ROOM)
    assert "1. 蔬菜包登记（春晓苑17号楼3单元）2 户 写明 5 人 缺 1 户" in line
    (rows,) = chat.say("刘书记", "/接龙 名单 1", room=STAFF_ROOM)
    assert rows.endswith("1. 501 张三 3人\n2. 502 2人")
    (missing,) = chat.say("刘书记", "/接龙 缺", room=STAFF_ROOM)
    assert "还缺 1 户" in missing and missing.endswith("17-3：601")
    (wider,) = chat.say("刘书记", "/接龙 缺 1 17号楼", room=STAFF_ROOM)
    assert wider.endswith("17-3：601")
    assert chat.say("刘书记", "/接龙 名单", room="")[0].endswith("1. 501 张三 3人\n2. 502 2人")
    chat.say("乙", posted("501 张三 3人", "502 2人", "601 1人"))
    assert "一户不缺" in chat.say("刘书记", "/接龙 缺 1", room="")[0]


def test_a_compounds_list_can_be_looked_at_building_by_building(chat: Chat) -> None:
    import_doors(chat, "17-3-501", "17-3-502", "5--101")
    chat.say("甲", posted("17-3-501 一份", "101 一份"), room=COMPOUND_ROOM)
    (missing,) = chat.say("刘书记", "/接龙 缺", room=STAFF_ROOM)
    assert missing.endswith("还缺 1 户：\n17-3：502")
    (missing,) = chat.say("刘书记", "/接龙 缺 1 17号楼", room=STAFF_ROOM)
    assert "（春晓苑17号楼）还缺 1 户" in missing
    assert "一户不缺" in chat.say("刘书记", "/接龙 缺 5号楼", room=STAFF_ROOM)[0]


def test_a_row_that_fits_two_households_ticks_off_neither(chat: Chat) -> None:
    import_doors(chat, "17-3-501", "17-2-501")
    chat.say("甲", posted("501 一份", "17-1-302 一份"), room=COMPOUND_ROOM)
    (missing,) = chat.say("刘书记", "/接龙 缺", room=STAFF_ROOM)
    assert "还缺 2 户" in missing


def test_a_row_without_a_door_is_the_household_its_author_is_bound_to(chat: Chat) -> None:
    import_doors(chat, "17-3-501", "17-3-502")
    chat.say("阳光", "/我是 17-3-501 王芳", room="")
    chat.say("阳光", posted("阳光 一份"))
    (missing,) = chat.say("刘书记", "/接龙 缺", room=STAFF_ROOM)
    assert missing.endswith("还缺 1 户：\n17-3：502")


def test_in_a_residents_group_there_are_numbers_and_no_doors(chat: Chat) -> None:
    import_doors(chat, "17-3-501", "17-3-502")
    chat.say("甲", posted("501 张三"))
    assert "1 户" in chat.say("网格员小安", "/接龙")[0]
    (rows,) = chat.say("网格员小安", "/接龙 名单")
    (missing,) = chat.say("网格员小安", "/接龙 缺")
    assert "还缺 1 户" in missing
    assert not any(secret in rows + missing for secret in ("501", "502", "张三"))


def test_residents_and_other_branches_see_nothing(chat: Chat) -> None:
    chat.say("甲", posted("501 张三"))
    assert chat.say("甲", "/接龙") == []
    assert chat.say("志愿者小冀", "/接龙 名单", room=VOLUNTEER_ROOM) == []
    chat.say("乙", posted("101 一份"), room="和谐小区居民群")
    assert "101" not in chat.say("网格员小安", "/接龙 名单 2", room="")[0]


def test_without_lists_and_without_households_it_says_so(chat: Chat) -> None:
    assert "没有接龙" in chat.say("刘书记", "/接龙", room=STAFF_ROOM)[0]
    chat.say("甲", posted("501 张三"))
    assert "没有导入" in chat.say("刘书记", "/接龙 缺", room=STAFF_ROOM)[0]


def test_lists_outlive_the_process(open_chat: Callable[..., Chat], tmp_path: Path) -> None:
    path = tmp_path / "chains.db"
    chat = open_chat(path)
    chat.say("甲", posted("501 张三"))
    chat.say("乙", posted("501 张三", "502 李四"))
    chat.app.ledger.close()
    again = open_chat(path, at=chat.clock.now())
    again.say("丙", posted("501 张三", "503 王五"), id="later")
    assert standing(again) == ["501 张三", "502 李四", "503 王五"]


def test_an_export_has_every_row(chat: Chat, tmp_path: Path) -> None:
    chat.say("甲", posted("501 张三 大米2袋"))
    chat.say("乙", posted("501 张三 大米2袋", "502 一份"))
    chat.say("乙", posted("501 张三 大米2袋"))
    headers, rows = signups(chat.app.ledger, chat.clock.now().tzinfo)  # type: ignore[arg-type]
    write_table(tmp_path / "x.csv", headers, rows)
    read = list(csv.DictReader((tmp_path / "x.csv").read_text("utf-8-sig").splitlines()))
    assert [
        (row["楼栋"], row["单元"], row["门牌"], row["姓名"], row["数量"], row["状态"]) for row in read
    ] == [
        ("17", "3", "501", "张三", "2袋", ""),
        ("17", "3", "502", "", "一份", "本人撤回"),
    ]


def test_a_list_in_private_or_called_out_is_acknowledged(chat: Chat) -> None:
    assert "记下了（接龙）" in chat.say("甲", posted("501 张三"), room="")[0]
    assert lists(chat) == []
    assert "记下了（接龙）" in chat.say("甲", f"小巷，{posted('501 张三')}")[0]
    assert lists(chat) == ["蔬菜包登记"]
