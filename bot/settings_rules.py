"""What bot.yaml must fulfil beyond its shape. Each rule yields the place and the reason.

The rules look at plain data rather than at dataclasses, so that one mistyped role does not hide two groups
with one room.
"""

import re
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.data_rules import unknown_scope
from bot.desk_rules import desk_rules
from bot.groups import bare
from bot.mode_rules import mode_rules
from bot.notice_rules import quiet_rules
from bot.testing_rules import testing_rules
from bot.yamlfile import Found, Steps
from bot.yamlwords import suggestion

_LEVELS = {"community": "社区", "compound": "小区", "building": "楼栋", "unit": "单元"}
_FOREIGN = {"community": ("building", "unit"), "compound": ("building", "unit"), "building": ("unit",)}
_ROOMS = ("room", "staff_room", "volunteer_room", "isolation_room", "landlord_room", "admin_room")


@dataclass(frozen=True)
class _Branch:
    """A node of ``groups`` as it was written."""

    steps: Steps
    node: Mapping[str, Any]
    above: tuple[Mapping[str, Any], ...]

    @property
    def name(self) -> str:
        return str(self.node.get("name") or "这一项")

    def text(self, key: str) -> str | None:
        value = self.node.get(key)
        return value.strip() if isinstance(value, str) else None

    def inherited(self, key: str) -> str | None:
        """The value of the node itself or the nearest one above that has it."""
        values = (node.get(key) for node in (self.node, *reversed(self.above)))
        return next((value for value in values if isinstance(value, str)), None)

    @property
    def compound(self) -> str:
        """What building numbers are unique within."""
        line = (*self.above, self.node)
        return next((str(node.get("name")) for node in reversed(line) if node.get("level") == "compound"), "")


def branch_names(settings: Any) -> list[str]:
    """The names of all nodes: what a scope may be."""
    return [name for branch in _branches(settings) if (name := branch.text("name"))]


def settings_rules(settings: Any, folder: Path) -> Iterator[Found]:
    """Everything about bot.yaml, which lies in ``folder``."""
    if not isinstance(settings, dict):
        return
    branches = list(_branches(settings))
    yield from _unique(branches)
    yield from _levels(branches)
    yield from _staff(settings, branches)
    yield from _people(settings, branches)
    yield from _bot_names(settings.get("bot_names"))
    yield from _quoted(settings, ())
    yield from _timezone(settings.get("timezone"))
    yield from _sections(settings)
    yield from mode_rules(settings, branch_names(settings), _sections)
    yield from _gateway(settings.get("wechaty"), folder)
    yield from _places(settings, folder)


def _sections(settings: Mapping[str, Any]) -> Iterator[Found]:
    """What a mode may define differently, too."""
    yield from _numbers(settings)
    yield from desk_rules(settings.get("desk"))
    yield from quiet_rules(settings)
    yield from testing_rules(settings, branch_names(settings))


def _bot_names(names: Any) -> Iterator[Found]:
    for index, name in enumerate(names if isinstance(names, list) else []):
        if isinstance(name, str) and re.search("[，、；]", name):
            yield ("bot_names", index), f"几个名字之间要用英文逗号「,」，不是中文的：「{name}」现在算一个名字"


def _quoted(value: Any, steps: Steps) -> Iterator[Found]:
    """Chinese quotation marks around a value are part of it, which nobody means."""
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for step, item in inner:
            yield from _quoted(item, (*steps, step))
    elif isinstance(value, str) and len(value) > 1 and value[0] in "“”‘’" and value[-1] in "“”‘’":
        yield steps, f"「{value}」用了中文引号，它会成为名字的一部分：改成英文引号，或者不写引号"


