"""What people write behind /工单: which tickets they want to see, where, and which page. Pure."""

import re
from dataclasses import dataclass
from typing import Literal

from bot.model.handling import Command

View = Literal["open", "mine", "untaken", "emergency", "done", "loads"]
"""open: whatever is not closed; mine: in one's own hands; untaken: nobody has it; done: closed today; loads: who has how
many."""

WORDS: dict[str, View] = {
    "我的": "mine", "我手上": "mine", "待接": "untaken", "没人接": "untaken", "未接": "untaken", "负荷": "loads",
    "急症": "emergency", "紧急": "emergency", "今天": "done", "今日": "done", "已办": "done", "办结": "done", "全部": "open",
}  # fmt: skip

TITLES: dict[View, str] = {
    "open": "未办结", "mine": "在您手上", "untaken": "没人接", "emergency": "急症火情", "done": "今天办结", "loads": "",
}  # fmt: skip

TYPED: dict[View, str] = {
    "open": "", "mine": "我的", "untaken": "待接", "emergency": "急症", "done": "今天", "loads": "负荷",
}  # fmt: skip
"""What is typed to see it."""

NOTHING: dict[View, str] = {
    "open": "没有未办结的工单。", "mine": "您手上没有未办结的工单。", "untaken": "没有等人接的工单。",
    "emergency": "没有未办结的急症火情。", "done": "今天还没有办结的工单。", "loads": "没有人手上有工单。",
}  # fmt: skip

LATE = "超时"

_PAGE = re.compile(r"第?\s*(\d{1,3})\s*页|更多|下一页")
_PERSON = re.compile("@([^\\s@\u2005]+)")


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands behind /工单."""

    view: View
    late: bool
    """Only what is overdue."""
    page: int
    """From 1."""
    holder: str
    """Only what this colleague has in hand; empty for everybody."""
    place: str
    """What is left: a place; empty for everywhere."""

    @property
    def title(self) -> str:
        """What the list is called: 没人接、超时."""
        held = f"{self.holder} 手上" if self.holder else ""
        if not self.late:
            return held or TITLES[self.view]
        return f"{held}超时" if self.view == "open" else f"{held}{TITLES[self.view]}、超时"

    @property
    def nothing(self) -> str:
        """What is said when there is none."""
        if self.holder:
            return f"{self.holder} 手上没有{'超时的' if self.late else '未办结的'}工单。"
        return "没有超时的工单。" if self.late else NOTHING[self.view]

    def typed(self, page: int) -> str:
        """How to ask for a page of the same."""
        person = f"@{self.holder}" if self.holder else ""
        words = (TYPED[self.view], LATE if self.late else "", self.place, person, f"{page}页")
        return " ".join(["/工单", *(word for word in words if word)])


def paged(command: Command) -> bool:
    """True when a page is asked for: its number is no ticket's."""
    return _PAGE.search(command.raw) is not None


def page_of(raw: str) -> tuple[int, str]:
    """The page that is asked for, the first when none is, and the other words."""
    found = _PAGE.search(raw)
    number = 1 if found is None else int(found[1] or 2)
    return max(number, 1), _PAGE.sub(" ", raw)


def read(command: Command) -> Asked:
    """The words in any order."""
    page, words = page_of(command.raw)
    person = _PERSON.search(words)
    words = _PERSON.sub(" ", words)
    late = LATE in words
    words = words.replace(LATE, " ")
    word = next((name for name in sorted(WORDS, key=len, reverse=True) if name in words), "")
    rest = words.replace(word, " ") if word else words
    place = "".join(rest.split()).removesuffix("的")
    return Asked(WORDS.get(word, "open"), late, page, person[1] if person else "", place)
