"""What is wrong with a YAML file, in words for a tired administrator who never asked to learn YAML."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from ruamel.yaml.error import MarkedYAMLError

_EXAMPLES = {
    "community": "百合社区",
    "timezone": "Asia/Shanghai",
    "groups": "- {name: 百合社区, level: community, room: 百合社区居民群}",
    "name": "春晓苑",
    "level": "compound",
    "room": "春晓苑居民群",
    "building": '"17"',
    "unit": '"3"',
    "children": "- {name: 春晓苑, level: compound, room: 春晓苑居民群}",
    "people": "- {id: wxid_secretary, name: 刘书记, role: secretary, scope: 百合社区}",
    "id": "wxid_secretary",
    "role": "volunteer",
    "scope": "春晓苑",
    "bot_names": "[小巷]",
    "pace": "{min_seconds: 1.5, max_seconds: 4}",
    "wechaty": "{endpoint: 127.0.0.1:8788}",
    "alarm": "{deaf_minutes: 5}",
    "dialogue": "{minutes: 10}",
    "duty": "- {name: 社区值班室, phone: 0371-55501234}",
    "public": "- {name: 春晓苑物业, phone: 0371-55501240}",
    "phone": "0371-55501234",
    "topic": "核酸检测",
    "questions": "[核酸几点做, 今天几点做核酸]",
    "answer": "今天的核酸检测 8:00 开始。",
    "title": "买药送药",
    "rules": "- {name: 要药, words: [药]}",
    "examples": "[能帮我买盒降压药吗]",
    "replace": "{河酸: 核酸}",
}
"""What may stand after a key, where the reason shows it."""

_VALUE_TITLES = {
    "community": "社区",
    "compound": "小区",
    "building": "楼栋",
    "unit": "单元",
    "volunteer": "志愿者",
    "worker": "网格员",
    "secretary": "书记",
    "admin": "管理员",
    "terminal": "本机终端",
    "wechaty": "微信网关",
}

_WIDE_COLON = re.compile(r"\s*(?:(?:- +)+(?P<key>[A-Za-z_][\w.]*)|(?P<bare>[\w.]{1,20}))：")
_TIGHT_COLON = re.compile(r"\s*(?:- +)*(?!https?:)(?P<key>[A-Za-z_]\w*):[^\s/]")
_TIGHT_DASH = re.compile(r"\s*-[^\s-]")
_WIDE = "冒号打成了全角「：」，请改成英文冒号加一个空格：{key}: …"
_TIGHT = "英文冒号后面少了一个空格，请写成 {key}: …"
_QUOTE = "请把整段文字用英文引号 '…' 包起来"
_DASH = "「-」后面少了一个空格，请写成「- 」加内容"
_NO_COLON = "这一行少了「: 」，请写成 name: 春晓苑 这样；它是上一行文字的后半截时，请接到上一行"
_INDENT = "缩进不齐：这一行和上面同一层的内容左边要对齐，下一层比上一层多两个空格"


def not_text(raw: bytes) -> str:
    """Why a file that is not UTF-8 cannot be read, and what to do."""
    try:
        raw.decode("gb18030")
        kind = "看起来是记事本存的 ANSI（GBK）"
    except UnicodeDecodeError:
        kind = "可能不是文本文件，或存成了别的编码"
    return f"文件不是 UTF-8 编码，{kind}：请用记事本打开，选「另存为」，编码选 UTF-8，再保存"


def suggestion(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant; "" when none is near."""
    words = list(known)
    plain = unicodedata.normalize("NFKC", word).strip().lower().replace("-", "_")
    by_title = [name for name in words if _VALUE_TITLES.get(name) == word]
    return next(iter([*by_title, *difflib.get_close_matches(plain, words, n=1, cutoff=0.6)]), "")


def wrong_syntax(error: MarkedYAMLError | None, lines: list[str]) -> tuple[int, str]:
    """The line, counted from 1, and the reason why a file is not YAML."""
    if error is None:  # the reader met a character that no text may contain
        return _control_character(lines)
    end = error.problem_mark.line if error.problem_mark else 0
    start = error.context_mark.line if error.context_mark else max(end - 1, 0)
    start, end = min(start, len(lines) - 1), min(end, len(lines) - 1)
    context, problem = str(error.context or ""), str(error.problem or "")
    if "quoted scalar" in context or "double-quoted" in context:
        if "escape" in problem:
            return end + 1, "双引号里的反斜杠 \\ 有特别的意思，请改用单引号 '…'"
        return start + 1, "引号没有配对：这一行开头有引号，后面找不到收尾的引号"
    if not (0 <= end < len(lines)):
        return max(end, 0) + 1, "这里不是 YAML 的写法，请检查缩进、引号和冒号"
    line = lines[end]
    if re.match(r"[ ]*\t", line) or "'\\t'" in problem:
        return end + 1, "这里用了 Tab 键，YAML 只认空格：请把它换成空格"
    for number in dict.fromkeys((start, max(end - 1, 0), end)):
        if typo := _mistyped(lines[number]):
            return number + 1, typo
    return _by_problem(context, problem, lines, start, end)


