"""Every version of data/ is kept: who changed what, when; and 回退 puts back what was said before, in one word."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.last_good import last_good
from bot.ledger.database import Ledger
from bot.ledger.edits import Edits
from bot.ledger.versions import Versions
from bot.model.edit import Edit
from bot.model.settings import Settings
from bot.model.version import Version, diff
from bot.shelf import DiskShelf
from bot.yamlfile import inspect
from bot.yamlpieces import Pieces
from intents.spec import FaqEntry
from tests.conftest import MORNING, STAFF_ROOM, Chat
from tests.test_reload import FAQ, Desk, opened


@pytest.fixture
def desk(open_chat: Callable[..., Chat], settings: Settings, tmp_path: Path) -> Desk:
    return opened(open_chat, settings, tmp_path)


def staff(desk: Desk, text: str) -> str:
    return "\n".join(desk.chat.say("刘书记", text, STAFF_ROOM))


def file(desk: Desk) -> str:
    return (desk.folder / "faq.yaml").read_text("utf-8")


def test_one_word_undoes_the_last_version_and_once_more_goes_back(desk: Desk) -> None:
    desk.edit("带上出入证", "早上八点开门")
    desk.heard()
    said = staff(desk, "/faq 回退")
    assert "和第 1 版一样（记作第 3 版）" in said and "现在又答：大米在东门超市，带上出入证" in said
    assert file(desk) == FAQ and "带上出入证" in desk.asked("大米哪里买")
    desk.chat.clock.advance(seconds=30)
    assert "早上八点开门" in staff(desk, "/faq 回退")
    assert "早上八点开门" in file(desk)


def test_versions_are_listed_and_shown_line_by_line(desk: Desk) -> None:
    desk.edit("带上出入证", "早上八点开门")
    desk.heard()
    listed = staff(desk, "/faq 版本")
    assert "第 2 版" in listed and "faq.yaml（改「大米哪里买」rice）" in listed and "第 1 版" in listed
    shown = staff(desk, "/faq 版本 2")
    assert "去：answer: 大米在东门超市，带上出入证。" in shown
    assert "加：answer: 大米在东门超市，早上八点开门。" in shown and "gate" not in shown
    assert "没有第 99 版" in staff(desk, "/faq 版本 99")


def test_a_rollback_never_undoes_what_its_preview_did_not_show(desk: Desk) -> None:
    """Somebody else's edit went live between the preview and 「确认」."""
    desk.edit("带上出入证", "早上八点开门")
    desk.heard()
    assert "晚上九点" not in staff(desk, "/faq 回退 1")
    desk.edit("晚上十点关", "晚上九点关")
    desk.heard()
    again = staff(desk, "确认")
    assert "去：answer: 东门晚上九点关。" in again and "晚上九点关" in file(desk)
    desk.chat.clock.advance(seconds=30)
    assert "和第 1 版一样" in staff(desk, "确认") and file(desk) == FAQ


def test_an_edit_taken_back_while_it_is_tried_is_not_previewed(desk: Desk) -> None:
    app, at = desk.chat.app, desk.chat.clock.now()
    edits = Edits(app.ledger)
    first = Edit(
        0, at, STAFF_ROOM, "wxid_secretary", "刘书记", "m", "change", "rice", {"answer": "大米没有了。"}
    )
    with app.ledger.transaction():
        first = edits.propose(first)
    job = app.reloader.look(app.reloader.shelf.stamps(), at, patiently=False)
    assert job is not None
    result = app.reloader.work(job)
    with app.ledger.transaction():
        edits.move(first.id, "dropped", at, "又发了一个")
    app.reloader.offer(result, app.reloader.shelf.stamps(), at)
    app.reloader.settle(at, patiently=False)
    kept = edits.get(first.id)
    assert kept is not None and kept.state == "dropped" and desk.heard() == []


def test_an_older_version_comes_back_after_a_look_and_a_word(desk: Desk) -> None:
    for text in ("早上八点开门", "早上九点开门"):
        desk.edit(file(desk).split("超市，")[1].split("。")[0], text)
        desk.heard()
    assert "早上九点开门" in desk.asked("大米哪里买")
    preview = staff(desk, "/faq 回退 1")
    assert "带上出入证" in preview and "确认" in preview and "早上九点开门" in file(desk)
    assert "和第 1 版一样" in staff(desk, "确认")
    assert file(desk) == FAQ


