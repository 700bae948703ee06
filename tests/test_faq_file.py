"""An edit from the chat changes its own lines of faq.yaml, says what was meant, and touches nothing else."""

import difflib
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.faq_file import CannotApply, apply
from bot.model.edit import Edit
from bot.yamlfile import document_of

AT = datetime(2022, 11, 22, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SAMPLE = (Path(__file__).parent.parent / "data" / "faq.yaml").read_text("utf-8")

HAND_WRITTEN = """\
# 问答
- id: trash   # 别改编号
  topic: 垃圾
  questions:
    - 垃圾怎么扔        # 标题
    - "垃圾扔到哪里"

    # 老人常这么问
    - '垃圾几点收'
  answer: |-  # 两段
    放到楼下垃圾桶。

    封控的单元放门口。
  source: 环境卫生安排   # 2022 年版


# 快递
- topic: 快递
  id: parcel
  questions: [快递怎么取,   # 常问
    快递放哪了,
    外卖怎么拿,
  ]
  answer: '到大门口的货架上取'   # 不送上楼
  valid_until: 2022-11-30
-
    id: wide
    topic: 垃圾
    questions: [大件怎么扔]
    answer: >-
      先打电话，
      再放到指定的地方。
    source:
- {id: flat, topic: 其他, questions: [在哪理发], answer: 南门外}
"""

FLAT = "- {id: flat, topic: 其他, questions: [在哪理发], answer: 南门外}"
PARCEL = "  answer: '到大门口的货架上取'   # 不送上楼"


def edit(entry: str, kind: str = "change", **values: object) -> Edit:
    named = {key.replace("_more", "+").replace("_less", "-"): value for key, value in values.items()}
    return Edit(1, AT, "", "p", "刘书记", "m", kind, entry, named)  # type: ignore[arg-type]


def changed(before: str, after: str) -> list[str]:
    """The lines that went and came, as git diff shows them."""
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def entries(text: str) -> list[Any]:
    return document_of(Path("faq.yaml"), text.removeprefix("\ufeff")).data


@pytest.mark.parametrize(
    ("asked", "lines"),
    [
        (edit("parcel", answer="到门卫室取"), ["-" + PARCEL, "+  answer: '到门卫室取'   # 不送上楼"]),
        (edit("parcel", answer="一、取件\n二、消毒"), ["-" + PARCEL, "+  answer: |-   # 不送上楼", "+    一、取件", "+    二、消毒"]),
        (edit("trash", answer="都放门口: 8点收 #每天"),
         ["-    放到楼下垃圾桶。", "-", "-    封控的单元放门口。", "+    都放门口: 8点收 #每天"]),
        (edit("wide", answer="打物业电话"),
         ["-    answer: >-", "-      先打电话，", "-      再放到指定的地方。", "+    answer: |-", "+      打物业电话"]),
        (edit("wide", source="物业: 通知"), ["-    source:", "+    source: '物业: 通知'"]),
        (edit("trash", source=None), ["-  source: 环境卫生安排   # 2022 年版"]),
        (edit("trash", "disable", enabled=False), ["+  enabled: false"]),
        (edit("flat", "disable", enabled=False),
         ["-" + FLAT, "+- {id: flat, topic: 其他, questions: [在哪理发], answer: 南门外, enabled: false}"]),
        (edit("flat", answer="南门外，老张家\n每天开"),
         ["-" + FLAT, '+- {id: flat, topic: 其他, questions: [在哪理发], answer: "南门外，老张家\\n每天开"}']),
        (edit("parcel", "validity", valid_until="2022-12-05"), ["-  valid_until: 2022-11-30", "+  valid_until: 2022-12-05"]),
        (edit("parcel", "validity", valid_from="2022-11-25", valid_until=None), ["-  valid_until: 2022-11-30", "+  valid_from: 2022-11-25"]),
        (edit("parcel", topic="快递外卖"), ["-- topic: 快递", "+- topic: 快递外卖"]),
        (edit("trash", questions_more=["垃圾谁收", "- 袋子"]), ["+    - '垃圾谁收'", "+    - '- 袋子'"]),
        (edit("trash", questions_less=["垃圾扔到哪里"]), ['-    - "垃圾扔到哪里"']),
        (edit("trash", questions_less=["垃圾怎么扔", "垃圾扔到哪里", "垃圾几点收"], questions_more=["扔哪"]),
         ["-    - 垃圾怎么扔        # 标题", '-    - "垃圾扔到哪里"', "+    - '扔哪'", "-    - '垃圾几点收'"]),
        (edit("parcel", questions_more=["快递, 到哪领"]), ["+    '快递, 到哪领',"]),
        (edit("parcel", questions_less=["快递放哪了"]), ["-    快递放哪了,"]),
        (edit("wide", questions_more=["沙发怎么扔"]), ["-    questions: [大件怎么扔]", "+    questions: [大件怎么扔, 沙发怎么扔]"]),
        (edit("haircut", "add", topic="垃圾", questions=["电池扔哪", "灯管扔哪"], answer="门卫室有红箱子"),
         ["+-   id: haircut", "+    topic: 垃圾", "+    questions: [电池扔哪, 灯管扔哪]", "+    answer: 门卫室有红箱子"]),
        (edit("haircut", "add", questions=["哪里配钥匙"], answer="北门"),
         ["+- id: haircut", "+  topic: 其他", "+  questions: [哪里配钥匙]", "+  answer: 北门"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_only_the_lines_of_the_entry_change(asked: Edit, lines: list[str], ends: str) -> None:
    before = "\ufeff" + HAND_WRITTEN.replace("\n", ends)
    after = apply(before, asked)
    assert after.startswith("\ufeff")
    assert after.count("\r\n") == (after.count("\n") if ends == "\r\n" else 0)
    assert changed(HAND_WRITTEN, after[1:].replace("\r\n", "\n")) == lines


def test_disabled_and_enabled_again_is_the_same_file() -> None:
    off = apply(SAMPLE, edit("trash", "disable", enabled=False))
    assert apply(off, edit("trash", "enable", enabled=None)) == SAMPLE


def test_git_sees_only_the_lines_of_the_entry(tmp_path: Path) -> None:
    file = tmp_path / "faq.yaml"
    file.write_text(SAMPLE, "utf-8")

    def git(*words: str) -> str:
        run = subprocess.run(["git", "-c", "core.quotepath=off", *words], cwd=tmp_path, capture_output=True)
        return run.stdout.decode()

    git("init", "-q")
    git("add", "faq.yaml")
    file.write_text(apply(SAMPLE, edit("duty-phone", answer="打 0371-55501234")), "utf-8")
    diff = [
        line
        for line in git("diff", "-U0").splitlines()
        if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]
    old = next(line for line in SAMPLE.splitlines() if line.startswith("  answer: 社区值班电话"))
    assert diff == [f"-{old}", "+  answer: 打 0371-55501234"]


@pytest.mark.parametrize(
    ("text", "asked", "reason"),
    [
        (HAND_WRITTEN, edit("gone", answer="x"), "没有「gone」这一条"),
        (HAND_WRITTEN + "- {id: flat, topic: a, questions: [b], answer: c}\n", edit("flat", answer="x"), "用了两次"),
        (HAND_WRITTEN, edit("flat", "add", questions=["q"], answer="a"), "已经有人用了"),
        (HAND_WRITTEN, edit("flat", questions_less=["在哪理发"]), "至少留一种"),
        (HAND_WRITTEN, edit("flat", id="other"), "不能在群里改"),
        ("a: b\n", edit("flat", answer="x"), "不是一条一条"),
        ("- id: a\n  id: a\n", edit("a", answer="x"), "faq.yaml:2: .*写了两次"),
        ("- id: [\n", edit("a", answer="x"), "等他存好再来"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_with_its_reason(text: str, asked: Edit, reason: str) -> None:
    with pytest.raises(CannotApply, match=reason):
        apply(text, asked)


def test_an_empty_list_takes_its_first_entry() -> None:
    got = apply("# 还没有\n[]\n", edit("a", "add", questions=["问: 吗"], answer="答"))
    assert got == "# 还没有\n[{id: a, topic: 其他, questions: ['问: 吗'], answer: 答}]\n"


def test_a_thousand_entries_take_less_than_two_seconds_of_a_thread() -> None:
    text = "".join(
        f"- id: e{n}\n  topic: t\n  questions: [问{n}怎么办, 问{n}找谁]\n  answer: 答{n}。\n"
        for n in range(1000)
    )
    assert apply(text, edit("e999", answer="新的")).endswith("answer: 新的\n")


# any words in any style

PIECES = st.sampled_from(
    ["核酸", "几点", ": ", " #", "#", "'", '"', "- ", "-", "[", "]", "{", "}", ",", "，", "？", "?", "@", "&", "*", "!", "|", ">", "%", "`",
     "\\", "😀", "120", "8:00", "null", "~", "true", "0371-55501234", "：", "。", " ", "—", "…", "\t", "=", "<<", "\u2028", "\x85", "\ufeff", "\x07"]
)  # fmt: skip
LINE = st.lists(PIECES, min_size=1, max_size=8).map("".join).filter(lambda text: bool(text.strip()))
TEXT = st.lists(LINE, min_size=1, max_size=4).map("\n".join)
SIMPLE = st.text(st.sampled_from("核酸几点在哪做abc12"), min_size=1, max_size=8).filter(
    lambda text: text != "null"
)


@st.composite
def scalars(draw: st.DrawFn, indent: int, *, flow: bool) -> str:
    """A simple text in some style, as it stands behind a colon or a dash."""
    text = draw(SIMPLE)
    style = draw(st.sampled_from(["plain", "'", '"', *([] if flow else ["|-", "|", ">-", "|+", "|2-"])]))
    remark = "" if flow else draw(st.sampled_from(["", "  # 说明", " #"]))
    if style == "plain":
        return text + remark
    if style in "'\"":
        return f"{style}{text}{style}{remark}"
    pad = " " * (indent + 2)
    again = draw(SIMPLE)
    blank = draw(st.sampled_from(["", "\n", "\n\n"]))
    return f"{style}{remark}\n{pad}{text}\n{blank}{pad}{again}"


@st.composite
def lists(draw: st.DrawFn, indent: int, *, flow: bool) -> str:
    items = draw(st.lists(SIMPLE, min_size=1, max_size=4, unique=True))
    shape = draw(st.sampled_from(["flow", *([] if flow else ["lines", "block", "deep"])]))
    if shape == "flow":
        return f" [{', '.join(items)}]"
    pad = " " * (indent + 2)
    if shape == "lines":
        tail = draw(st.sampled_from([",", ""]))
        return (
            " ["
            + ",\n".join(f"\n{pad}{item}" if n == 0 else f"{pad}{item}" for n, item in enumerate(items))
            + f"{tail}\n{' ' * indent}]"
        )
    dash = " " * (indent + (2 if shape == "deep" else 0))
    return "".join(f"\n{dash}- {item}{draw(st.sampled_from(['', '  # 一句']))}" for item in items)


@st.composite
def files(draw: st.DrawFn) -> str:
    """A faq.yaml as some editor or other left it."""
    parts = [draw(st.sampled_from(["", "# 头\n", "\n\n# 头\n\n"]))]
    for n in range(draw(st.integers(1, 4))):
        parts.append(draw(st.sampled_from(["", "\n", "# 下一条\n", "\n  # 缩进的说明\n"])))
        if draw(st.integers(0, 3)) == 0:
            fields = [
                f"id: e{n}",
                f"topic: {draw(SIMPLE)}",
                f"questions:{draw(lists(2, flow=True))}",
                f"answer: {draw(scalars(2, flow=True))}",
            ]
            parts.append("- {" + ", ".join(draw(st.permutations(fields))) + "}\n")
            continue
        offset = draw(st.sampled_from([2, 4]))
        keys = {
            "id": f" e{n}", "topic": f" {draw(scalars(offset, flow=False))}", "questions": draw(lists(offset, flow=False)),
            "answer": f" {draw(scalars(offset, flow=False))}",
        }  # fmt: skip
        if draw(st.booleans()):
            keys["source"] = draw(
                st.sampled_from(["", " ", f" {draw(scalars(offset, flow=False))}", "  # 还没写"])
            )
        if draw(st.booleans()):
            keys["valid_until"] = " 2022-11-30"
        order = draw(st.permutations(list(keys)))
        pad = " " * offset
        between = draw(st.sampled_from(["", f"{pad}# 里面的说明\n", "\n"]))
        body = f"\n{between}{pad}".join(f"{key}:{keys[key]}" for key in order)
        parts.append(f"-{' ' * (offset - 1)}{body}\n")
    parts.append(draw(st.sampled_from(["", "\n", "# 完\n", "\n\n"])))
    text = "".join(parts)
    text = text if draw(st.booleans()) else text.rstrip("\n")
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    return draw(st.sampled_from(["", "\ufeff"])) + text


EDITS = st.one_of(
    st.builds(lambda text: {"answer": text}, TEXT),
    st.builds(lambda text: {"source": text}, LINE),
    st.just({"source": None}),
    st.just({"enabled": False}),
    st.just({"valid_from": "2022-11-20", "valid_until": None}),
    st.just(
        {"valid_from": "2022-11-20", "valid_until": "2022-11-25", "enabled": False, "source": "市里: 通知 #3"}
    ),
    st.builds(lambda texts: {"questions+": texts}, st.lists(LINE, min_size=1, max_size=3)),
)


def words(value: Any) -> Any:
    """What is read, as it is compared: ends of lines and of texts do not count."""
    if isinstance(value, list):
        return [words(one) for one in value]
    if isinstance(value, dict):
        return {key: words(one) for key, one in value.items()}
    if isinstance(value, str):
        return "\n".join(line.rstrip() for line in value.strip().split("\n"))
    return value


@settings(max_examples=200, deadline=None)
@given(files(), st.data())
def test_any_words_into_any_file(before: str, data: st.DataObject) -> None:
    old = entries(before)
    place = data.draw(st.integers(0, len(old) - 1))
    values = dict(data.draw(EDITS))
    questions = old[place]["questions"]
    if data.draw(st.booleans()) and len(questions) > 1:
        values["questions-"] = data.draw(
            st.lists(st.sampled_from(questions), min_size=1, max_size=len(questions) - 1)
        )
    after = apply(before, edit(old[place]["id"], **values))
    new = entries(after)
    check_others(old, new, place, before, after)
    got, had = new[place], old[place]
    for key, value in values.items():
        if key == "questions+":
            assert set(words(value)) <= set(got["questions"])
        elif key == "questions-":
            assert not set(value) - set(words(values.get("questions+", []))) & set(got["questions"])
        elif value is None:
            assert got.get(key) is None
        else:
            assert words(got[key]) == (str(value).lower() if isinstance(value, bool) else words(value))
    for key in had.keys() - {key.rstrip("+-") for key in values}:
        assert words(got[key]) == words(had[key])


def check_others(old: list[Any], new: list[Any], place: int, before: str, after: str) -> None:
    """Everything around the entry is the same, character for character, and no remark went but one of a line taken out."""
    assert words(new[:place]) == words(old[:place]) and words(new[place + 1 :]) == words(old[place + 1 :])
    assert after.startswith("\ufeff") == before.startswith("\ufeff")
    assert after.endswith("\n") == before.endswith("\n")
    bare = before.removeprefix("\ufeff")
    starts = [node.start_mark.index for node in document_of(Path("faq.yaml"), bare).root.value]
    head = bare[: starts[place]]
    assert after.removeprefix("\ufeff").startswith(head)
    if place + 1 < len(starts):
        tail = bare[bare.rindex("-", 0, starts[place + 1]) :]
        assert after.endswith(tail)
    assert ("\r\n" in after) == ("\r\n" in before) or "\n" not in before
    assert "\n" not in after.replace("\r\n", "") or "\r\n" not in before
    for remark in ("# 头", "# 下一条", "# 缩进的说明", "# 完", "# 里面的说明"):
        assert after.count(remark) == before.count(remark)


@settings(max_examples=150, deadline=None)
@given(
    files(),
    st.lists(LINE, min_size=1, max_size=3, unique_by=lambda text: text.strip()),
    TEXT,
    st.sampled_from(["", "新", "有"]),
)
def test_a_new_entry_into_any_file(before: str, questions: list[str], answer: str, topic: str) -> None:
    old = entries(before)
    topic = words(old[0]["topic"]) if topic == "有" else topic
    if "\n" in topic:
        topic = "新"
    after = apply(before, edit("new-1", "add", topic=topic, questions=questions, answer=answer))
    new = entries(after)
    got = next(entry for entry in new if entry["id"] == "new-1")
    assert words([entry for entry in new if entry is not got]) == words(old)
    assert got["questions"] == words(questions) and words(got["answer"]) == words(answer)
    came = [line for line in changed(before, after) if line[0] == "-"]
    assert all(f"+{line[1:]}" in {added.rstrip("\r") for added in changed(before, after)} for line in came)