def _mappings(value: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for index, item in enumerate(value if isinstance(value, list) else []):
        if isinstance(item, dict):
            yield index, item


def _branches(settings: Any) -> Iterator[_Branch]:
    def walk(value: Any, steps: Steps, above: tuple[Mapping[str, Any], ...]) -> Iterator[_Branch]:
        for index, node in _mappings(value):
            yield _Branch((*steps, index), node, above)
            yield from walk(node.get("children"), (*steps, index, "children"), (*above, node))

    return walk(settings.get("groups") if isinstance(settings, dict) else None, ("groups",), ())


def _unique(branches: Sequence[_Branch]) -> Iterator[Found]:
    rooms: dict[str, str] = {}
    names: set[str] = set()
    numbers: dict[tuple[str, ...], str] = {}
    for branch in branches:
        for key in _ROOMS:
            if room := branch.text(key):
                if room in rooms:
                    yield (
                        (*branch.steps, key),
                        f"群「{room}」已经绑定在「{rooms[room]}」，一个群只能写一处：请改成「{branch.name}」自己的群名，"
                        "没有群就删掉这一行",
                    )
                rooms.setdefault(room, f"{branch.name} 的 {key}")
        name = branch.text("name")
        if name and name in names:
            yield (
                (*branch.steps, "name"),
                f"有两项都叫「{name}」，写权限范围时分不清：请在名字前加上小区，例如「春晓苑{name}」",
            )
        names.add(name or "")
        if number := _number(branch):
            if number in numbers:
                yield (
                    branch.steps,
                    f"「{branch.name}」和「{numbers[number]}」的楼号、单元号一样：请改正 building 或 unit",
                )
            numbers.setdefault(number, branch.name)


def _number(branch: _Branch) -> tuple[str, ...] | None:
    building = branch.inherited("building")
    if building and branch.node.get("level") == "building":
        return branch.compound, bare(building)
    unit = branch.text("unit")
    return (branch.compound, bare(building or ""), bare(unit)) if unit else None


def _levels(branches: Sequence[_Branch]) -> Iterator[Found]:
    order = list(_LEVELS)
    for branch in branches:
        level = branch.node.get("level")
        upper = branch.above[-1].get("level") if branch.above else None
        if level in order and upper in order and order.index(level) <= order.index(upper):
            yield (
                (*branch.steps, "level"),
                f"「{branch.name}」是 {level}（{_LEVELS[level]}），不能放在 {upper}（{_LEVELS[upper]}）下面："
                "从上到下是 community、compound、building、unit，中间可以跳过",
            )
        for own in ("building", "unit"):
            if level == own and own not in branch.node:
                number = '"17"' if own == "building" else '"3"'
                yield (
                    branch.steps,
                    f"「{branch.name}」是 {own}（{_LEVELS[own]}），还缺它的号：请加一行 {own}: {number}",
                )
        for key in _FOREIGN.get(str(level), ()):
            if key in branch.node:
                steps = (*branch.steps, key)
                yield steps, f"{level}（{_LEVELS[str(level)]}）不写 {key}：请删掉这一行，或改正 level"


def _staff(settings: Mapping[str, Any], branches: Sequence[_Branch]) -> Iterator[Found]:
    roots = [branch for branch in branches if not branch.above]
    if len(roots) > 1:
        yield roots[1].steps, "groups 最上层只能有一项（社区），请把这一项移到它的 children 里"
    community = settings.get("community")
    if roots and isinstance(community, str) and community.strip() != roots[0].text("name"):
        yield (
            ("community",),
            f"community 写的是「{community}」，groups 最上层的 name 是「{roots[0].name}」：请把两处写成一样",
        )
    lost = [branch for branch in branches if branch.text("room") and not branch.inherited("staff_room")]
    if lost:
        yield (
            ("groups",),
            f"「{lost[0].name}」往上都没有工作群，求助会没有人看到：请在最上层加一行 "
            "staff_room: 百合社区工作群",
        )


def _people(settings: Mapping[str, Any], branches: Sequence[_Branch]) -> Iterator[Found]:
    names = [name for branch in branches if (name := branch.text("name"))]
    ids: set[tuple[str, str]] = set()
    for index, person in _mappings(settings.get("people")):
        scope, account = person.get("scope"), person.get("id")
        if isinstance(scope, str):
            yield from unknown_scope(("people", index, "scope"), scope.strip(), names)
        if isinstance(account, str):
            if (account, str(scope)) in ids:
                yield ("people", index, "id"), f"「{account}」在「{scope}」写了两次，请删掉一项，只留级别高的"
            ids.add((account, str(scope)))


def _timezone(name: Any) -> Iterator[Found]:
    if not isinstance(name, str):
        return
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        meant = suggestion(name, zoneinfo.available_timezones()) or "Asia/Shanghai"
        yield ("timezone",), f"没有「{name}」这个时区，请写成 {meant}；中国各地都写 Asia/Shanghai"


_ABOVE_ZERO = (
    ("pace", "max_seconds"),
    ("wechaty", "ding_seconds"),
    ("wechaty", "ding_timeout_seconds"),
    ("alarm", "deaf_minutes"),
    ("dialogue", "minutes"),
)


def _numbers(settings: Mapping[str, Any]) -> Iterator[Found]:
    for section in ("pace", "wechaty", "alarm", "dialogue"):
        keys = settings.get(section)
        for key, text in keys.items() if isinstance(keys, dict) else ():
            value = _float(text)
            if value is not None and value < 0:
                yield (section, key), f"「{key}」不能是负数；pace 的 per_minute、per_day 写 0 表示不限"
            elif value == 0 and (section, key) in _ABOVE_ZERO:
                yield (section, key), f"「{key}」要大于 0"
    pace = settings.get("pace")
    if isinstance(pace, dict):
        least, most = _float(pace.get("min_seconds", 1.5)), _float(pace.get("max_seconds", 4))
        if least is not None and most is not None and least > most:
            where = "min_seconds" if "min_seconds" in pace else "max_seconds"
            yield (
                ("pace", where),
                f"min_seconds（{least:g}）比 max_seconds（{most:g}）大：请让前者不大于后者，例如 1.5 和 4",
            )


def _float(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _gateway(wechaty: Any, folder: Path) -> Iterator[Found]:
    if not isinstance(wechaty, dict):
        return
    certificate = wechaty.get("tls_ca")
    if isinstance(certificate, str) and not (folder / certificate).is_file():
        yield ("wechaty", "tls_ca"), f"找不到证书文件 {certificate}：请写它相对 bot.yaml 的路径"
    token = wechaty.get("token_env")
    if isinstance(token, str) and not re.fullmatch(r"[A-Z_][A-Z0-9_]*", token):
        yield (
            ("wechaty", "token_env"),
            "这里写环境变量的名字，例如 WECHATY_TOKEN（大写字母、数字、下划线）；口令本身不要写进文件",
        )
    endpoint = wechaty.get("endpoint")
    if isinstance(endpoint, str):
        yield from _endpoint(endpoint, secured=isinstance(certificate, str))


def _endpoint(endpoint: str, *, secured: bool) -> Iterator[Found]:
    steps = ("wechaty", "endpoint")
    host, colon, port = endpoint.rpartition(":")
    if "//" in endpoint or not (colon and host and port.isdecimal() and 0 < int(port) < 65536):
        yield steps, f"「{endpoint}」要写成「地址:端口」，例如 127.0.0.1:8788（英文冒号，前面不写 http://）"
    elif not secured and not _loopback(host):
        yield (
            steps,
            f"{host} 不是本机，聊天内容会不加密地经过网络：请把网关放在同一台机器上，写 127.0.0.1:{port}，"
            "或写上 tls_ca: 证书文件",
        )


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _places(settings: Mapping[str, Any], folder: Path) -> Iterator[Found]:
    database = settings.get("database")
    if isinstance(database, str) and (database.endswith(("/", "\\")) or (folder / database).is_dir()):
        yield ("database",), f"「{database}」是文件夹：请写一个文件，例如 var/xiaoxiang.db"
    if settings.get("bot_names") == []:
        yield ("bot_names",), "至少写一个名字，例如 bot_names: [小巷]"
    alarm = settings.get("alarm")
    webhook = alarm.get("webhook") if isinstance(alarm, dict) else None
    if isinstance(webhook, str):
        url = urlsplit(webhook)
        if url.scheme not in ("http", "https") or not url.netloc:
            yield ("alarm", "webhook"), "要写以 https:// 或 http:// 开头的完整网址；没有就删掉这一行"