def test_what_is_broken_on_the_disk_is_put_back_and_kept_aside(desk: Desk) -> None:
    desk.edit("answer: 大米", "answer：大米")
    desk.heard()
    broken = file(desk)
    said = staff(desk, "/faq 回退")
    assert "放回去了：faq.yaml" in said and "faq.yaml.改坏的" in said
    assert file(desk) == FAQ
    assert (desk.folder / "faq.yaml.改坏的").read_text("utf-8") == broken
    assert desk.heard() == []


def test_a_file_deleted_is_put_back(desk: Desk) -> None:
    (desk.folder / "faq.yaml").unlink()
    desk.heard()
    assert "放回去了：faq.yaml" in staff(desk, "/faq 回退")
    assert file(desk) == FAQ


def test_where_nothing_can_be_written_it_says_so_and_all_stays(
    open_chat: Callable[..., Chat], settings: Settings, tmp_path: Path
) -> None:
    class Mounted(DiskShelf):
        """A folder of a container, mounted to be read only."""

        def write(self, path: str, content: bytes) -> None:
            raise OSError(30, "Read-only file system")

    desk = opened(open_chat, settings, tmp_path, shelf=Mounted)
    desk.edit("带上出入证", "早上八点开门")
    desk.heard()
    assert "只读" in staff(desk, "/faq 回退")
    assert "早上八点开门" in desk.asked("大米哪里买")


def test_residents_and_workers_do_not_roll_back(desk: Desk) -> None:
    desk.edit("带上出入证", "早上八点开门")
    desk.heard()
    assert "书记" in "\n".join(desk.chat.say("网格员小安", "/faq 回退", STAFF_ROOM, sender_id="worker"))
    assert desk.chat.say("王女士", "/faq 回退") == []
    assert "早上八点开门" in file(desk)


def test_what_was_edited_while_the_bot_was_off_is_a_version_and_told(
    open_chat: Callable[..., Chat], settings: Settings, tmp_path: Path
) -> None:
    ledger = tmp_path / "x.db"
    first = opened(open_chat, settings, tmp_path, database=ledger)
    first.chat.app.ledger.close()
    first.edit("带上出入证", "早上八点开门")
    again = opened(open_chat, settings, tmp_path, database=ledger)
    news = "\n".join([*again.news, *again.heard()])
    assert "第 2 版" in news and "启动时" in news
    assert "带上出入证" in staff(again, "/faq 回退")


def test_the_same_data_make_no_new_version(
    open_chat: Callable[..., Chat], settings: Settings, tmp_path: Path
) -> None:
    ledger = tmp_path / "x.db"
    for _ in range(2):
        desk = opened(open_chat, settings, tmp_path, database=ledger)
        assert desk.chat.app.live.version == 1
        desk.chat.app.ledger.close()


def test_a_broken_folder_starts_with_the_last_sound_version(
    open_chat: Callable[..., Chat], settings: Settings, tmp_path: Path
) -> None:
    ledger = tmp_path / "x.db"
    desk = opened(open_chat, settings, tmp_path, database=ledger)
    own = replace(settings, data=desk.folder, database=ledger)
    desk.chat.app.ledger.close()
    desk.edit("answer: 大米", "answer：大米")
    kept = last_good(own)
    assert kept is not None and kept[0].id == 1
    assert next(entry.answer for entry in kept[1].faq if entry.id == "rice") == "大米在东门超市，带上出入证。"
    again = opened(open_chat, settings, tmp_path, database=ledger, data=kept[1])
    assert any("data/faq.yaml:5:" in line for line in again.news)
    assert "带上出入证" in again.asked("大米哪里买")


