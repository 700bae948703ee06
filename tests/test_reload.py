"""Live reload: a saved file is in use at once, a bad one changes nothing, and those who edit hear of both."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.inspector_process import InspectorProcess, Undone
from bot.learnt import engine_of
from bot.model.settings import Settings
from bot.settings import Data, load_data
from bot.shelf import DiskShelf, Shelf
from tests.conftest import ROOT, STAFF_ROOM, Chat

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
    news: list[str]
    """What was said because of the start."""

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
        """What somebody reads who asks in private, each time somebody else."""
        who = f"居民{next(self.chat.ids)}"
        said = self.chat.say(who, text, "", room_id="")
        return "\n".join(line for line in said if line.startswith("私聊"))


@pytest.fixture
def desk(open_chat: Callable[..., Chat], settings: Settings, tmp_path: Path) -> Desk:
    return opened(open_chat, settings, tmp_path)


def opened(
    open_chat: Callable[..., Chat],
    settings: Settings,
    tmp_path: Path,
    *,
    data: Data | None = None,
    shelf: Callable[[Path], Shelf] = DiskShelf,
    database: Path | None = None,
) -> Desk:
    """The same community, again and again on the same ledger and the same folder. ``data``: what it starts with."""
    folder = tmp_path / "data"
    if not folder.exists():
        shutil.copytree(ROOT / "data", folder)
        (folder / "faq.yaml").write_text(FAQ, "utf-8")
    own, data = replace(settings, data=folder), data or load_data(folder)
    chat = open_chat(database, community=own, told=data, knowing=engine_of(data), shelf=shelf(folder))
    chat.app.reload_now()
    return Desk(chat, folder, chat.hear())


def test_a_saved_answer_is_given_at_once_and_told(desk: Desk) -> None:
    desk.edit("带上出入证", "早上八点开门")
    news = desk.heard()
    assert "早上八点开门" in desk.asked("大米哪里买")
    assert len(news) == 1 and news[0].startswith(STAFF_ROOM)
    assert "faq.yaml（改「大米哪里买」rice）" in news[0] and "第 2 版" in news[0] and "/faq 回退" in news[0]


@pytest.mark.parametrize(
    ("old", "new", "line", "word"),
    [
        ("  answer: 大米", "  answer：大米", 5, "全角"),
        ("topic: 物资", "topik: 物资", 3, "topic"),
        ("id: gate", "id: rice", 7, "用了两次"),
        ("东门超市", "东门超市 13912345678", 5, "contacts.yaml"),
        ("[大米哪里买, 在哪买大米]", "[大米哪里买, 在哪买大米", 4, "方括号"),
        ("大米在东门超市，带上出入证。", "", 5, "空的"),
    ],
)
def test_a_broken_edit_changes_nothing_and_is_told_once(
    desk: Desk, old: str, new: str, line: int, word: str
) -> None:
    before = (desk.folder / "faq.yaml").read_text("utf-8")
    desk.edit(old, new)
    (news,) = desk.heard()
    assert f"data/faq.yaml:{line}: " in news and word in news and "回退" in news
    assert desk.heard() == []
    assert "带上出入证" in desk.asked("大米哪里买")
    desk.save("faq.yaml", before)
    assert desk.heard() == [f"{STAFF_ROOM}: 好了，faq.yaml 和在用的一样了。"]


def test_a_mended_edit_is_told_to_be_in_use(desk: Desk) -> None:
    desk.asked("大米哪里买")
    desk.edit("answer: 大米在东门", "answer：大米在西门")
    desk.heard()
    desk.edit("answer：大米在西门", "answer: 大米在西门")
    (news,) = desk.heard()
    assert (
        "改好了，已经在用（第 2 版" in news
        and "faq.yaml（改「大米哪里买」rice）" in news
        and "/faq 回退" in news
    )
    assert "旧答案 24 小时里说给过 1 人" in news and "/faq 更正 rice" in news, "told like any other edit"
    assert "西门" in desk.asked("大米哪里买")


@pytest.mark.parametrize("raw", [b"", "大米".encode("gbk"), b"\xff\x00", FAQ.encode()[:60]])
def test_what_is_no_text_or_half_of_one_changes_nothing(desk: Desk, raw: bytes) -> None:
    desk.save("faq.yaml", raw)
    (news,) = desk.heard()
    assert "faq.yaml" in news and "没有用上" in news
    assert "带上出入证" in desk.asked("大米哪里买")


def test_a_number_and_the_answer_that_names_it_are_saved_together(desk: Desk) -> None:
    desk.edit("public:", "public:\n  - {name: 东门超市, phone: 0371-55509999}", "contacts.yaml")
    desk.edit("带上出入证", "电话 0371-55509999")
    (news,) = desk.heard()
    assert "contacts.yaml、faq.yaml（改「大米哪里买」rice）" in news
    assert "0371-55509999" in desk.asked("大米哪里买")


def test_one_broken_file_does_not_hold_up_the_others(desk: Desk) -> None:
    desk.edit("带上出入证", "早上八点开门")
    desk.edit("greeting:", "greeeting:", "replies.yaml")
    news = desk.heard()
    assert any("replies.yaml:" in line and "没有用上" in line for line in news)
    assert "早上八点开门" in desk.asked("大米哪里买")


def test_a_number_still_needed_is_not_taken_away(desk: Desk) -> None:
    desk.edit("public:", "public:\n  - {name: 东门超市, phone: 0371-55509999}", "contacts.yaml")
    desk.edit("带上出入证", "电话 0371-55509999")
    desk.heard()
    desk.edit("\n  - {name: 东门超市, phone: 0371-55509999}", "", "contacts.yaml")
    (news,) = desk.heard()
    assert "刚才存的 contacts.yaml 没有用上" in news and "data/faq.yaml:5:" in news


def test_a_file_deleted_and_a_folder_gone_change_nothing(desk: Desk) -> None:
    (desk.folder / "faq.yaml").unlink()
    (news,) = desk.heard()
    assert "faq.yaml 读不到了" in news and "带上出入证" in desk.asked("大米哪里买")
    shutil.move(desk.folder, desk.folder.with_name("away"))
    (news,) = desk.heard()
    assert "个文件 读不到了" in news and len(news.splitlines()) <= 3
    assert "带上出入证" in desk.asked("大米哪里买")
    shutil.move(desk.folder.with_name("away"), desk.folder)
    desk.save("faq.yaml", FAQ)
    (news,) = desk.heard()
    assert "和在用的一样了" in news


def test_a_link_swapped_under_all_files_is_seen(
    open_chat: Callable[..., Chat], settings: Settings, tmp_path: Path
) -> None:
    first, second, folder = tmp_path / "..1", tmp_path / "..2", tmp_path / "data"
    shutil.copytree(ROOT / "data", first)
    (first / "faq.yaml").write_text(FAQ, "utf-8")
    shutil.copytree(first, second)
    (second / "faq.yaml").write_text(FAQ.replace("带上出入证", "早上八点开门"), "utf-8")
    folder.symlink_to(first)
    desk = opened(open_chat, settings, tmp_path)
    _link(tmp_path / "tmp", second).replace(folder)
    desk.heard()
    assert "早上八点开门" in desk.asked("大米哪里买")
    desk.chat.say("刘书记", "/faq 回退", STAFF_ROOM)
    assert "带上出入证" in (second / "faq.yaml").read_text("utf-8") and folder.is_symlink()


def _link(path: Path, target: Path) -> Path:
    path.symlink_to(target)
    return path


def test_what_was_read_before_somebody_wrote_on_is_never_in_use(desk: Desk) -> None:
    """Files are worked out while they come to rest; however long that takes, only what lies there at its end counts."""
    reloader, shelf, clock = desk.chat.app.reloader, desk.chat.app.reloader.shelf, desk.chat.clock
    desk.save("faq.yaml", FAQ.replace("带上出入证", "带上半张证").encode())
    job = reloader.look(shelf.stamps(), clock.now())
    assert job is not None
    result = reloader.work(job)
    assert result is not None
    clock.advance(seconds=5)
    desk.save("faq.yaml", FAQ.replace("带上出入证", "早上八点开门").encode())
    reloader.offer(result, shelf.stamps(), clock.now())
    assert not reloader.settle(clock.now())
    desk.chat.app.reload_now()
    assert "早上八点开门" in desk.asked("大米哪里买")


def test_a_file_written_in_steps_is_looked_at_when_it_has_come_to_rest(desk: Desk) -> None:
    app, clock = desk.chat.app, desk.chat.clock
    new = FAQ.replace("带上出入证", "早上八点开门").encode()

    def pass_by(seconds: float) -> None:
        for _ in range(round(seconds / 0.2)):
            clock.advance(seconds=0.2)
            if job := app.reloader.look(app.reloader.shelf.stamps(), clock.now()):
                result = app.reloader.work(job)
                app.reloader.offer(result, app.reloader.shelf.stamps(), clock.now())
            app.reloader.settle(clock.now())

    pass_by(2)
    desk.save("faq.yaml", b"")
    pass_by(0.8)
    desk.save("faq.yaml", new[:100])
    pass_by(1)
    desk.save("faq.yaml", new)
    pass_by(0.8)
    assert "早上八点开门" in desk.asked("大米哪里买")
    clock.advance(seconds=12)
    app.tick(clock.now())
    (news,) = desk.chat.hear()
    assert "已经在用" in news


def test_replies_and_notices_are_in_use_at_once(desk: Desk) -> None:
    desk.edit('faq_versions_usage: "', 'faq_versions_usage: "新的：', "replies.yaml")
    desk.save("notices.yaml", "- {id: one, text: 出门戴口罩, scope: 全体, times: ['09:00']}\n")
    desk.heard()
    assert "新的：" in desk.chat.say("刘书记", "/faq 版本 啥", STAFF_ROOM)[0]
    desk.chat.clock.advance(hours=1)
    desk.chat.app.tick(desk.chat.clock.now())
    assert "出门戴口罩" in "".join(desk.chat.hear())


def test_several_edits_within_seconds_are_told_together(desk: Desk) -> None:
    desk.edit("带上出入证", "早上八点开门")
    desk.chat.app.reload_now()
    desk.edit("晚上十点", "晚上九点")
    news = desk.heard()
    assert len(news) == 1 and "2 次" in news[0] and "」rice" in news[0] and "」gate" in news[0]


def test_the_process_beside_the_bot_finds_what_is_found_here_and_may_die(
    desk: Desk, settings: Settings
) -> None:
    app = desk.chat.app
    base, good = app.live.content, dict(app.live.content.data.files)
    beside = InspectorProcess(replace(settings, data=desk.folder), app.inspector)
    beside.prepare(base)
    new = {**good, "faq.yaml": FAQ.replace("带上出入证", "早上八点开门").encode()}
    broken = {**good, "faq.yaml": FAQ.replace("id: gate", "id: rice").encode()}
    for files in (new, broken, new):
        here, there = app.inspector(files, base), beside(files, base)
        assert (there.problems, there.warnings) == (here.problems, here.warnings)
        assert (there.content is None) == (here.content is None)
        if there.content and here.content:
            assert there.content.data == here.content.data
            assert there.content.engine.understand("大米哪里买").faq is not None
    assert beside._process is not None
    beside._process.kill()
    beside._process.wait()
    assert beside(new, base).content is not None
    beside.too_long = 0.0
    with pytest.raises(Undone):  # it hangs over these files, and so would the bot
        beside({**good, "faq.yaml": FAQ.replace("带上出入证", "早上九点开门").encode()}, base)
    beside.too_long = 60.0
    assert beside(new, base).content is not None
    beside.close()


def test_copies_that_lie_beside_are_no_part_of_data(desk: Desk) -> None:
    """Else taking them away would be complained of, and /faq 回退 would put them back instead of undoing the last edit."""
    for name in ("faq (copy).yaml", "faq - 副本.yaml", "faq.bak.yaml"):
        desk.save(name, "id: [")
    assert desk.heard() == []
    (desk.folder / "faq (copy).yaml").unlink()
    assert desk.heard() == [] and desk.chat.app.live.spoilt == ()


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders there")
def test_a_pipe_in_the_folder_is_never_waited_for(desk: Desk) -> None:
    (desk.folder / "notices.yaml").unlink()
    os.mkfifo(desk.folder / "notices.yaml")
    (news,) = desk.heard()
    assert "data/notices.yaml:1: 这不是普通的文件" in news
    desk.edit("带上出入证", "早上八点开门")
    desk.heard()
    assert "早上八点开门" in desk.asked("大米哪里买")


@pytest.mark.skipif(sys.platform == "win32", reason="no limits there")
def test_a_disk_that_fills_up_leaves_the_file_whole_and_nothing_beside_it(desk: Desk) -> None:
    import resource

    shelf, before = DiskShelf(desk.folder), (desk.folder / "faq.yaml").read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(OSError, match="large"):
            shelf.write("faq.yaml", before * 2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (desk.folder / "faq.yaml").read_bytes() == before
    assert [path.name for path in desk.folder.iterdir() if path.name.startswith(".")] == []


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="whoever may read everything sees no difference"
)
def test_a_file_that_may_be_read_again_is_noticed(desk: Desk) -> None:
    (desk.folder / "faq.yaml").chmod(0)
    (news,) = desk.heard()
    assert "读不到了" in news
    (desk.folder / "faq.yaml").chmod(0o644)
    assert desk.heard() == [f"{STAFF_ROOM}: 好了，faq.yaml 和在用的一样了。"]


def test_other_rights_are_another_look_at_a_file(desk: Desk) -> None:
    shelf = DiskShelf(desk.folder)
    before = shelf.stamps()
    (desk.folder / "faq.yaml").chmod(0o600)
    assert shelf.stamps()["faq.yaml"] != before["faq.yaml"]
    assert desk.heard() == [], "nothing is said of it"
