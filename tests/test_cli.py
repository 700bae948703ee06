"""The command line's contract, through real processes: names and fields that scores and drills depend on."""

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.bench_desk import UNTIMED
from handlers.table import COMMANDS
from tests.conftest import ROOT, STAFF_ROOM, UNIT_ROOM


@pytest.fixture
def community(tmp_path: Path) -> Path:
    """A folder with the sample, as xiaoxiang init writes it."""
    done = xiaoxiang(tmp_path, "init", ".")
    assert done.returncode == 0, done.stderr
    return tmp_path


def xiaoxiang(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the program in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder, env=environment, input=stdin, capture_output=True, text=True, encoding="utf-8", timeout=120,
    )  # fmt: skip


def test_init_asks_before_it_overwrites(community: Path) -> None:
    (community / "bot.yaml").write_text("mine", "utf-8")
    done = xiaoxiang(community, "init", ".", stdin="n\n" * 100)
    assert "覆盖吗" in done.stderr and (community / "bot.yaml").read_text("utf-8") == "mine"
    xiaoxiang(community, "init", ".", "--force")
    assert (community / "bot.yaml").read_text("utf-8") == (ROOT / "bot.yaml").read_text("utf-8")


def test_check_is_content_with_the_sample_and_names_file_and_line(community: Path) -> None:
    assert xiaoxiang(community, "check").returncode == 0
    text = (community / "bot.yaml").read_text("utf-8")
    (community / "bot.yaml").write_text(text.replace("per_minute", "per_minut"), "utf-8")
    done = xiaoxiang(community, "check")
    line = 1 + text[: text.index("per_minute")].count("\n")
    assert (
        done.returncode == 1 and done.stdout.startswith(f"bot.yaml:{line}: ") and "per_minute" in done.stdout
    )


def test_no_command_starts_on_yaml_that_does_not_check(community: Path) -> None:
    (community / "data" / "faq.yaml").write_text("- id: [", "utf-8")
    for command in (
        ["run"],
        ["export", "tickets", "-o", "t.csv"],
        ["invite", "--role", "worker", "--scope", "春晓苑"],
    ):
        done = xiaoxiang(community, *command)
        assert done.returncode == 1 and "faq.yaml:" in done.stderr and "Traceback" not in done.stderr, command


def test_classify_gives_the_fields_of_the_contract_in_order(community: Path) -> None:
    texts = ["家里降压药没有了帮忙买两盒 17-3-501 13812345678", "早上好", "/接单 23", "\ud800", ""]
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    done = xiaoxiang(community, "classify", "--jsonl", "-", stdin=lines)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == len(texts) and [row["text"] for row in rows[:3]] == texts[:3]
    fields = {"text", "intent", "score", "urgent", "action", "slots", "faq", "suggest", "why"}
    assert all(set(row) == fields for row in rows)
    assert (rows[0]["intent"], rows[0]["action"]) == ("help.medicine", "ticket")
    slots = rows[0]["slots"]
    assert (slots["building"], slots["unit"], slots["room"], slots["phones"]) == (
        "17",
        "3",
        "501",
        ["13812345678"],
    )
    assert rows[0]["why"]["rule"].startswith("help.medicine/")
    assert rows[1]["action"] == "silent" and rows[2]["action"] == "command"


def test_classify_with_another_faq(community: Path) -> None:
    faq = "- {id: x1, topic: t, questions: [百令胶囊可以长期服用吗], answer: 请遵医嘱。}\n"
    (community / "other.yaml").write_text(faq, "utf-8")
    done = xiaoxiang(community, "classify", "--faq", "other.yaml", "百令胶囊可以长期服用吗")
    assert json.loads(done.stdout)["faq"]["id"] == "x1"


def test_the_terminal_answers_piped_input(community: Path) -> None:
    said = "家里降压药没有了，麻烦买两盒\n刘书记@工作群：接单 1\n王女士@私聊：/我是 17-3-501 王芳\n:退出\n早上好\n"
    done = xiaoxiang(community, "run", stdin=said)
    assert done.returncode == 0, done.stderr
    assert f"【{STAFF_ROOM}】小巷：【新工单 A001】" in done.stdout and "@王女士 已登记 A001" in done.stdout
    assert "已接单 刘书记" in done.stdout and "登记好了：王芳" in done.stdout
    assert "早上好" not in done.stdout


def test_an_invitation_may_name_the_role_in_chinese(community: Path) -> None:
    done = xiaoxiang(community, "invite", "--role", "网格员", "--scope", "春晓苑")
    assert done.returncode == 0 and "网格员（春晓苑）" in done.stderr