def test_killed_between_writing_and_settling_an_edit_is_done_all_the_same(
    open_chat: Callable[..., Chat], settings: Settings, tmp_path: Path
) -> None:
    ledger = tmp_path / "x.db"
    desk = opened(open_chat, settings, tmp_path, database=ledger)
    app = desk.chat.app
    staff(desk, "/faq 改 rice 答案 大米在西门领。")
    app.receive([desk.chat.message("刘书记", "确认", STAFF_ROOM)])
    job = app.reloader.look(app.reloader.shelf.stamps(), desk.chat.clock.now(), patiently=False)
    assert job is not None and app.reloader.work(job) is not None
    app.ledger.close()
    again = opened(open_chat, settings, tmp_path, database=ledger)
    again.chat.ids = desk.chat.ids
    assert "西门" in again.asked("大米哪里买")
    listed = staff(again, "/faq 版本")
    assert "第 2 版" in listed and "刘书记在群里改" in listed
    assert "第 3 版" not in listed


def test_an_edit_from_the_chat_leaves_alone_what_somebody_else_left_half_done(desk: Desk) -> None:
    desk.edit("duty:", "duty：", "contacts.yaml")
    desk.heard()
    staff(desk, "/faq 改 rice 答案 大米在西门领。")
    assert "改好了" in staff(desk, "确认")
    assert "西门" in desk.asked("大米哪里买")
    assert "duty：" in (desk.folder / "contacts.yaml").read_text("utf-8")
    assert not list(desk.folder.glob("*改坏的"))


def test_the_ledger_keeps_so_many_versions_and_no_text_that_nobody_needs() -> None:
    ledger = Ledger(None)
    book = Versions(ledger)
    with ledger.transaction():
        for n in range(5):
            book.write(Version(0, MORNING, "files", "", "root", f"{n}"), {"a": b"same", "b": b"%d" % n})
        book.keep(2)
    assert [one.note for one in book.recent(9)] == ["4", "3"]
    assert book.files(5) == {"a": b"same", "b": b"4"}
    assert book.changes(5, 4) == {"b": ("3", "4")}
    assert ledger.execute("SELECT count(*) FROM file_texts").fetchone() == (3,)
    ledger.close()


def test_a_diff_of_a_long_file_names_only_what_differs() -> None:
    lines = [f"line {n}" for n in range(20_000)]
    assert diff("\n".join(lines), "\n".join([*lines[:9000], "new", *lines[9001:]])) == ["-line 9000", "+new"]
    assert diff("a\nb", "a\nb\nc") == ["+c"] and diff("a", "a") == []


def test_lines_of_several_entries_say_whose_they_are() -> None:
    before = "- id: mask\n  answer: a\n  enabled: false\n- id: vaccine   # 疫苗\n  answer: b\n  enabled: false\n- id: heat\n  answer: c"
    after = "- id: mask\n  answer: a\n- id: vaccine   # 疫苗\n  answer: b\n- id: heat\n  answer: d"
    assert diff(before, after) == [
        "mask：", "-  enabled: false", "vaccine：", "-  enabled: false", "heat：", "-  answer: c", "+  answer: d",
    ]  # fmt: skip
    assert diff(before, before.replace("answer: a", "answer: e")) == ["-  answer: a", "+  answer: e"]


def test_entry_by_entry_a_file_reads_as_it_does_whole(tmp_path: Path) -> None:
    path, pieces = tmp_path / "faq.yaml", Pieces()
    texts = [
        FAQ,
        FAQ.replace("十点", "九点"),
        "# 新的一行\n" + FAQ,
        FAQ.replace("\n", "\r\n"),
        FAQ + "- id: gate\n  topic: 双\n",
        FAQ.replace("answer: 东门", "answer：东门"),
        FAQ.replace("answer: 东门晚上十点关。", "answer: |\n    东门\n\n    晚上"),
        "---\n" + FAQ,
        "",
        FAQ.replace("topic: 出入", "topic: 出入\n  topic: 出入"),
        FAQ.replace("topic: 出入", "topic: '出入\n- id: x'"),
    ]
    for text in texts:
        whole = inspect(path, tuple[FaqEntry, ...], text.encode())
        parts = pieces.inspect(path, text.encode(), tuple[FaqEntry, ...])
        assert (parts.value, parts.problems) == (whole.value, whole.problems)
        if whole.document and parts.document:
            for place in range(len(whole.document.data)):
                for key in ("id", "answer", "questions"):
                    steps = (place, key)
                    assert parts.document.line(steps) == whole.document.line(steps)
