"""Live reload: a saved file is in use at once, a bad one changes nothing, and those who edit hear of both."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.model.settings import Settings
from bot.settings import load_data
from bot.shelf import DiskShelf
from tests.conftest import MORNING, ROOT, STAFF_ROOM, Chat

FAQ = """\
# 常见问题
- id: rice
  topic: 物资
  questions: [大米哪里买, 在哪买大米]
  answer: 大米在东门超市，带上出入证。
  examples: [请问大米哪里买呀]
- id: gate
  topic: 出入
  questions: [东门几点关, 东门什么时候关]
  answer: 东门晚上十点关。
"""


@dataclass
class Desk:
    """A community whose data/ lies in a folder of the test's own."""

    chat: Chat
    folder: Path

    def save(self, name: str, text: str | bytes) -> None:
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    def edit(self, old: str, new: str, name: str = "faq.yaml") -> None:
        text = (self.folder / name).read_text("utf-8")
        assert old in text
        self.save(name, text.replace(old, new))

    def heard(self) -> list[str]:
        """All that is said when the files have been looked at, and what is said together a few seconds later."""
        self.chat.app.reload_now()
        self.chat.clock.advance(seconds=12)
        self.chat.app.tick(self.chat.clock.now())
        return self.chat.hear()

    def asked(self, text: str) -> str:
        """What a resident reads who asks the bot, each time in a group that has not heard it."""
        said = self.chat.say("王女士", f"小巷，{text}", f"", sender_id="w", room_id="")
        return said[-1] if said else ""


@pytest.fixture
def desk(open_chat: Callable[..., Chat], settings: Settings, tmp_path: Path) -> Desk:
    return opened(open_chat, settings, tmp_path)


def opened(open_chat: Callable[..., Chat], settings: Settings, tmp_path: Path, **more: object) -> Desk:
    folder = tmp_path / "data"
    if not folder.exists():
        shutil.copytree(ROOT / "data", folder)
        (folder / "faq.yaml").write_text(FAQ, "utf-8")
    own = replace(settings, data=folder)
    chat = open_chat(community=own, told=load_data(folder), shelf=DiskShelf(folder), **more)
    chat.app.reload_now()
    chat.hear()
    return Desk(chat, folder)


def test_a_saved_answer_is_given_at_once_and_told(desk: Desk) -> None:
    desk.edit("带上出入证", "早上八点开门")
    news = desk.heard()
    assert "早上八点开门" in desk.asked("大米哪里买")
    assert len(news) == 1 and news[0].startswith(STAFF_ROOM)
    assert "faq.yaml（改 rice）" in news[0] and "第 2 版" in news[0] and "/faq 回退" in news[0]
