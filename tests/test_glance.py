"""Bare questions about a round, among those at work, while it runs."""

import pytest

from tests.conftest import COMPOUND_ROOM, STAFF_ROOM, VOLUNTEER_ROOM, Chat
from tests.test_coverage import STAFF, begun


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("进度", "还差 5 户"),
        ("进度怎么样了？", "还差 5 户"),
        ("差几户", "还差 5 户"),
        ("还剩谁没做", "17号楼3单元 4户：501"),
        ("还差谁", "17号楼3单元 4户：501"),
        ("到哪了", "现在："),
    ],
)
def test_while_a_round_runs_a_bare_question_is_answered(chat: Chat, text: str, want: str) -> None:
    begun(chat)
    (line,) = chat.say(STAFF, text, STAFF_ROOM)
    assert want in line


def test_volunteers_ask_in_their_own_group(chat: Chat) -> None:
    begun(chat)
    assert "还差 5 户" in chat.say(STAFF, "进度", VOLUNTEER_ROOM)[0]


@pytest.mark.parametrize("text", ["进度", "到哪了", "还差谁"])
def test_without_a_round_it_is_talk(chat: Chat, text: str) -> None:
    assert chat.say(STAFF, text, STAFF_ROOM) == []


@pytest.mark.parametrize(
    "text", ["快递到哪了", "菜到哪了", "维修进度怎么样了", "还差谁的药没送", "差几户的菜"]
)
def test_other_things_have_their_progress_too(chat: Chat, text: str) -> None:
    begun(chat)
    assert chat.say(STAFF, text, STAFF_ROOM) == []


@pytest.mark.parametrize("text", ["还剩谁没做", "差几户"])
def test_residents_read_no_door(chat: Chat, text: str) -> None:
    begun(chat)
    for sender in ("王女士", STAFF):
        assert all("501" not in line for line in chat.say(sender, text, COMPOUND_ROOM))
