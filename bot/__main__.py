"""The command line. Every command is a few lines: it reads what it needs, calls a room of the house, and prints."""

import asyncio
import contextlib
import io
import json
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, cast
from zoneinfo import ZoneInfo

import click
from rich.console import Console

from bot import bench as bench_room
from bot import cards as cards_room
from bot import demo as demo_room
from bot import exports, field_tables
from bot.app import SystemClock, build
from bot.channels.replay import BadTranscript, Said, opening, read_transcript, readable
from bot.channels.terminal import TerminalChannel
from bot.check_command import check_command
from bot.chinese import ChineseGroup, speak_chinese
from bot.coverage_files import FOLDER, remove
from bot.explain import explained
from bot.faq_commands import faq
from bot.groups import Tree
from bot.households import HouseholdList, read_households
from bot.learnt import engine_of
from bot.ledger.audit import Audit
from bot.ledger.coverage import Coverage
from bot.ledger.database import Ledger, LedgerBusy, sole_user
from bot.ledger.nameless import Nameless
from bot.ledger.people import Roster
from bot.ledger.retention import Retention
from bot.logs import to_stderr
from bot.model.audit import Actor
from bot.model.channel import Channel
from bot.model.ledger import LedgerBroken, LedgerRefused
from bot.model.people import ROLE_TITLES, Role
from bot.model.settings import Settings
from bot.opening import CONFIG, Failed, data_or_last, data_or_sample, load_config, or_problems
from bot.sample import sample_folder, write_sample
from bot.scans import Headerless, never_fewer, read_scans
from bot.settings import load_faq, load_settings
from bot.shelf import DiskShelf
from bot.tables import TableError, write_posters, write_table
from bot.transcripts import Player

speak_chinese()  # before the commands below take click's words for their own

ROLES = {role: title for role, title in ROLE_TITLES.items() if role != "resident"}
INVITE_DAYS = 7
"""How long an invitation may be claimed."""

CARDS = "cards"
"""What `xiaoxiang export` makes of data/contacts.yaml, not of the ledger."""

KEYBOARD = "命令行"
"""Who stands in audit rows for whoever runs a command on the machine."""


@click.group(cls=ChineseGroup, context_settings={"max_content_width": 100})
@click.version_option(package_name="xiaoxiang", message="小巷 %(version)s", help="显示版本，然后退出。")
@click.option("-v", "--verbose", is_flag=True, help="在 stderr 上写详细的运行日志（只有编号，没有消息内容）")
def cli(verbose: bool) -> None:
    """小巷：住在社区微信群里的助手。听懂求助、登记工单、回答常见问题，不漏一户。"""
    to_stderr(verbose)


@cli.command()
@CONFIG
def run(config: Path) -> None:
    """运行小巷：在 bot.yaml 写的通道上（不改就是这个终端）听和说。"""
    settings = or_problems(lambda: load_settings(config))
    clock = SystemClock(settings.timezone)
    channel = _channel(settings, clock)
    with _ledger_for_us(settings.database):
        data = data_or_last(settings)
        app = build(
            settings,
            data,
            channel,
            clock,
            random.SystemRandom(),
            settings.database,
            shelf=DiskShelf(settings.data),
        )
        if isinstance(channel, TerminalChannel):
            channel.settled = app.settled
        asyncio.run(_until_stopped(app.run()))


