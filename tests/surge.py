"""A surge as a drill: 300 people in 20 groups ask the same thing within a minute or two, first what the FAQ knows, then what it
does not, of the running bot (``xiaoxiang run``) on the terminal or through the official gateway.

``python -m tests.surge terminal`` and ``python -m tests.surge gateway`` play it. Ten minutes are pressed into one and a half,
so that all of it lies within one cool-down: at most one answer and one pointer a group; of the unknown, one holding line a
group and then one answer; every asker counted as served. tests/test_surge_drill.py plays the full ten minutes at the pace of
a real account, with a kill -9 in the middle.
"""

import asyncio
import re
import sqlite3
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.edits import STAFF_ROOM, OnGateway, OnTerminal, Stage, furnish

GROUPS, ASKERS = 20, 300
APART = 0.3
"""Seconds from one asker to the next."""
ROOMS = tuple(f"春晓苑{n}号楼1单元群" for n in range(1, GROUPS + 1))
KNOWN = ("核酸几点开始", "请问核酸啥时候开始", "核酸几点", "明天核酸几点呀")
UNKNOWN = ("理发店几点关门", "请问理发店几点关门呀", "理发店晚上几点关门", "理发店几点关门啊有人知道吗")
ANSWER = "理发店每天晚上八点关门。"
GATHERED = 25.0
"""Seconds after the last asker in which the pointer has come."""


def community() -> str:
    """The groups and people of bot.yaml."""
    lines = [
        "groups:",
        "  - name: 百合社区",
        "    level: community",
        f"    staff_room: {STAFF_ROOM}",
        "    children:",
    ]
    lines += [
        "      - {name: 和谐小区, level: compound, room: 和谐小区居民群}",
        "      - name: 春晓苑",
        "        level: compound",
        "        children:",
    ]
    for n, room in enumerate(ROOMS, 1):
        unit = f'{{name: {n}号楼1单元, level: unit, building: "{n}", unit: "1", room: {room}}}'
        lines.append(f"          - {unit}")
    lines += ["people:", "  - {id: wxid_secretary, name: 刘书记, role: secretary, scope: 百合社区}"]
    return "\n".join(lines) + "\n"


def build(folder: Path) -> None:
    """bot.yaml with twenty groups, and data/."""
    furnish(folder)
    text = (folder / "bot.yaml").read_text("utf-8")
    text = re.sub(r"^    roster:.*\n(?:      .*\n)+", "", text[: text.index("\ngroups:") + 1], flags=re.M)
    (folder / "bot.yaml").write_text(text + community(), "utf-8")


async def surge(stage: Stage) -> list[str]:
    """Play it; what was not as it should be."""
    build(stage.folder)
    await stage.start()
    for room in ROOMS:
        await stage.say(room, "早上好")
    await _ask(stage, KNOWN)
    faults = _more_than(stage, "听到再下楼", 1, "answer") + _more_than(stage, "上面", 1, "pointer")
    faults += [f"{room} heard no answer" for room in set(ROOMS) - _heard(stage, "听到再下楼").keys()]
    await _ask(stage, UNKNOWN)
    faults += _more_than(stage, "核实", 1, "holding line")
    await stage.say(STAFF_ROOM, f"/faq 答 1 {ANSWER}", "刘书记")
    await asyncio.sleep(8)
    await stage.say(STAFF_ROOM, "确认", "刘书记")
    await asyncio.sleep(12)
    faults += _more_than(stage, ANSWER, 1, "answer to the surge")
    faults += [f"{room} was not answered" for room in set(ROOMS) - _heard(stage, ANSWER).keys()]
    await stage.stop()
    return faults + _unserved(stage)


async def _ask(stage: Stage, wordings: tuple[str, ...]) -> None:
    for n in range(ASKERS):
        await stage.say(ROOMS[n * 7 % GROUPS], wordings[n % len(wordings)])
        await asyncio.sleep(APART)
    await asyncio.sleep(GATHERED)


def _heard(stage: Stage, words: str) -> Counter[str]:
    """How often each group read these words."""
    return Counter(said.room for said in stage.said if words in said.text and said.room in ROOMS)


def _more_than(stage: Stage, words: str, most: int, what: str) -> list[str]:
    return [f"{room}: {count} times {what}" for room, count in _heard(stage, words).items() if count > most]


def _unserved(stage: Stage) -> list[str]:
    """Askers that are not counted, or not as served."""
    with closing(
        sqlite3.connect(f"file:{stage.folder / 'var' / 'xiaoxiang.db'}?mode=ro", uri=True)
    ) as ledger:
        (counted,) = ledger.execute("SELECT count(DISTINCT person_id) FROM asked").fetchone()
        (waiting,) = ledger.execute("SELECT count(*) FROM asked WHERE served_at IS NULL").fetchone()
        unanswered = "SELECT count(*) FROM unanswered WHERE answered_at IS NULL AND text LIKE '%理发店%'"
        waiting += ledger.execute(unanswered).fetchone()[0]
    print(f"askers counted {counted} of {2 * ASKERS}, not served {waiting}")
    faults = [f"only {counted} askers are counted"] if counted < 2 * ASKERS else []
    return faults + ([f"{waiting} askers are not served"] if waiting else [])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        kind = OnGateway if "gateway" in sys.argv[1:] else OnTerminal
        stage = kind(Path(folder), ROOMS)
        found = asyncio.run(surge(stage))
        answers, pointers = _heard(stage, "听到再下楼"), _heard(stage, "上面")
        print(
            f"answers {answers.total()}, pointers {pointers.total()}, holding lines {_heard(stage, '核实').total()}"
        )
        print("\n".join(found) or "as it should be")
        sys.exit(bool(found))
