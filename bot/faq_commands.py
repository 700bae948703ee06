"""`xiaoxiang faq`: try questions on the FAQ before it speaks, compare two versions of it, list what it has nothing for."""

import contextlib
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.app import SystemClock
from bot.chinese import ChineseGroup
from bot.faq_trial import Asked, Difference, NotReadable, Tried, differences, questions_of, tried
from bot.gaps import Gaps
from bot.learnt import engine_of
from bot.ledger.asked import AskedRows
from bot.ledger.database import Ledger
from bot.ledger.rows import unanswered_since
from bot.ledger.versions import Versions
from bot.live import Content, Live, faq_of
from bot.model.faq import Faq
from bot.model.gap import Gap
from bot.model.settings import Settings
from bot.opening import CONFIG, Failed, data_or_sample, load_config, or_problems
from bot.settings import Data, load_faq
from bot.tables import TableError, Value, write_table
from intents.engine import Engine
from intents.spec import FaqEntry

WIDE = 80
"""Columns of a table that goes into a file or another program."""

SORTED_AT_ONCE = 200
"""So many questions are put into clusters in one transaction: a running bot waits for it."""

GAPS_SHOWN = 50
"""Clusters shown at most; the table that is written has all."""

NOW = "now"
"""What stands for faq.yaml as it is on the disk."""

_SPAN = re.compile(r"(\d+)\s*(h|小时|d|天|m|分钟?)")
_UNIT = {"h": 3600, "小时": 3600, "d": 86400, "天": 86400, "m": 60, "分": 60, "分钟": 60}

OUTPUT = click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="也写成表格：.xlsx 或 .csv"
)


@click.group(cls=ChineseGroup, subcommand_metavar="什么 [参数]…")
def faq() -> None:
    """问答：改之前试一试，改了以后差在哪，还有什么没答上。"""


@faq.command("try")
@click.argument("file", metavar="文件", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--faq",
    "other",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="换一份 faq.yaml 来试",
)
@click.option("--private", is_flag=True, help="当作私聊里问的：答不上的转人，不是不作声")
@OUTPUT
@CONFIG
def try_(file: Path, other: Path | None, private: bool, output: Path | None, config: Path) -> None:
    """一批问话，一句一句看会怎么样：答哪条、列出来挑、不作声、转人，差多少。文件一行一句；第二列（.txt 里隔一个 Tab）写上
    该由哪条答，就成了一份考卷：有一句没考过，退出码是 1。"""
    settings, data = data_or_sample(config)
    questions = _questions(file)
    if other is not None:
        data = replace(data, faq=or_problems(lambda: load_faq(other)))
    now = SystemClock(settings.timezone).now()
    found = tried(questions, _engine(data, settings), _faq(data.faq, settings), now, private=private)
    _print(_trial_table(found))
    click.echo(_summary(found))
    if output:
        _write(output, _TRIAL_HEADERS, [_trial_row(one) for one in found], f"{settings.community} 试问答")
    if any(one.hit is False for one in found):
        sys.exit(1)


@faq.command()
@click.argument("old", metavar="原来")
@click.argument("new", metavar="现在")
@click.option(
    "--messages",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="用这个文件里的话，不用台账里的",
)
@click.option("--since", default="24h", show_default=True, help="台账里多久以来问过的话：24h、3d、90m")
@OUTPUT
@CONFIG
def diff(old: str, new: str, messages: Path | None, since: str, output: Path | None, config: Path) -> None:
    """两份问答比一比：昨天大家问过的话，哪些会答得不一样，多少人问过。每份写一个 faq.yaml，或者台账里的版本号（/faq 版本），
    或者 now（现在磁盘上的那份）。"""
    settings, data = data_or_sample(config)
    zone, now = ZoneInfo(settings.timezone), SystemClock(settings.timezone).now()
    span = _span(since)
    before, after = (_version(name, data, settings) for name in (old, new))
    if messages is not None:
        questions = _questions(messages)
    else:
        with contextlib.closing(_ledger(settings)) as ledger:
            questions = asked_since(ledger, now - span, now)
    if not questions:
        click.echo(f"{(now - span).astimezone(zone):%m-%d %H:%M} 以来台账里没有问话。")
        return
    olds, news = _faq(before, settings), _faq(after, settings)
    first = tried(questions, _engine(replace(data, faq=before), settings), olds, now)
    second = tried(questions, _engine(replace(data, faq=after), settings), news, now)
    found = differences(first, second, olds, news)
    if found:
        _print(_difference_table(found))
    people = sum(one.people for one in found)
    click.echo(
        f"{len(questions)} 句问话里，{len(found)} 句会不一样，{people} 人次问过。"
        if found
        else f"{len(questions)} 句问话，回得都跟原来一样。"
    )
    if output:
        rows = [_difference_row(one) for one in found]
        _write(output, ("人次", "问的话", "原来", "以后", "说明"), rows, f"{settings.community} 问答改动")