def test_replay_invite_export_share_one_ledger(community: Path) -> None:
    code = xiaoxiang(community, "invite", "--role", "worker", "--scope", "春晓苑").stdout.strip()
    rows = [
        {
            "at": "2099-11-16T08:00:00+08:00",
            "room": UNIT_ROOM,
            "sender": "王女士",
            "text": "家里降压药没有了帮忙买两盒",
        },
        {"at": "2099-11-16T08:05:00+08:00", "room": STAFF_ROOM, "sender": "刘书记", "text": "接单 1"},
        {"at": "2099-11-16T08:06:00+08:00", "room": "私聊", "sender": "小王", "text": f"/认领 {code}"},
    ]
    (community / "day.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    done = xiaoxiang(community, "replay", "day.jsonl", "--db", "var/xiaoxiang.db")
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(set(row) == {"at", "room", "text", "mentions", "kind", "ticket"} for row in said)
    assert [row["kind"] for row in said] == ["alert", "reply", "reply", "reply", "private"]
    assert said[0]["ticket"] == "A001" and said[1]["mentions"] == ["王女士"]
    assert "工单 1 张" in done.stderr
    assert "过期" in said[-1]["text"], "the transcript's time decides: the code is of today"
    for name in ("t.csv", "t.xlsx"):
        assert xiaoxiang(community, "export", "tickets", "-o", name).returncode == 0
    assert "操作记录 3 行" in xiaoxiang(community, "export", "audit", "-o", "a.xlsx").stdout
    with (community / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["编号"], row["状态"], row["接单人"]) == ("A001", "已接单", "刘书记")
    assert xiaoxiang(community, "export", "tickets", "-o", "t.doc").returncode == 1


def test_a_transcript_that_is_none_is_told_by_line(community: Path) -> None:
    (community / "bad.jsonl").write_text(
        '{"at": "2022-11-16T08:00:00", "room": "x", "sender": "y"}\n', "utf-8"
    )
    done = xiaoxiang(community, "replay", "bad.jsonl")
    assert done.returncode == 1 and "第 1 行" in done.stderr and "时区" in done.stderr


def test_import_households_all_or_nothing(community: Path) -> None:
    good = "小区,楼栋,单元,室,户主,人数\n春晓苑,17,3,501,王芳,3\n春晓苑,17,3,502,周奶奶,1\n"
    (community / "good.csv").write_text(good, "utf-8")
    (community / "bad.csv").write_text(good + "春晓苑,,3,503,无楼栋,2\n", "utf-8")
    bad = xiaoxiang(community, "import", "households", "bad.csv")
    assert bad.returncode == 1 and "bad.csv:4:" in bad.stdout
    assert "新增 2" in xiaoxiang(community, "import", "households", "good.csv").stdout
    assert "更新 2" in xiaoxiang(community, "import", "households", "good.csv").stdout


def test_two_bots_on_one_ledger_are_refused(community: Path) -> None:
    from bot.ledger.database import sole_user

    with sole_user(community / "var" / "xiaoxiang.db"):
        done = xiaoxiang(community, "run", stdin="早上好\n")
    assert done.returncode == 1 and "另一个小巷" in done.stderr


def test_the_ledger_is_for_its_owner_alone(community: Path) -> None:
    xiaoxiang(community, "run", stdin="早上好\n")
    assert (community / "var" / "xiaoxiang.db").stat().st_mode & 0o077 == 0


def test_logs_carry_ids_and_no_words(community: Path) -> None:
    said = "家里降压药没有了，电话13812345678，住17-3-501\n"
    done = xiaoxiang(community, "-v", "run", stdin=said)
    assert "handled" in done.stderr
    assert not any(secret in done.stderr for secret in ("降压药", "13812345678", "王女士"))


def test_demo_plays_a_day(tmp_path: Path) -> None:
    done = xiaoxiang(tmp_path, "demo", "--fast")
    assert done.returncode == 0 and "【紧急 A00" in done.stdout and not list(tmp_path.iterdir())


def test_bench_states_every_figure(community: Path) -> None:
    done = xiaoxiang(community, "bench", "--messages", "2000", "--json")
    assert "ERROR" not in done.stderr  # its clock keeps up with what it lets fall due
    report = json.loads(done.stdout)
    assert [stage["messages"] for stage in report["stages"]] == [2000, 2000, 1500]
    assert all(
        report[key] > 0
        for key in ("p50_us", "p99_us", "end_to_end_to_jieba", "rss_mib", "cold_start_seconds")
    )
    desk = report["desk"]
    assert desk["open_tickets"] == 5000 and desk["slowest"] in desk["ms"]
    for entry in COMMANDS:
        assert entry.example in desk["ms"] or entry.name in UNTIMED, entry.name
    calls = report["calls"]
    assert (calls["groups"], calls["households"], calls["tested"]) == (400, 2000, 1000)
    assert 0 < calls["queue"] < 1000  # ms: a notice to everybody is queued within a second
    assert not [path for path in (community / "var").iterdir() if path.name.startswith("bench-")]


def test_the_sample_in_the_package_is_the_sample_of_the_checkout(tmp_path: Path) -> None:
    """In an installed wheel the sample lies in bot/sample; init and demo must find it there."""
    package = tmp_path / "site"
    for room in ("bot", "intents", "handlers"):
        shutil.copytree(ROOT / room, package / room, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "bot" / "sample").mkdir()
    shutil.copy(ROOT / "bot.yaml", package / "bot" / "sample" / "bot.yaml")
    shutil.copytree(ROOT / "data", package / "bot" / "sample" / "data")
    code = "from bot.sample import sample_folder; print(sample_folder())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(package)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == str(package / "bot" / "sample")
