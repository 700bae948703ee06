"""/faq: looks at the questions and answers, and edits them. One line a sub-command; each stands in a file of its own."""

import re
from dataclasses import dataclass, replace

from bot.model.handling import Handler, Outcome, Request
from bot.model.people import RANK, ROLE_TITLES, Role
from bot.model.services import Services
from handlers.authority import may
from handlers.faq import answering, editing, gaps, listing, superseding, switching, versions
from handlers.faq.reading import plain
from handlers.speaking import private_enough, to_sender
from intents.normalise import split_quote


@dataclass(frozen=True, slots=True)
class Sub:
    """A word that may follow /faq."""

    names: tuple[str, ...]
    """What it is called, the name in the books first."""
    handler: Handler
    """Gets the request with the words behind the sub-command as ``command.raw``, with the punctuation they were typed with."""
    role: Role
    """The least role that may use it: for a secretary, over the whole community."""
    usage: str
    help: str
    of_entry: bool = False
    """Whether it is about one entry, which may be named before it, too: /faq 3 停用."""


SUBS: tuple[Sub, ...] = (
    Sub(
        ("列表", "列", "清单", "目录", "全部"), listing.show_list, "worker", "/faq 列表 [主题|词|停用|过期|没用] [2页]",
        "有哪些问答，常被说没用的在前面",
    ),
    Sub(
        ("看", "看看", "看一下", "查看", "查"), listing.show_one, "worker", "/faq 看 编号或标题里的词", "一条问答的全部",
        of_entry=True,
    ),
    Sub(
        ("加", "加上", "加一条", "新加", "新增", "添加", "增加"), editing.add, "secretary", "/faq 加 问法 | 答案",
        "新加一条，先给您看，回「确认」才上线",
    ),
    Sub(
        ("改", "改一下", "修改", "更改", "编辑"), editing.change, "secretary", "/faq 改 编号 新的答案",
        "改答案；还能写 问法 加、问法 删、来源、主题", of_entry=True,
    ),
    Sub(
        ("停用", "停掉", "停", "下架", "关掉", "禁用", "删除", "删掉", "删"), switching.disable, "secretary", "/faq 停用 编号", "留着，先不答",
        of_entry=True,
    ),
    Sub(
        ("启用", "重新启用", "开启", "打开"), switching.enable, "secretary", "/faq 启用 编号", "接着答", of_entry=True,
    ),
    Sub(
        ("有效期", "有效", "期限"), switching.limit, "secretary", "/faq 有效期 编号 到11月30日", "到哪天为止；从…到…、长期 也行",
        of_entry=True,
    ),
    Sub(
        ("未答", "没答上"), gaps.gaps, "worker", "/faq 未答 [几天|几页|编号 加 答案|编号 归 条目|编号 不用]",
        "没答上的问话，按事情归好；一句话补成问答",
    ),
    Sub(
        ("更正", "改正"), superseding.correct, "secretary", "/faq 更正 编号 [要说的话]", "答案改了：告诉听过旧答案的群和人",
        of_entry=True,
    ),
    Sub(
        ("答", "回答"), answering.answer, "secretary", "/faq 答 编号 答案", "好些人问的，写上答案：存成问答，再回给所有问过的人",
    ),
    Sub(("版本", "历史"), versions.versions, "worker", "/faq 版本 [第几版]", "谁在什么时候改了什么"),
    Sub(
        ("回退", "退回", "撤回", "撤销", "恢复"), versions.roll_back, "secretary", "/faq 回退 [第几版]",
        "刚改的不对：一句话退回去；写第几版，就退到那一版",
    ),
)  # fmt: skip
"""In the order the help lists them."""


_NAME = re.compile(r"[\s\u200b-\u200f\ufeff]*[/／]?\s*(?:[fFｆＦ][aAａＡ][qQｑＱ]|问答)[\s:：，,。]*")
_GAP = "[\\s:：，,。、]*"
_HELP = re.compile(r"(?:帮助|用法|怎么用|help|[?？])?[\s。.!！?？]*", re.IGNORECASE)
_SWAPPED = re.compile(r"(?P<entry>\S+)\s+(?P<rest>.+)", re.DOTALL)
_CHANGED = re.compile(r"(?:把|将)?.{1,40}?(?:改成|改为|换成)", re.DOTALL)


def faq(request: Request, services: Services) -> Outcome:
    """Hand on to the sub-command that was named, in whatever order; words that name none show what they are about; without
    any, say which there are."""
    command = request.command
    assert command is not None
    if not private_enough(request):
        return Outcome("refused:faq")
    typed = _typed(request)
    sub, rest = (None, typed) if _runs_on(typed, services) else _which(typed)
    if sub is None and not _HELP.fullmatch(typed):
        sub = next(one for one in SUBS if one.handler is _default(typed))
    if sub is None:
        usages = "\n".join(f"{sub.usage}　{sub.help}" for sub in SUBS)
        return Outcome("command:faq", (to_sender(request, services.replies("faq_usage", list=usages)),))
    node = services.groups.root if RANK[sub.role] >= RANK["secretary"] else None
    if not may(request.person, sub.role, node, services.groups):
        text = services.replies("faq_not_yours_to_edit", word=sub.names[0], role=ROLE_TITLES[sub.role])
        return Outcome("refused:faq", (to_sender(request, text),))
    said = replace(command, raw=rest)
    return sub.handler(replace(request, command=said), services) or Outcome("silent")


def _typed(request: Request) -> str:
    """What was typed behind /faq, word for word: it may become an answer, and 「，」 is not 「,」."""
    said = split_quote(request.text)[1]
    return _NAME.sub("", said, count=1).strip()


def _which(typed: str) -> tuple[Sub | None, str]:
    """The sub-command and what stands behind it; 「3 停用」 is 「停用 3」."""
    names = {name: sub for sub in SUBS for name in sub.names}
    for name in sorted(names, key=len, reverse=True):
        if typed.startswith(name):
            return names[name], re.sub(f"^{_GAP}", "", typed[len(name) :])
    swapped = _SWAPPED.fullmatch(typed)
    if swapped:
        sub, rest = _which(swapped["rest"])
        if sub is not None and sub.of_entry:
            return sub, f"{swapped['entry']} {rest}".strip()
    return None, typed


def _runs_on(typed: str, services: Services) -> bool:
    """True for a question that begins like a sub-command: 停水了找谁, 看病怎么出小区."""
    bare = plain(typed)
    return any(bare in map(plain, entry.questions) for entry in services.faq.values())


def _default(typed: str) -> Handler:
    """把 3 改成 … changes; anything else is looked at."""
    return editing.change if _CHANGED.match(typed) else listing.show_one
