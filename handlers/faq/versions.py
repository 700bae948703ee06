"""/faq 版本: who changed what, when. /faq 回退: one word, and what was said before is said again."""

import re
from collections.abc import Iterator, Sequence

from bot.model.edit import Edit
from bot.model.faq import ChangedEntry, Swap
from bot.model.handling import Outcome, Reply, Request
from bot.model.services import Services
from bot.model.version import Version, diff
from handlers.faq.news import line, who
from handlers.speaking import quoted, to_sender

LISTED = 8
"""So many versions are listed."""
DIFF_LINES = 40
"""So many lines of what changed are shown on a phone."""
LINE = 80
"""Characters of such a line."""
SAID = 5
"""So many entries are named whose answer is another one now."""
ANSWER = 60
"""Characters of such an answer."""

_NUMBER = re.compile(r"第?\s*(\d{1,9})\s*版?")


def versions(request: Request, services: Services) -> Outcome:
    """/faq 版本: the last ones; with a number, what changed in that one."""
    assert request.command is not None
    said = request.command.raw.strip()
    number = _NUMBER.fullmatch(said)
    if said and not number:
        text = services.replies("faq_versions_usage")
    elif number:
        text = _one(int(number[1]), services)
    else:
        text = _list(services)
    return Outcome("command:faq", (to_sender(request, text),))


def _list(services: Services) -> str:
    recent = services.versions.recent(LISTED)
    if not recent:
        return services.replies("faq_versions_none")
    lines = "\n".join(line(version, services) for version in recent)
    return services.replies("faq_versions", list=lines, number=str(recent[0].id))


def _one(number: int, services: Services) -> str:
    version = services.versions.get(number)
    if version is None:
        return services.replies("faq_version_unknown", number=str(number))
    before = services.versions.before(number)
    lines: list[str] = []
    if before is not None:
        changes = services.versions.changes(number, before.id)
        for path, (then, now) in changes.items():
            lines += [f"{path}：", *diff(then, now)] if len(changes) > 1 else diff(then, now)
    return services.replies(
        "faq_version",
        number=str(number),
        when=services.show_time(version.at),
        who=who(version),
        note=version.note,
        list=short(lines, services),
    )


def roll_back(request: Request, services: Services) -> Outcome:
    """/faq 回退: undo the last version at once, or put back what is broken on the disk. With a number: the files as that
    version had them, after a look at what changes."""
    assert request.command is not None
    said = request.command.raw.strip()
    number = _NUMBER.fullmatch(said)
    latest = services.versions.latest()
    if said and not number:
        return _told(request, services.replies("faq_rollback_usage"))
    if latest is None:
        return _told(request, services.replies("faq_versions_none"))
    if number:
        return _to(int(number[1]), latest, request, services)
    target = latest if services.known.spoilt else services.versions.before(latest.id)
    if target is None:
        return _told(request, services.replies("faq_rollback_first"))
    edit = services.edits.propose(_edit(target.id, request))
    services.edits.move(edit.id, "confirmed", request.message.at)
    services.audit.write(request.by, "faq", f"回退到第 {target.id} 版")
    return Outcome("edit:rollback")


def _to(number: int, latest: Version, request: Request, services: Services) -> Outcome:
    if services.versions.get(number) is None:
        return _told(request, services.replies("faq_version_unknown", number=str(number)))
    if number == latest.id and not services.known.spoilt:
        return _told(request, services.replies("faq_rollback_same", number=str(number)))
    services.edits.propose(_edit(number, request))
    services.audit.write(request.by, "faq", f"要回退到第 {number} 版")
    return Outcome("edit:rollback")


def _edit(number: int, request: Request) -> Edit:
    message = request.message
    room = "" if message.private else message.room_id
    values = {"version": number}
    return Edit(
        0, message.at, room, request.person.id, request.person.name, message.id, "rollback", "", values
    )


def _told(request: Request, text: str) -> Outcome:
    return Outcome("command:faq", (to_sender(request, text),))


# what the reloader has done


def rolled_back(swap: Swap, services: Services) -> Iterator[Reply]:
    """What is said again, and how to go back."""
    edit = services.edits.get(swap.edit)
    if edit is None or edit.kind != "rollback":
        return
    lines = [_says(one) for one in swap.entries]
    others = [path for path in swap.files if path != "faq.yaml"]
    if others:
        lines.append(f"{shown_files(others)} 也和那时一样了")
    if not swap.entries and not others:
        lines.append(swap.note)
    more = [services.replies("data_more", count=str(len(lines) - SAID))] if len(lines) > SAID else []
    yield to_asker(
        edit,
        services.replies(
            "faq_rolled_back",
            version=str(swap.version),
            number=str(swap.back_to),
            list="\n".join([*lines[:SAID], *more]),
        ),
    )


def _says(one: ChangedEntry) -> str:
    if one.after is None:
        assert one.before is not None
        return f"「{one.before.title}」不再回答"
    if not one.after.enabled:
        return f"「{one.after.title}」停用着，不回答"
    if one.before and one.before.answer == one.after.answer:
        return f"「{one.after.title}」答的话没有变，别的和那时一样了"
    return f"「{one.after.title}」现在又答：{quoted(one.after.answer, ANSWER)}"


def put_back(edit: Edit, files: Sequence[str], aside: Sequence[str], services: Services) -> tuple[Reply, ...]:
    """What was broken on the disk is as it was; nothing that is said has changed."""
    kept = services.replies("faq_kept_aside", files="、".join(aside)) if aside else ""
    return (to_asker(edit, services.replies("faq_put_back", files=shown_files(files), aside=kept)),)


def to_asker(edit: Edit, text: str) -> Reply:
    """A word to whoever asked for an edit, where they asked."""
    if edit.room_id:
        return Reply(text, audience="room", to=edit.room_id, mentions=((edit.person_id, edit.person),))
    return Reply(text, "private", "person", to=edit.person_id)


def shown_files(files: Sequence[str]) -> str:
    """Files as a list that a phone bears."""
    return "、".join(files[:SAID]) + (f" 等 {len(files)} 个文件" if len(files) > SAID else "")


def short(lines: Sequence[str], services: Services) -> str:
    """Lines of a diff as a phone shows them: 去 for what went, 加 for what came."""
    words = {"-": "去：", "+": "加："}
    lines = [_headed(one, services) for one in lines]
    cut = [
        f"{words.get(one[:1], '')}{one[1:].strip() if one[:1] in words else one}"
        for one in lines[:DIFF_LINES]
    ]
    cut = [one if len(one) <= LINE else one[:LINE] + "……" for one in cut]
    if len(lines) > DIFF_LINES:
        cut.append(services.replies("data_more", count=str(len(lines) - DIFF_LINES)))
    return "\n".join(cut)


def _headed(line: str, services: Services) -> str:
    """The line before those of an entry, with the title people know it by."""
    entry = services.faq.get(line.removesuffix("：")) if line.endswith("：") else None
    return f"「{entry.title}」（{entry.id}）：" if entry else line