def _by_problem(context: str, problem: str, lines: list[str], start: int, end: int) -> tuple[int, str]:
    line = lines[end]
    if "mapping values are not allowed" in problem:
        above = lines[end - 1].strip() if end else ""
        if above and ":" not in above and above[0] not in "-#":
            return end, _NO_COLON
        if len(re.findall(r":(?:\s|$)", line)) > 1 and _indent(line) <= _indent(lines[max(end - 1, 0)]):
            return end + 1, f"一行里有两个「: 」，文字里有冒号时{_QUOTE}"
        return end + 1, _INDENT if end and _indent(line) > _indent(
            lines[end - 1]
        ) else f"这一行的冒号多了：{_QUOTE}"
    if "flow sequence" in context:
        return start + 1, "方括号 [ ] 没有配对，或者两项之间少了英文逗号；文字以 [ 开头时" + _QUOTE
    if "flow mapping" in context:
        return start + 1, "花括号 { } 没有配对，或者两项之间少了英文逗号；文字以 { 开头时" + _QUOTE
    if "<stream end>" in problem:
        return start + 1, "方括号 [ ] 或花括号 { } 没有配对：到文件末尾也没有找到另一半"
    if "alias" in problem or "alias" in context:
        return end + 1, f"文字以 * 开头时，{_QUOTE}"
    if "anchor" in context:
        return end + 1, f"文字以 & 开头时，{_QUOTE}"
    if "tag" in context:
        return end + 1, f"文字以 ! 开头时，{_QUOTE}"
    if match := re.search(r"found character '(.)'", problem):
        return end + 1, f"文字以 {match[1]} 开头时，{_QUOTE}"
    if match := re.search(r"but found '([,}\]])'", problem):
        return end + 1, f"这里多了一个 {match[1]}，请删掉；它属于文字时{_QUOTE}"
    if "<scalar>" in problem:
        return end + 1, f"引号或括号后面又跟了文字：{_QUOTE}"
    if "<document start>" in problem:
        return end + 1, _INDENT + "；前面多出来的文字请删掉，或在行首加 #"
    if "another document" in problem:
        return end + 1, "一个文件里只能有一份内容，请删掉这一行的 ---"
    if "block scalar" in context:
        return end + 1, f"文字以 | 或 > 开头时，{_QUOTE}；要写多行文字，| 后面请直接换行"
    if "could not find expected ':'" in problem:
        return start + 1, _NO_COLON
    if "entries are not allowed" in problem or "keys are not allowed" in problem:
        return end + 1, f"冒号后面不能直接跟「- 」：列表请换一行写；它是文字时{_QUOTE}"
    return end + 1, _INDENT if "block" in context else "这里不是 YAML 的写法，请检查缩进、引号和冒号"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _control_character(lines: list[str]) -> tuple[int, str]:
    for number, line in enumerate(lines, 1):
        if any(unicodedata.category(character) in {"Cc", "Cs"} and character != "\t" for character in line):
            return number, "这一行有看不见的控制字符（多半是复制时带来的），请删掉这一行重新打一遍"
    return 1, "文件里有看不见的控制字符，请删掉"


def type_reason(
    kind: str, steps: tuple[str | int, ...], given: Any, context: Mapping[str, Any], shape: Any
) -> str:
    """One finding of pydantic in Chinese. ``kind`` is its error type, ``steps`` the way to the value."""
    key = next((str(step) for step in reversed(steps) if isinstance(step, str)), "")
    label = f"「{key}」" if key else "整个文件"
    if steps and isinstance(steps[-1], int):
        label = f"「{key}」的第 {steps[-1] + 1} 项" if key else f"第 {steps[-1] + 1} 项"
    if kind == "missing":
        return f"这里缺少「{key}」，请加一行，例如 {key}: {_EXAMPLES.get(key, '…')}"
    if kind == "unexpected_keyword_argument":
        return _unknown_key(key, meant_key(steps, shape), _keys(shape, steps[:-1]))
    if given is None or kind == "string_too_short":
        return f"{label}后面是空的，请写上内容，例如 {key}: {_EXAMPLES.get(key, '…')}；用不着就把这一行删掉"
    if isinstance(given, str) and kind in _CONTAINERS and (typo := _mistyped(given)):
        return typo
    if kind == "literal_error":
        return _closed(label, str(given), re.findall(r"'([^']+)'", str(context.get("expected", ""))))
    if kind in _DATES and isinstance(given, str) and _DATE.fullmatch(given.strip()):
        return f"{label}没有「{given}」这一天，请看一下月份和日子"
    sentence = _SENTENCES.get(kind, "的写法不对，请照样例改")
    return label + sentence.format(given=_short(given), example=_EXAMPLES.get(key, "…"), key=key or "键")


