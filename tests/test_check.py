"""`xiaoxiang check`: every kind of mistake names its file, its line and what to write instead, in Chinese."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.check_command import as_text
from bot.model.replies import REPLIES
from bot.settings import check
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