@faq.command("gaps")
@click.option("--days", type=click.IntRange(1), help="几天以来的；不写就照 bot.yaml 的 gap_days")
@OUTPUT
@CONFIG
def gaps_(days: int | None, output: Path | None, config: Path) -> None:
    """没答上的问话（没人理的、转人的），一件事一行，问的人多的在前；带几种原话和最像的一条。群里看：/faq 未答。"""
    settings, data = load_config(config)
    now = SystemClock(settings.timezone).now()
    live = Live(Content(data, _engine(data, settings), ZoneInfo(settings.timezone)))
    span = days or settings.faq.gap_days
    with contextlib.closing(_ledger(settings)) as ledger:
        book = Gaps(ledger, live.plain, live.sentences)
        while True:
            with ledger.transaction():
                if not book.sort(now, SORTED_AT_ONCE):
                    break
        found, total = book.listed(now - timedelta(days=span), 10**6)
    if not found:
        click.echo(f"{span:g} 天里没有答不上的问话。")
        return
    near = {gap.number: live.nearest(gap.texts[0]) if gap.texts else () for gap in found}
    _print(_gap_table(found[:GAPS_SHOWN], near))
    more = f"，这里列了 {GAPS_SHOWN} 件，全部请加 -o 文件.xlsx" if total > GAPS_SHOWN else ""
    people = sum(gap.people for gap in found)
    click.echo(
        f"{span:g} 天里 {total} 件事没答上，{people} 人次{more}。补进问答，群里发：/faq 未答 编号 加 答案"
    )
    if output:
        rows = [
            (gap.number, gap.people, gap.times, gap.handed, "｜".join(gap.texts), *_best(near[gap.number]))
            for gap in found
        ]
        headers = ("编号", "人", "次", "转人", "问法", "最像", "像")
        _write(output, headers, rows, f"{settings.community} 没答上的问话")


def asked_since(ledger: Ledger, since: datetime, until: datetime) -> list[Asked]:
    """What people asked in that time, as the ledger has it: the same words once, with how many people said them."""
    said: dict[str, set[str]] = {}
    for row in AskedRows(ledger).between(since, until):
        if row.text:
            said.setdefault(row.text, set()).add(row.person_id)
    for text, person in unanswered_since(ledger, since, until):
        said.setdefault(text, set()).add(person)
    return [Asked(text, people=len(people)) for text, people in said.items()]


def _engine(data: Data, settings: Settings) -> Engine:
    with Console(stderr=True).status("正在读 data/……"):
        return engine_of(data, semantic=settings.semantic)


def _faq(entries: Sequence[FaqEntry], settings: Settings) -> dict[str, Faq]:
    zone = ZoneInfo(settings.timezone)
    return {entry.id: faq_of(entry, zone) for entry in entries}


def _questions(file: Path) -> list[Asked]:
    try:
        return questions_of(file)
    except (NotReadable, TableError) as error:
        raise Failed(str(error)) from error


def _ledger(settings: Settings) -> Ledger:
    if not settings.database.exists():
        raise Failed(f"还没有台账：{settings.database} 不存在。先 xiaoxiang run。")
    return Ledger(settings.database)


def _version(name: str, data: Data, settings: Settings) -> tuple[FaqEntry, ...]:
    """The FAQ that a word of the command line means."""
    if name in (NOW, "现在"):
        return data.faq
    if Path(name).is_file():
        return or_problems(lambda: load_faq(Path(name)))
    if not name.isdecimal():
        raise Failed(f"没有「{name}」这个文件。要写 faq.yaml 的路径、版本号，或者 now。")
    with contextlib.closing(_ledger(settings)) as ledger:
        books = Versions(ledger)
        text = books.files(int(name)).get("faq.yaml") if books.get(int(name)) else None
    if text is None:
        raise Failed(f"台账里没有第 {name} 版。有哪些，群里发：/faq 版本")
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"第{name}版.yaml"
        path.write_bytes(text)
        return or_problems(lambda: load_faq(path))


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text.strip().lower())
    if found is None or int(found[1]) > 10**5:
        raise Failed(f"看不懂「{text}」。写 24h、3d 或 90m。")
    return timedelta(seconds=int(found[1]) * _UNIT[found[2]])


# tables on the terminal


def _print(table: Table) -> None:
    console = Console()
    Console(width=console.width if console.is_terminal else WIDE, highlight=False).print(table)


