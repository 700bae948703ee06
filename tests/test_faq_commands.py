"""An administrator sees what the FAQ would say before it says it, and what a new version changes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import cli
from bot.chinese import columns
from bot.tables import read_table, write_table
from tests.conftest import COMPOUND_ROOM, ROOT, Chat

HEARD = {"核酸几点开始啊": "hesuan-time", "小区理发店开门吗": "-", "快递能不能送上楼呀": "parcel"}


def xiaoxiang(*words: object, config: Path = ROOT / "bot.yaml") -> Result:
    return CliRunner().invoke(cli, ["faq", *map(str, words), "--config", str(config)])


def configured(folder: Path) -> Path:
    """A bot.yaml whose ledger is x.db beside it."""
    lines = (ROOT / "bot.yaml").read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("database:", "data:"))]
    path = folder / "bot.yaml"
    path.write_text("\n".join([*kept, "database: x.db", f"data: {ROOT / 'data'}"]) + "\n", "utf-8")
    return path


def exam(folder: Path, **more: str) -> Path:
    path = folder / "常问.txt"
    rows = {**HEARD, **more}
    path.write_text("# 常问的话\n\n" + "".join(f"{text}\t{id_}\n" for text, id_ in rows.items()), "utf-8")
    return path


def test_every_question_is_told_with_what_would_happen(tmp_path: Path) -> None:
    result = xiaoxiang("try", exam(tmp_path))
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[1].split()[:5] == ["✓", "核酸几点开始啊", "答", "1.00", "hesuan-time"]
    assert lines[2].split()[:3] == ["✓", "小区理发店开门吗", "不作声"]
    assert lines[-1].startswith("3 句：答 2，不作声 1。") and "考了 3 句，对 3 句" in lines[-1]


def test_one_miss_fails_it_and_says_what_was_wanted(tmp_path: Path) -> None:
    result = xiaoxiang("try", exam(tmp_path, 垃圾扔到哪里="parcel"))
    assert result.exit_code == 1
    assert "错 1 句" in result.stdout
    missed = result.stdout[result.stdout.index("✗") :]
    assert "垃圾扔到哪里（要：" in missed and "trash" in missed.splitlines()[0]


def test_piped_it_is_plain_and_no_line_is_wider_than_eighty_columns(tmp_path: Path) -> None:
    long = "我想问一下那个上回说的核酸结果怎么到现在都还没有出来呀是不是漏了我们这一户啊谁能给查一查" * 2
    result = xiaoxiang("try", exam(tmp_path, **{long: ""}))
    table = result.stdout.splitlines()[:-1]
    assert "\x1b" not in result.stdout and max(map(columns, table)) <= 80
    assert "".join(line[3:].split("  ")[0].strip() for line in table).count("查一查") >= 2


@pytest.mark.parametrize("kind", ["jsonl", "csv", "xlsx"])
def test_questions_come_in_any_of_these_files(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"q.{kind}"
    if kind == "jsonl":
        rows = [json.dumps({"text": text, "expect": id_}, ensure_ascii=False) for text, id_ in HEARD.items()]
        path.write_text("\n".join(rows), "utf-8")
    else:
        write_table(path, ("问的话", "该由谁答"), list(HEARD.items()))
    result = xiaoxiang("try", path)
    assert result.exit_code == 0 and "考了 3 句，对 3 句" in result.stdout


def test_a_table_is_written_with_numbers_as_numbers(tmp_path: Path) -> None:
    output = tmp_path / "试.xlsx"
    assert "写到" in xiaoxiang("try", exam(tmp_path), "-o", output).stdout
    headers, rows = read_table(output)
    assert headers[:4] == ("问的话", "会怎样", "条目", "像")
    assert rows[0].cells[:4] == ("核酸几点开始啊", "答", "hesuan-time", "1")


def test_what_is_nearly_answered_or_only_just_is_marked(tmp_path: Path) -> None:
    path = tmp_path / "q.txt"
    path.write_text("昨天做过了今天用不用再做\n明天还做核酸吗\n核酸几点开始\n", "utf-8")
    just, nearly, plain = xiaoxiang("try", path).stdout.splitlines()[1:4]
    assert just.endswith("险  ") or just.rstrip().endswith("险")
    assert nearly.rstrip().endswith("差点") and not plain.rstrip().endswith(("险", "差点"))


def test_asked_in_private_what_is_unknown_goes_to_a_person(tmp_path: Path) -> None:
    assert " 转人 " in xiaoxiang("try", exam(tmp_path), "--private").stdout


def test_an_expired_entry_is_not_counted_as_an_answer(tmp_path: Path) -> None:
    faq = tmp_path / "faq.yaml"
    faq.write_text(
        "- id: old\n  topic: 核酸\n  questions: [核酸几点开始]\n  answer: 七点。\n  valid_until: 2020-01-01\n",
        "utf-8",
    )
    path = tmp_path / "q.txt"
    path.write_text("核酸几点开始\told\n", "utf-8")
    result = xiaoxiang("try", path, "--faq", faq)
    assert result.exit_code == 1 and " 过期 " in result.stdout


def test_a_file_without_questions_is_told(tmp_path: Path) -> None:
    path = tmp_path / "q.txt"
    path.write_text("# 没有\n", "utf-8")
    result = xiaoxiang("try", path)
    assert result.exit_code == 1 and "一句话" in result.stderr


def changed(folder: Path) -> Path:
    """The FAQ without one entry, and with other words in another."""
    text = (ROOT / "data" / "faq.yaml").read_text("utf-8")
    first, second = text.index("- id: hesuan-time"), text.index("- id: hesuan-place")
    path = folder / "new.yaml"
    text = text[:first] + text[second:]
    path.write_text(text.replace("小区大门口的货架上", "南门岗亭"), "utf-8")
    return path


def test_diff_tells_what_yesterdays_askers_would_hear_now(
    open_chat: Callable[..., Chat], tmp_path: Path
) -> None:
    config, new = configured(tmp_path), changed(tmp_path)
    chat = open_chat(tmp_path / "x.db")
    for sender in ("王女士", "陈阿姨", "老李"):
        chat.clock.advance(minutes=1)
        chat.say(sender, "核酸几点开始", COMPOUND_ROOM)
    chat.say("小赵", "快递能不能送上楼呀", COMPOUND_ROOM)
    chat.say("小赵", "门禁卡丢了去哪补", COMPOUND_ROOM)
    chat.app.ledger.close()
    result = xiaoxiang("diff", "now", new, "--since", "20000d", "-o", tmp_path / "d.csv", config=config)
    assert result.exit_code == 0, result.output
    first, second = result.stdout.splitlines()[1:3]
    assert (
        first.split()[:4] == ["3", "核酸几点开始", "答", "hesuan-time"] and "答 hesuan-time" not in first[30:]
    )
    assert "parcel（话改了）" in second
    assert "3 句问话里，2 句会不一样，4 人次问过。" in result.stdout
    _, rows = read_table(tmp_path / "d.csv")
    assert [row.cells[0] for row in rows] == ["3", "1"]


def test_diff_of_the_same_says_so(tmp_path: Path) -> None:
    result = xiaoxiang("diff", "now", ROOT / "data" / "faq.yaml", "--messages", exam(tmp_path))
    assert result.exit_code == 0 and "回得都跟原来一样" in result.stdout


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("diff", "now", "没有.yaml", "--messages"), "没有「没有.yaml」这个文件"),
        (("diff", "now", "now", "--since", "昨天", "--messages"), "看不懂「昨天」"),
        (("diff", "12", "now", "--messages"), "台账"),
    ],
)
def test_diff_says_what_is_wrong_with_what_was_typed(
    tmp_path: Path, words: tuple[str, ...], reason: str
) -> None:
    result = xiaoxiang(*words, exam(tmp_path), config=configured(tmp_path))
    assert result.exit_code == 1 and reason in result.stderr


def test_gaps_lists_by_how_many_asked(open_chat: Callable[..., Chat], tmp_path: Path) -> None:
    config = configured(tmp_path)
    chat = open_chat(tmp_path / "x.db")
    chat.say("小赵", "电动车在哪充电", COMPOUND_ROOM)
    for sender, text in (("王女士", "小区理发店开门吗"), ("陈阿姨", "请问哪里能理发啊")):
        chat.say(sender, text, COMPOUND_ROOM)
    chat.app.ledger.close()
    output = tmp_path / "没答上.xlsx"
    result = xiaoxiang("gaps", "--days", 20000, "-o", output, config=config)
    lines = result.stdout.splitlines()
    assert result.exit_code == 0 and lines[1].split()[:2] == ["2", "2"] and "｜" in lines[1]
    assert lines[2].split()[:3] == ["1", "1", "电动车在哪充电"]
    assert "2 件事没答上，3 人次" in result.stdout
    headers, rows = read_table(output)
    assert headers[0] == "编号" and [row.cells[:2] for row in rows] == [("2", "2"), ("1", "1")]
    assert "没有答不上的" in xiaoxiang("gaps", "--days", 1, config=config).stdout
