"""`xiaoxiang check`: every kind of mistake names its file, its line and what to write instead, in Chinese."""

import contextlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.check_command import as_github, as_text, check_command
from bot.ledger.database import Ledger
from bot.ledger.notices import Notices
from bot.model.notice import Notice
from bot.model.replies import REPLIES
from bot.settings import check
from bot.yamlfile import Problem
from intents.spec import INTENTS

BOT = """\
community: 百合社区
timezone: Asia/Shanghai
channel: terminal
data: data/
pace: {min_seconds: 1.5, max_seconds: 4}
wechaty:
  endpoint: 127.0.0.1:8788
groups:
  - name: 百合社区
    level: community
    room: 百合社区居民群
    staff_room: 百合社区工作群
    children:
      - name: 春晓苑
        level: compound
        room: 春晓苑居民群
        children:
          - {name: 17号楼, level: building, building: 17}
          - {name: 3单元, level: unit, building: 18, unit: 3, room: 3单元群}
people:
  - id: wxid_secretary
    name: 刘书记
    role: secretary
    scope: 百合社区
"""

FAQ = """\
- id: hours
  topic: 核酸
  questions: [核酸几点做, 几点做核酸]
  answer: 每天 18:30 结束，值班电话 0371-55501234，急症请拨 120。
  valid_from: 2022-11-18
  valid_until: 2022-11-30
- id: parcel
  topic: 快递
  questions:
    - 快递怎么取
  answer: 放在大门口的架子上。
"""

LEXICON = """\
groups:
  要: [帮我买, 求购]
replace: {河酸: 核酸}
synonyms:
  - [几点, 什么时候]
"""

CONTACTS = """\
duty:
  - {name: 社区值班室, phone: 0371-55501234}
public:
  - name: 物业
    phone: 0371-55501240
"""

NOTICES = """\
- id: policy
  text: 今天 {date} 少出门，有事打 {duty_phone}。
  scope: 春晓苑
  times: ["08:00", "18:00"]
  valid_from: 2022-11-18
- id: clean
  text: 今天消杀，请关好门窗。
  scope:
    - 18号楼3单元
  cron: "30 8 * * 1,4"
  level: 重要
"""

MEDICINE = """\
id: help.medicine
title: 买药送药
rules:
  - name: 要药
    any: ["@要"]
    all: [药]
    weight: 0.9
examples:
  - 帮我买盒药
"""

QUESTION = """\
id: question
title: 提问
rules:
  - name: 问法
    any: [几点, 怎么]
    weight: 0.6
examples:
  - 核酸几点做
"""