@cli.command()
@click.argument("folder", metavar="[目录]", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--force", is_flag=True, help="已有的文件直接覆盖，不再问")
def init(folder: Path, force: bool) -> None:
    """写一份样例 bot.yaml 和 data/，改改名字就能用。已有的文件先问再覆盖。"""
    written = write_sample(
        folder, lambda path: force or click.confirm(f"{path} 已经有了，覆盖吗？", default=False, err=True)
    )
    click.echo(
        f"写好了 {len(written)} 个文件，在 {folder.resolve()}。下一步：改 bot.yaml，然后 xiaoxiang check。"
    )


@cli.command()
@click.option("--fast", is_flag=True, help="不等待，一口气放完")
def demo(fast: bool) -> None:
    """看小巷的一天：一分钟放完，用完即扔的台账。"""
    settings, data = load_config(sample_folder() / "bot.yaml")
    asyncio.run(demo_room.play(settings, data, 0.0 if fast else demo_room.SECONDS))


cli.add_command(check_command)


@cli.command()
@click.argument("text", metavar="[话…]", nargs=-1)
@click.option(
    "--jsonl",
    type=click.File("r", encoding="utf-8", errors="replace"),
    help='每行一个 {"text": …} 的文件，- 是标准输入',
)
@click.option("--faq", type=click.Path(path_type=Path, exists=True), help="换一份 faq.yaml 来问")
@click.option("--explain", is_flag=True, help="用大白话说理由，不写 JSON")
@click.option("--semantic", is_flag=True, help="问答也按意思找，不管 bot.yaml 怎么写")
@CONFIG
def classify(
    text: tuple[str, ...],
    jsonl: IO[str] | None,
    faq: Path | None,
    explain: bool,
    semantic: bool,
    config: Path,
) -> None:
    """看小巷怎么理解一句话：意图、把握、要做什么、理由。每句一行 JSON。"""
    settings, data = data_or_sample(config)
    entries = or_problems(lambda: load_faq(faq)) if faq else data.faq
    engine = engine_of(replace(data, faq=entries), semantic=semantic or settings.semantic)
    titles = {spec.id: spec.title for spec in data.intents}
    usual = settings.faq.cooldown_minutes
    cooldowns = {
        entry.id: usual if entry.cooldown_minutes is None else entry.cooldown_minutes for entry in entries
    }
    for one in (*map(readable, text), *(_texts(jsonl) if jsonl else ())):
        if explain:
            why = engine.explain(one)
            click.echo(explained(why, titles, _action(one, why.understanding.action), cooldowns) + "\n")
            continue
        found = engine.understand(one)
        row = {
            "text": one,
            "intent": found.intent,
            "score": round(found.score, 3),
            "urgent": found.urgent,
            "action": _action(one, found.action),
            "slots": found.slots.said(),
            "faq": {"id": found.faq.id, "score": round(found.faq.score, 3)} if found.faq else None,
            "suggest": list(found.suggest),
            "why": {"rule": found.why.rule, "words": list(found.why.words), "runner_up": found.why.runner_up},
        }
        click.echo(json.dumps(row, ensure_ascii=False))


@cli.command()
@click.argument("file", metavar="文件.jsonl", type=click.File("r", encoding="utf-8", errors="replace"))
@click.option("--db", type=click.Path(path_type=Path, dir_okay=False), help="台账写到这里；不写就用完即扔")
@CONFIG
def replay(file: IO[str], db: Path | None, config: Path) -> None:
    """重放一份聊天记录，按记录里的时间；小巷说的每句话一行 JSON，小结在 stderr。"""
    settings, data = load_config(config)
    listed, lines = opening(file)
    homes = _households(Path(file.name).parent / listed, settings).households if listed else ()
    messages = read_transcript(lines, {person.name: person.id for person in settings.people})
    try:
        first = next(messages, None)
        if first is None:
            raise Failed("这份记录是空的。")
        with (
            _ledger_for_us(db) if db else contextlib.nullcontext(),
            contextlib.closing(Player(settings, data, db, _write_said, first.at, homes)) as player,
        ):
            with _busy("正在重放……"):
                asyncio.run(player.play(_chain(first, messages)))
            click.echo(_summary(player), err=True)
    except BadTranscript as error:
        raise Failed(str(error)) from error


@cli.command()
@click.argument(
    "what", metavar="什么", type=click.Choice(sorted({*exports.TABLES, *field_tables.TABLES, CARDS}))
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="写到哪里：.xlsx 或 .csv",
)
@CONFIG
def export(what: str, output: Path, config: Path) -> None:
    """导出台账成表格：tickets 工单，signups 接龙（合并好的名单），audit 每一步操作，deliveries 发出的消息，unanswered 没人回的问话，
    temperatures 体温，travel 行程报备，route 路线（要上门的事，按走的顺序），isolation 居家隔离，duty 值班，coverage 核酸各户情况，doors 敲门名单，
    cards 爱心联系卡（打印）。"""
    settings, data = load_config(config)
    if what == CARDS:
        made = cards_room.posters(data.contacts, Tree(settings.groups))
        _writing(lambda: write_posters(output, made))
        click.echo(f"爱心联系卡 {len(made)} 张，写到 {output}。")
        return
    if not settings.database.exists():
        raise Failed(f"还没有台账：{settings.database} 不存在。先 xiaoxiang run。")
    with contextlib.closing(Ledger(settings.database)) as ledger:
        title, (headers, rows) = _table(what, ledger, settings)
        now = SystemClock(settings.timezone).now().astimezone(ZoneInfo(settings.timezone))
        of = field_tables.latest_round(ledger) if what == "doors" else None
        head = (
            field_tables.doors_title(of, now) if of else f"{settings.community} {title}　{now:%Y-%m-%d %H:%M}"
        )
    _writing(lambda: write_table(output, headers, rows, head))
    click.echo(f"{title} {len(rows)} 行，写到 {output}。")


def _writing(write: Callable[[], None]) -> None:
    try:
        write()
    except TableError as error:
        raise Failed(str(error)) from error


def _table(what: str, ledger: Ledger, settings: Settings) -> tuple[str, exports.Table]:
    """What people call a table, and the table."""
    zone = ZoneInfo(settings.timezone)
    if what in field_tables.TABLES:
        title, walk = field_tables.TABLES[what]
        return title, walk(ledger, zone, Tree(settings.groups), SystemClock(settings.timezone).now())
    title, make = exports.TABLES[what]
    return title, make(ledger, zone)


@cli.group("import", subcommand_metavar="什么 文件")
def import_() -> None:
    """导入名单。"""


def _households(file: Path, settings: Settings) -> HouseholdList:
    """A list of households; raises Failed, and says what is wrong with it."""
    compounds = [node.name for node in Tree(settings.groups).nodes() if node.level == "compound"]
    try:
        found = read_households(file, compounds)
    except TableError as error:
        raise Failed(str(error)) from error
    if found.problems:
        for problem in found.problems:
            click.echo(str(problem))
        raise Failed(f"{len(found.problems)} 处不对，一户也没有导入。改好再来。")
    return found


@import_.command()
@click.argument("file", metavar="文件", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@CONFIG
def households(file: Path, config: Path) -> None:
    """导入住户名单（.csv 或 .xlsx）：小区、楼栋、单元、室、户主、人数、电话、备注、标签。有一行不对就一行也不导入。"""
    settings, _ = load_config(config)
    found = _households(file, settings)
    with contextlib.closing(Ledger(settings.database)) as ledger:
        added, renewed = Roster(ledger).import_households(found.households)
    click.echo(f"导入 {added + renewed} 户：新增 {added}，更新 {renewed}。")
    if found.unused:
        click.echo(f"这些列没有用上：{'、'.join(found.unused)}。", err=True)


@import_.command()
@click.argument("file", metavar="文件", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--round", "number", type=click.IntRange(1), help="第几轮；不写就是正在做的，或者最近的一轮")
@CONFIG
def scans(file: Path, number: int | None, config: Path) -> None:
    """导入扫码设备导出的采样名单（.csv 或 .xlsx）：姓名、电话、门牌（或楼栋、单元、室）、时间、结果。对不上的一行一行列出来，其余照记；
    同一份再导一次，什么也不会变。"""
    settings, _ = load_config(config)
    if not settings.database.exists():
        raise Failed(f"还没有台账：{settings.database} 不存在。先 xiaoxiang run。")
    zone, now = ZoneInfo(settings.timezone), SystemClock(settings.timezone).now()
    with contextlib.closing(Ledger(settings.database)) as ledger:
        of = field_tables.latest_round(ledger, number)
        if of is None:
            raise Failed(f"没有第 {number} 轮。" if number else "还没有做过核酸：先在群里 /核酸 开始。")
        homes = [
            one.household for one in field_tables.round_standings(ledger, of, Tree(settings.groups), now)
        ]
        if not homes:
            raise Failed("没有住户名单，不知道谁是哪一户。先 xiaoxiang import households 名单.xlsx")
        try:
            tree = Tree(settings.groups)
            names = [node.name for node in tree.below(tree.root) if node.level == "compound"]
            found = read_scans(file, of, homes, now, zone, names)
        except (TableError, Headerless) as error:
            raise Failed(str(error)) from error
        with ledger.transaction():
            book = Coverage(ledger)
            new = book.mark(of.id, never_fewer(found.marks, book.marks(of.id)))
            what = f"{of.name} 导入扫码 {len(found.marks)} 户 {found.people} 人，新记 {len(new)} 户"
            Audit(ledger).write(Actor(now, name=KEYBOARD), "coverage", what)
    for problem in found.problems:
        click.echo(problem)
    click.echo(
        f"{of.node}{of.name}：对上 {len(found.marks)} 户 {found.people} 人，其中 {len(new)} 户是新记的；"
        f"没对上 {len(found.problems)} 行，没采的 {found.skipped} 行。"
    )


@cli.command()
@click.option("--role", required=True, type=click.Choice([*ROLES, *ROLES.values()]), help="身份")
@click.option("--scope", required=True, help="管哪里：bot.yaml 里一个节点的名字，比如 春晓苑")
@CONFIG
def invite(role: str, scope: str, config: Path) -> None:
    """发一个一次性邀请码：对方私聊小巷发「/认领 邀请码」，就有了这个身份。"""
    settings, _ = load_config(config)
    tree = Tree(settings.groups)
    if tree.find(scope) is None:
        names = "、".join(node.name for node in tree.nodes())
        raise Failed(f"bot.yaml 里没有「{scope}」，可以写：{names}")
    now = SystemClock(settings.timezone).now()
    role_ = cast(Role, {title: id_ for id_, title in ROLES.items()}.get(role, role))
    with contextlib.closing(Ledger(settings.database)) as ledger:
        code = Roster(ledger).invite(role_, scope, now, timedelta(days=INVITE_DAYS))
        Audit(ledger).write(Actor(now, name=KEYBOARD), "invite", f"{scope}{ROLE_TITLES[role_]}")
    click.echo(code)
    click.echo(
        f"{ROLE_TITLES[role_]}（{scope}），{INVITE_DAYS} 天内有效。请对方私聊小巷发：/认领 {code}", err=True
    )


@cli.command()
@click.option("--days", type=click.IntRange(1), help="多少天以前的；不写就照 bot.yaml 的 keep_days")
@click.option("--apply", is_flag=True, help="真的抹去；不写只数一数，什么也不改")
@CONFIG
def forget(days: int | None, apply: bool, config: Path) -> None:
    """抹去旧台账里的姓名、电话、门牌和原话；编号、类别、楼栋、时间和结果留着。先数一数，加 --apply 才真的抹。"""
    settings, _ = load_config(config)
    if not settings.database.exists():
        raise Failed(f"还没有台账：{settings.database} 不存在。先 xiaoxiang run。")
    now = SystemClock(settings.timezone).now()
    before = now - timedelta(days=days or settings.desk.keep_days)
    clean = True
    with contextlib.closing(Ledger(settings.database)) as ledger:
        tree, people = Tree(settings.groups), [person.id for person in settings.people]
        retention = Retention(Nameless(ledger, tree.building_of, people))
        if apply:
            with ledger.transaction():
                counts = retention.sweep(before)
                if any(counts.values()):
                    Audit(ledger).write(Actor(now, name=KEYBOARD), "forget", f"{before:%Y-%m-%d} 以前的")
            clean = retention.scrub()
            remove(settings.database.parent / FOLDER, now)
        else:
            counts = retention.stale(before)
    click.echo(f"{before:%Y-%m-%d %H:%M} 以前的，{'抹去了' if apply else '会抹去'}姓名、电话、门牌和原话：")
    for part, count in counts.items():
        click.echo(f"  {part} {count}")
    if not apply:
        click.echo("什么也没有改。真的要抹去，加上 --apply。", err=True)
    elif clean:
        click.echo("叫号用过的图和敲门名单（pictures/）也删了。", err=True)
        click.echo("台账文件也重写过了，旧字不在里面。备份里的还在，请照 docs/operators.md 处理。", err=True)
    else:
        raise Failed("抹去了，但是有别的程序正读着台账，旧字可能还在 -wal 文件里。过一会儿再来一次。")


@cli.command()
@click.option(
    "--messages",
    "count",
    type=click.IntRange(2000),
    default=20000,
    show_default=True,
    help="用多少条消息来量",
)
@click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON 对象")
@CONFIG
def bench(count: int, as_json: bool, config: Path) -> None:
    """量这台机器：每秒能听懂多少条、从听到落盘多少条，一段一段地量。"""
    settings, data = load_config(config)
    bench_room.run(settings, data, count, as_json)


def _busy(what: str) -> contextlib.AbstractContextManager[object]:
    """A sign of life on stderr, for a person at a terminal, while something takes its time."""
    return Console(stderr=True).status(what)


def _channel(settings: Settings, clock: SystemClock) -> Channel:
    if settings.channel == "wechaty":
        return _wechaty(settings, clock)
    tree = Tree(settings.groups)
    rooms = [place.room for place in tree.rooms()]
    units = [place.room for place in tree.rooms() if place.node.level == "unit" and place.kind == "residents"]
    people = {person.name: person.id for person in settings.people}
    start = ("王女士", (units or rooms or [""])[-1 if not units else 0])
    return TerminalChannel(clock, rooms, people, start, sys.stdin)


def _wechaty(settings: Settings, clock: SystemClock) -> Channel:
    from bot.channels.wechaty import Patience, WechatyChannel  # only who uses WeChat pays for loading it

    gateway = settings.wechaty
    token = os.environ.get(gateway.token_env, "")
    if not token:
        raise Failed(f"环境变量 {gateway.token_env} 是空的：它要放网关的口令（token），不写在文件里。")
    patience = replace(
        Patience(),
        ding=gateway.ding_seconds,
        dong=gateway.ding_timeout_seconds,
        deaf=settings.alarm.tell_staff_seconds,
    )
    return WechatyChannel(gateway.endpoint, token, clock=clock, patience=patience, tls_ca=gateway.tls_ca)


@contextlib.contextmanager
def _ledger_for_us(database: Path) -> Iterator[None]:
    try:
        with sole_user(database):
            yield
    except LedgerBusy as error:
        raise Failed(
            f"另一个小巷正在用 {database}。一个台账只能有一个小巷在跑，否则什么都会答两遍。"
        ) from error


async def _until_stopped(work: Any) -> None:
    """Run until it ends or somebody says stop (Ctrl-C, kill): then it ends in order."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM"):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(getattr(signal, name), task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _texts(lines: IO[str]) -> Iterator[str]:
    for n, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield readable(str(json.loads(line)["text"]))
            except (ValueError, KeyError, TypeError) as error:
                raise Failed(f'第 {n} 行不是 {{"text": …}}：{error}') from error


def _action(text: str, action: str) -> str:
    """A slash-command never reaches the engine."""
    return "command" if text.strip()[:1] in ("/", "／") else action


def _chain(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from rest


def _write_said(said: Said) -> None:
    click.echo(json.dumps(said.row(), ensure_ascii=False))


def _summary(player: Player) -> str:
    summary, tickets = player.summary, player.app.tickets
    said = "，".join(f"{kind} {count}" for kind, count in sorted(summary.said.items())) or "没有"
    open_ = sum(tickets.count_open().values())
    lines = [f"听到 {summary.messages} 条；说了：{said}；工单 {len(tickets.all())} 张，未办结 {open_} 张。"]
    lines += [
        f"bot.yaml 里没有「{room}」这个群，{n} 条没有理会。"
        for room, n in summary.unknown_rooms.most_common(5)
    ]
    again = player.app.assistant.again
    lines += [f"{again} 条以前听过（同一个 id，或十秒内同一个人同样的话），没有再办。"] if again else []
    lines += [f"有 {summary.left} 条没有群可发。"] if summary.left else []
    return "\n".join(lines)


cli.add_command(faq)


def main() -> None:
    """The entry point: UTF-8 whatever the machine says, and a sentence instead of a traceback for what is not our fault."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        cli(prog_name="xiaoxiang")
    except LedgerBroken as error:
        sys.exit(f"错误：台账打不开，{error}\n先不要删它；换上最近的备份，或者看看文件和文件夹的权限。")
    except LedgerRefused as error:
        sys.exit(
            f"错误：台账写不进去（{error}）。看看磁盘是不是满了，或者别的程序是不是一直占着它，再来一次。"
        )


if __name__ == "__main__":
    main()