def _table(*columns: tuple[str, dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for name, options in columns:
        table.add_column(name, overflow="fold", **options)
    return table


def _trial_table(found: Sequence[Tried]) -> Table:
    exam = any(one.hit is not None for one in found)
    table = _table(
        *([("", {"width": 2})] if exam else []),
        ("问的话", {"ratio": 5, "min_width": 20}),
        ("会怎样", {"min_width": 6, "max_width": 24}),
        ("像", {"justify": "right", "min_width": 4}),
        ("最像", {"max_width": 16}),
        ("其次", {"max_width": 16}),
        ("差", {"justify": "right", "min_width": 4}),
        ("", {"min_width": 4}),
    )
    for one in found:
        mark = {True: "✓", False: "✗", None: ""}[one.hit]
        best = one.near[0][0] if one.near else ""
        second = one.near[1][0] if len(one.near) > 1 else ""
        margin = "" if one.margin is None else f"{round(one.margin, 2) + 0.0:.2f}"
        score = f"{one.score:.2f}" if one.near else ""
        cells = [
            _shown(one),
            one.does,
            score,
            best,
            second,
            margin,
            one.narrow,
        ]
        style = "red" if one.hit is False else "yellow" if one.narrow else ""
        table.add_row(*([mark] if exam else []), *(Text(cell) for cell in cells), style=style)
    return table


def _shown(one: Tried) -> str:
    """The question, and what was expected of it where that did not come."""
    return f"{one.asked.text}（要：{one.asked.expected}）" if one.hit is False else one.asked.text


_TRIAL_HEADERS = (
    "问的话",
    "会怎样",
    "条目",
    "像",
    "最像",
    "其次",
    "其次像",
    "差",
    "险",
    "听成",
    "该由谁答",
    "对不对",
)


def _trial_row(one: Tried) -> tuple[Value, ...]:
    second = one.near[1] if len(one.near) > 1 else ("", None)
    return (
        one.asked.text,
        one.does,
        one.entry,
        round(one.score, 3) if one.near else None,
        one.near[0][0] if one.near else "",
        second[0],
        None if second[1] is None else round(second[1], 3),
        None if one.margin is None else round(one.margin, 3),
        one.narrow,
        one.intent,
        one.asked.expected,
        {True: "对", False: "不对", None: ""}[one.hit],
    )


def _summary(found: Sequence[Tried]) -> str:
    counts = Counter(one.does for one in found)
    said = [
        f"{len(found)} 句：" + "，".join(f"{does} {count}" for does, count in counts.most_common()) + "。"
    ]
    if narrow := Counter(one.narrow for one in found if one.narrow):
        said.append(
            "，".join(f"{word} {count} 句" for word, count in narrow.items()) + "（离界线不到 0.05）。"
        )
    hits = [one.hit for one in found if one.hit is not None]
    if hits:
        said.append(f"考了 {len(hits)} 句，对 {sum(hits)} 句，错 {len(hits) - sum(hits)} 句。")
    return "".join(said)


def _difference_table(found: Sequence[Difference]) -> Table:
    table = _table(
        ("人次", {"justify": "right"}),
        ("问的话", {"ratio": 3, "min_width": 20}),
        ("原来", {"ratio": 2}),
        ("以后", {"ratio": 2}),
    )
    for one in found:
        people, text, before, after, note = _difference_row(one)
        table.add_row(
            str(people), *(Text(str(cell)) for cell in (text, before, f"{after}{note and f'（{note}）'}"))
        )
    return table


def _difference_row(one: Difference) -> tuple[Value, ...]:
    return (
        one.people,
        one.before.asked.text,
        one.before.happens,
        one.after.happens,
        "话改了" if one.reworded else "",
    )


def _gap_table(found: Sequence[Gap], near: dict[int, tuple[tuple[str, float], ...]]) -> Table:
    table = _table(
        ("编号", {"justify": "right"}),
        ("人", {"justify": "right"}),
        ("转人", {"justify": "right"}),
        ("问的话", {"ratio": 4, "min_width": 24}),
        ("最像", {"ratio": 1}),
        ("像", {"justify": "right"}),
    )
    for gap in found:
        best, score = _best(near[gap.number])
        words = "｜".join(gap.texts[:3]) or "（原话已抹去）"
        cells = (str(gap.number), str(gap.people), str(gap.handed or ""), words, best, score)
        table.add_row(*(Text(str(cell)) for cell in cells))
    return table


def _best(near: tuple[tuple[str, float], ...]) -> tuple[str, Value]:
    return (near[0][0], f"{near[0][1]:.2f}") if near else ("", "")


def _write(output: Path, headers: Sequence[str], rows: Sequence[Sequence[Value]], title: str) -> None:
    try:
        write_table(output, headers, rows, title)
    except TableError as error:
        raise Failed(str(error)) from error
    click.echo(f"写到 {output}，{len(rows)} 行。")