NOW = datetime(2022, 11, 18, 8, tzinfo=UTC)
MEDICINE_FILE = "data/intents/help.medicine.yaml"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small house without a mistake; the current folder."""
    monkeypatch.chdir(tmp_path)
    replies = "".join(
        f"{key}: 好的{''.join(f'{{{name}}}' for name in sorted(REPLIES[key]))}\n" for key in REPLIES
    )
    files = {
        "bot.yaml": BOT,
        "data/faq.yaml": FAQ,
        "data/lexicon.yaml": LEXICON,
        "data/contacts.yaml": CONTACTS,
        "data/notices.yaml": NOTICES,
        "data/replies.yaml": replies,
    }
    for intent in INTENTS:
        files[f"data/intents/{intent}.yaml"] = f"id: {intent}\ntitle: 某事\nrules: []\nexamples: []\n"
    files |= {MEDICINE_FILE: MEDICINE, "data/intents/question.yaml": QUESTION}
    (tmp_path / "data/intents").mkdir(parents=True)
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@dataclass(frozen=True)
class Broken:
    """One mistake of tests/broken/*.txt."""

    what: str
    file: str
    old: str
    """The text that is replaced; empty: the whole file."""
    new: str
    told: tuple[tuple[str, tuple[str, ...]], ...]
    """The line (its number, or =its beginning, after the file if it is another), and what the reason says."""


def _broken() -> list[Broken]:
    cases = []
    for path in sorted((Path(__file__).parent / "broken").glob("*.txt")):
        for block in path.read_text(encoding="utf-8").split("== ")[1:]:
            lines = block.replace("\\t", "\t").replace("\\a", "\a").splitlines()
            what, file = lines[0].split(" | ")
            old, new = ([line[2:] for line in lines if line.startswith(sign)] for sign in "-+")
            told = [line.split(" -> ") for line in lines if " -> " in line]
            end = "" if new else "\n"  # nothing in its place: the whole line goes
            reasons = tuple((place, tuple(says.split(" | "))) for place, says in told)
            cases.append(Broken(what, file, "\n".join(old) + end, "\n".join(new), reasons))
    return cases


@pytest.mark.parametrize("broken", _broken(), ids=lambda broken: broken.what)
def test_a_mistake_is_told_with_file_line_and_remedy(house: Path, broken: Broken) -> None:
    path = house / broken.file
    sound = path.read_text(encoding="utf-8")
    assert broken.old in sound
    text = sound.replace(broken.old, broken.new, 1) if broken.old else broken.new
    path.write_text(text, encoding="utf-8")
    problems = check(Path("bot.yaml"), NOW)
    places = [_place(place, broken.file, text) for place, _ in broken.told]
    assert [(problem.file, problem.line) for problem in problems] == places
    for problem, (_, says) in zip(problems, broken.told, strict=True):
        assert all(words in as_text(problem) for words in says), as_text(problem)


def _place(place: str, file: str, text: str) -> tuple[str, int]:
    if place.startswith("="):
        lines = enumerate(text.splitlines(), 1)
        return file, next(number for number, line in lines if line.startswith(place[1:]))
    other, _, line = place.rpartition(":")
    return other or file, int(line)


def test_the_house_of_these_tests_has_no_mistake(house: Path) -> None:
    assert check(Path("bot.yaml"), NOW) == []


LASTING = FAQ.replace("  valid_until: 2022-11-30\n", "")
"""The command asks the machine what day it is: nothing in here ends."""


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(check_command, list(arguments))


def test_scripts_tell_nothing_errors_and_warnings_apart(house: Path) -> None:
    faq, lexicon = house / "data/faq.yaml", house / "data/lexicon.yaml"
    faq.write_text(LASTING, encoding="utf-8")
    clean = _run()
    assert (clean.exit_code, clean.stdout) == (0, "")
    lexicon.write_text(LEXICON.replace("groups:\n", "groups:\n  没人用: [某某]\n"), encoding="utf-8")
    warned = _run()
    assert warned.exit_code == 2
    assert warned.stdout.startswith("data/lexicon.yaml:2: 提醒：") and "1 处提醒" in warned.stderr
    faq.write_text(LASTING.replace("id: parcel", "id: hours"), encoding="utf-8")
    broken = _run()
    assert broken.exit_code == 1 and "共 1 个问题，另有 1 处提醒" in broken.stderr


def test_a_ci_of_github_shows_each_at_its_line(house: Path) -> None:
    (house / "data/faq.yaml").write_text(LASTING.replace("id: parcel", "id: hours"), encoding="utf-8")
    line = _run("--format", "github").stdout.splitlines()[0]
    assert line.startswith("::error file=data/faq.yaml,line=6,title=") and "::编号「hours」用了两次" in line
    row = json.loads(_run("--format", "json").stdout.splitlines()[0])
    assert (row["level"], row["file"], row["line"]) == ("error", "data/faq.yaml", 6)


def test_what_github_takes_for_its_own_signs_is_escaped() -> None:
    problem = Problem("a,b:c%.yaml", 3, "省 50%\r\n，见 a:b,c", "warning")
    assert as_github(problem) == (
        "::warning file=a%2Cb%3Ac%25.yaml,line=3,title=小巷检查：请看一眼::省 50%25%0D%0A，见 a:b,c"
    )


def test_a_notice_still_on_its_way_is_held_against_the_answers(house: Path) -> None:
    with contextlib.closing(Ledger(house / "var/xiaoxiang.db")) as ledger:
        book = Notices(ledger)
        for state, text in (("waiting", "核酸改到 19:00 结束。"), ("done", "核酸改到 20:00 结束。")):
            at = NOW + timedelta(minutes=len(state))
            notice = Notice(0, text, ("春晓苑居民群",), "春晓苑", "春晓苑", at, NOW, state=state)  # type: ignore[arg-type]
            assert book.add(notice)
        told = [as_text(problem) for problem in check(Path("bot.yaml"), NOW)]
    assert len(told) == 1
    assert told[0].startswith("data/faq.yaml:4: 提醒：") and "19:00" in told[0] and "通知1" in told[0]


def test_a_look_at_the_ledger_leaves_none_behind(house: Path) -> None:
    assert check(Path("bot.yaml"), NOW) == []
    assert not (house / "var").exists()