_CONTAINERS = frozenset({"tuple_type", "dict_type", "dataclass_type"})
_DATES = frozenset({"date_parsing", "date_from_datetime_parsing"})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

_SENTENCES = {
    "string_type": "这里只写一段文字，不要写成列表或「键: 值」；文字以 [ 或 {{ 开头时请用英文引号 '…' 包起来",
    "int_parsing": "要写整数，例如 15；现在写的是「{given}」",
    "int_type": "要写整数，例如 15",
    "int_from_float": "要写整数，例如 15；现在写的是「{given}」",
    "float_parsing": "要写数字（不带单位），例如 1.5；现在写的是「{given}」",
    "float_type": "要写数字（不带单位），例如 1.5",
    "finite_number": "要写普通的数字，例如 1.5；现在写的是「{given}」",
    "bool_parsing": "要写 true 或 false；现在写的是「{given}」",
    "date_parsing": "要写成「年-月-日」，例如 2022-11-18；现在写的是「{given}」",
    "date_from_datetime_parsing": "要写成「年-月-日」，例如 2022-11-18；现在写的是「{given}」",
    "date_from_datetime_inexact": "只写日期，不写钟点，例如 2022-11-18；现在写的是「{given}」",
    "date_type": "要写成「年-月-日」，例如 2022-11-18",
    "tuple_type": "要写成列表：用英文方括号 [甲, 乙]，或者每项一行、前面加「- 」；现在写的是{given}",
    "dict_type": "要写成「键: 值」，每行一个；现在写的是{given}",
    "dataclass_type": "要写成「键: 值」，例如 name: 春晓苑；现在写的是{given}",
    "path_type": "要写一个路径，例如 data/",
}
"""pydantic's error types that these files can meet, and what to write instead."""


def meant_key(steps: tuple[str | int, ...], shape: Any) -> str:
    """The key that was probably meant by the unknown one at the end of ``steps``; "" when none is near."""
    return suggestion(str(steps[-1]), _keys(shape, steps[:-1]))


def _unknown_key(key: str, meant: str, known: tuple[str, ...]) -> str:
    if meant:
        return f"不认识「{key}」，是不是想写「{meant}」？"
    return f"不认识「{key}」，请删掉；这里可以写：{'、'.join(known)}"


def _closed(label: str, given: str, allowed: list[str]) -> str:
    titled = [f"{word}（{_VALUE_TITLES[word]}）" if word in _VALUE_TITLES else word for word in allowed]
    meant = suggestion(given, allowed)
    hint = f"，是不是想写「{meant}」？" if meant else "。"
    return f"{label}不能写「{given}」{hint}可以写：{'、'.join(titled)}"


def _mistyped(line: str) -> str:
    """The typo because of which a line is not what it looks like; "" when there is none."""
    for pattern, reason in ((_WIDE_COLON, _WIDE), (_TIGHT_COLON, _TIGHT), (_TIGHT_DASH, _DASH)):
        if found := pattern.match(line):
            return reason.format(key=next(filter(None, found.groups()), ""))
    return ""


def _short(given: Any) -> str:
    if isinstance(given, str):
        return given if len(given) <= 20 else given[:20] + "…"
    return "「键: 值」" if isinstance(given, Mapping) else "列表"


def _keys(shape: Any, steps: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that may be written at a place, by walking the dataclass."""
    if get_origin(shape) in (Union, UnionType):
        return next((keys for branch in get_args(shape) if (keys := _keys(branch, steps))), ())
    if is_dataclass(shape):
        if not steps:
            return tuple(field.name for field in fields(shape))
        return _keys(get_type_hints(shape).get(str(steps[0])), steps[1:])
    if get_origin(shape) in (tuple, list) and steps:
        return _keys(get_args(shape)[0], steps[1:])
    return ()
