"""A surge as the seeds tell of it: 300 people in 20 groups within ten minutes, at the outbox's real pace, with a kill in the
middle. Nobody is forgotten, and no group reads more than an answer and a pointer."""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.model.settings import Settings
from bot.model.tree import Node
from tests.conftest import STAFF_ROOM, Chat
from tests.posting import pass_time
from tests.test_manners import became, shop, swap

GROUPS = 20
ASKERS = 300
ROOMS = tuple(f"春晓苑{n}号楼群" for n in range(1, GROUPS + 1))
KNOWN = ("核酸几点开始", "请问核酸啥时候开始", "核酸几点", "明天核酸几点呀")
UNKNOWN = ("超市几点关门", "请问超市几点关门呀", "超市晚上几点关门", "超市几点关门啊有人知道吗")


class Killed(BaseException):
    """kill -9."""


@dataclass
class Heard:
    """What the groups read, with when."""

    lines: list[tuple[datetime, str, str]] = field(default_factory=list)

    def add(self, chat: Chat, said: list[str]) -> None:
        self.lines += [(chat.clock.now(), *line.split(": ", 1)) for line in said]  # type: ignore[misc]

    def listen(self, chat: Chat, minutes: int) -> None:
        for _ in range(minutes * 30):
            self.add(chat, pass_time(chat, seconds=2))

    def rooms(self, words: str) -> Counter[str]:
        return Counter(room for _, room, text in self.lines if words in text)

    def last(self, words: str) -> datetime:
        return max(at for at, _, text in self.lines if words in text)


@pytest.fixture
def twenty(settings: Settings) -> Settings:
    """A compound of twenty buildings, a group each."""
    buildings = tuple(
        Node(f"{n}号楼", "building", room, building=str(n)) for n, room in enumerate(ROOMS, start=1)
    )
    compound = Node("春晓苑", "compound", children=buildings)
    return replace(settings, groups=(Node("百合社区", "community", None, STAFF_ROOM, children=(compound,)),))


def storm(
    twenty: Settings, ledger: Path, open_chat: Callable[..., Chat], wordings: tuple[str, ...]
) -> tuple[Chat, Heard]:
    """One asker every two seconds; the process dies while it speaks, and is started again."""
    chat, heard, ids = open_chat(ledger, community=twenty, paced=True), Heard(), itertools.count()
    for n in range(ASKERS):
        if n == ASKERS // 3:
            chat.clock.advance(seconds=4)
            with pytest.raises(Killed):
                chat.channel.meanwhile.append(_die)
                chat.app.receive([chat.message("叫的人", f"小巷，{wordings[0]}", ROOMS[0], id="called")])
                heard.add(chat, pass_time(chat, seconds=90))
            heard.add(chat, chat.hear())
            chat.app.ledger.close()
            chat = open_chat(ledger, community=twenty, paced=True, at=chat.clock.now())
        text, room = wordings[n % len(wordings)], ROOMS[(n * 7) % GROUPS]
        chat.app.receive([chat.message(f"邻居{n}", text, room, id=f"m{next(ids)}")])
        heard.add(chat, pass_time(chat, seconds=2))
    return chat, heard


def _die() -> None:
    raise Killed


def test_a_surge_about_what_the_faq_knows(
    twenty: Settings, tmp_path: Path, open_chat: Callable[..., Chat]
) -> None:
    chat, heard = storm(twenty, tmp_path / "ledger.db", open_chat, KNOWN)
    over = chat.clock.now()
    heard.listen(chat, minutes=4)
    answers, pointers = heard.rooms("每轮核酸的时间"), heard.rooms("答过：核酸几点开始")
    cooldowns = 2  # eleven minutes
    assert set(answers) == set(ROOMS) and max(answers.values()) <= cooldowns
    assert set(pointers) <= set(ROOMS) and max(pointers.values()) <= cooldowns
    rows = became(chat)
    assert len(rows) == ASKERS + 1 and all(served for _, served in rows.values())
    assert heard.last("答过") < over, "while it lasted"


def test_a_surge_about_what_nobody_knows(
    twenty: Settings, tmp_path: Path, open_chat: Callable[..., Chat]
) -> None:
    chat, heard = storm(twenty, tmp_path / "ledger.db", open_chat, UNKNOWN)
    heard.listen(chat, minutes=3)
    held = heard.rooms("好几位邻居在问")
    assert set(held) == set(ROOMS) and set(held.values()) == {1}
    assert 4 <= heard.rooms("【问得多】")[STAFF_ROOM] <= 8, "5, 10, 20, 40, 80, 160 ..."
    began = chat.clock.now()
    swap(chat, shop())
    heard.listen(chat, minutes=6)
    answers = heard.rooms("每天8点到21点")
    assert set(answers) == set(ROOMS) and set(answers.values()) == {1}
    rows = became(chat)
    assert len(rows) == ASKERS + 1 and all(served for _, served in rows.values())
    took = heard.last("每天8点到21点") - began
    assert took < timedelta(seconds=100), "twenty groups at fifteen messages a minute"
