"""A call that may not have left is not called again by itself: the staff read where, and what to say to call it again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.model.channel import MaybeSent, Outgoing
from tests.conftest import STAFF_ROOM, Chat

UNIT_1 = "春晓苑17号楼1单元群"
CALL, WARNING = "请17号楼1单元下楼做核酸", "17号楼2单元请准备"
AGAIN = "要再叫一次就回：叫 17-1"


class Killed(BaseException):
    """kill -9, while the words are leaving."""


def breaks(chat: Chat, words: str, how: BaseException) -> None:
    """The first message with these words ends like this."""
    left = [how]

    async def send(out: Outgoing) -> str:
        if words in out.text and left:
            raise left.pop()
        chat.channel.said.append(out)
        return ""

    chat.channel.send = send  # type: ignore[method-assign]


def begin(chat: Chat, branch: str = "17号楼") -> list[str]:
    """Begin a round; what is said until its first unit is called and the next one is warned."""
    chat.say("刘书记", f"/核酸 开始 {branch} 小区北门 00:00-24:00", STAFF_ROOM)
    return chat.say("刘书记", "确认", STAFF_ROOM)


def unsure(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith(f"{STAFF_ROOM}: 【叫号不确定】")]


def test_a_call_that_may_not_have_left_is_told_with_the_words_that_call_it_again(chat: Chat) -> None:
    breaks(chat, CALL, MaybeSent("断了"))
    [told] = unsure(begin(chat))
    assert UNIT_1 in told and CALL in told and told.endswith(AGAIN)
    chat.clock.advance(minutes=1)
    lines = chat.say("网格员小安", "叫 17-1", STAFF_ROOM)
    assert any(line.startswith(f"{UNIT_1}: 请17号楼1单元现在下楼") for line in lines)


def test_one_that_was_leaving_when_the_process_died_is_told_the_same_way(
    open_chat: Callable[..., Chat], tmp_path: Path
) -> None:
    chat = open_chat(tmp_path / "ledger.db")
    breaks(chat, CALL, Killed())
    with pytest.raises(Killed):
        begin(chat)
    chat.app.ledger.close()
    lines = open_chat(tmp_path / "ledger.db", at=chat.clock.at).hear()
    [told] = unsure(lines)
    assert UNIT_1 in told and told.endswith(AGAIN)
    assert not any(CALL in line for line in lines if line.startswith(UNIT_1)), "nobody knows; so not twice"
    assert not any("条消息不确定" in line for line in lines), "said once"


def test_a_warning_is_told_without_them_the_call_comes_anyway(chat: Chat) -> None:
    breaks(chat, WARNING, MaybeSent("断了"))
    [told] = unsure(begin(chat))
    assert WARNING in told and "再叫" not in told


def test_in_a_round_of_several_compounds_the_compound_is_said(chat: Chat) -> None:
    breaks(chat, "请2号楼1单元下楼", MaybeSent("断了"))
    begin(chat, "春晓苑 和谐小区")
    [told] = unsure(chat.say("刘书记", "叫 和谐小区2-1", STAFF_ROOM))
    assert told.endswith("叫 和谐小区2-1")


def test_when_the_line_that_tells_it_is_cut_off_as_well_its_words_are_told(
    open_chat: Callable[..., Chat], tmp_path: Path
) -> None:
    chat = open_chat(tmp_path / "ledger.db")
    for words in (CALL, "【叫号不确定】"):
        breaks(chat, words, Killed())
        with pytest.raises(Killed):
            begin(chat) if words == CALL else chat.hear()
        chat.app.ledger.close()
        chat = open_chat(tmp_path / "ledger.db", at=chat.clock.at)
    [told] = [line for line in chat.hear() if "条消息不确定" in line]
    assert UNIT_1 in told and told.endswith(AGAIN)
