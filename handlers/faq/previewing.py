"""What an edit would change, as whoever asked for it reads it before 「确认」; why it cannot be made; that it is live."""

from datetime import datetime

from bot.model.edit import Edit, Trial
from bot.model.faq import Faq, Swap
from bot.model.handling import Reply
from bot.model.services import Services
from handlers.faq import confirming
from handlers.faq.entries import as_read, edited, state, validity
from handlers.faq.versions import short
from intents.faq import SURE

SHOWN = 5
"""So many problems, and so many warnings, are named."""

DONE = {"add": "加好了", "change": "改好了", "disable": "停用了", "enable": "启用了", "validity": "改好了"}
DOES = {"add": "新加", "change": "改", "disable": "停用", "enable": "启用", "validity": "改有效期"}


def tried(edit: Edit, trial: Trial, services: Services) -> list[Reply]:
    """The preview, which waits for 「确认」; or why nothing was changed."""
    at = services.clock.now()
    if trial.problems or edit.reason:
        services.dialogues.close(edit.room_id, edit.person_id, confirming.KIND)
        problems = trial.problems or (edit.reason,)
        more = [f"……还有 {len(problems) - SHOWN} 处"] if len(problems) > SHOWN else []
        text = "\n".join([f"· {one}" for one in problems[:SHOWN]] + more)
        return [to_asker(edit, services.replies("faq_refused", number=str(edit.id), list=text))]
    asked = services.dialogues.waiting(edit.room_id, edit.person_id, confirming.KIND, at)
    again = asked is not None and asked.ticket == str(edit.id)
    for other in services.edits.in_state("previewed"):
        if other.id < edit.id and (other.room_id, other.person_id) == (edit.room_id, edit.person_id):
            services.edits.move(other.id, "dropped", at, "又发了一个")
    confirming.ask(edit, at, services)
    lines = _rollback(edit, trial, services) if edit.kind == "rollback" else _entry(edit, at, services)
    warnings = [*_taken(edit, trial, services), *trial.warnings]
    if warnings:
        lines += ["请留意：", *(f"· {one}" for one in warnings[:SHOWN])]
        lines += [f"……还有 {len(warnings) - SHOWN} 处"] if len(warnings) > SHOWN else []
    key = "faq_preview_again" if again else "faq_preview"
    minutes = f"{services.faq_settings.confirm_minutes:g}"
    text = services.replies(key, number=str(edit.id), list="\n".join(lines), minutes=minutes)
    return [to_asker(edit, text)]


def went_live(swap: Swap, services: Services) -> list[Reply]:
    """Told to whoever asked for it, where they asked."""
    edit = services.edits.get(swap.edit) if swap.edit else None
    if edit is None or edit.kind == "rollback":
        return []
    entry = services.faq.get(edit.entry)
    words = {"version": str(swap.version), "id": edit.entry, "title": entry.title if entry else ""}
    text = services.replies("faq_live", done=DONE[edit.kind], **words)
    if entry is not None and not entry.valid(swap.at) and edit.kind != "disable":
        text += "\n" + services.replies("faq_not_given", state=state(entry, swap.at, services))
    return [to_asker(edit, text)]


def to_asker(edit: Edit, text: str) -> Reply:
    """Said where the edit was asked for, to whoever asked."""
    if edit.room_id:
        return Reply(text, "reply", "room", to=edit.room_id, mentions=((edit.person_id, edit.person),))
    return Reply(text, "private", "person", to=edit.person_id)


def _rollback(edit: Edit, trial: Trial, services: Services) -> list[str]:
    return [f"退回第 {edit.values.get('version')} 版，会这样改：", short(trial.diff, services)]


def _entry(edit: Edit, at: datetime, services: Services) -> list[str]:
    before = services.faq.get(edit.entry)
    after = edited(before, edit, services)
    lines = [f"{DOES[edit.kind]}「{(before or after).title}」（{edit.entry}）"]
    lines += _questions(before, after)
    lines += _answers(before, after, services)
    for title, old, new in (
        ("主题", before.topic if before else "", after.topic),
        ("来源", before.source if before else "", after.source),
    ):
        if old != new:
            lines.append(f"{title}：{new or '去掉'}" + (f"（原来：{old}）" if old else ""))
    lines.append(_days(before, after, at, services))
    if now := state(after, at, services):
        lines.append(f"改好以后：{now}" + ("，不再答" if not after.enabled else ""))
    return [line for line in lines if line]


def _taken(edit: Edit, trial: Trial, services: Services) -> list[str]:
    """The new phrasings that another entry answers now: they would be taken from it. What the check says of one is enough."""
    before = services.faq.get(edit.entry)
    after = edited(before, edit, services)
    new = [one for one in after.questions if before is None or one not in before.questions]
    lines = []
    for question in new:
        if any(f"“{question}”" in one for one in trial.warnings):
            continue
        id_, score = next(iter(services.known.nearest(question)), ("", 0.0))
        other = services.faq.get(id_)
        if other is not None and id_ != edit.entry and score >= SURE and other.enabled:
            lines.append(f"“{question}”现在由「{other.title}」（{id_}）答，以后由这一条答")
    return lines


def _questions(before: Faq | None, after: Faq) -> list[str]:
    if before is None:
        return [f"问法：{'、'.join(after.questions)}"]
    lines = []
    if more := [one for one in after.questions if one not in before.questions]:
        lines.append(f"问法加上：{'、'.join(more)}")
    if less := [one for one in before.questions if one not in after.questions]:
        lines.append(f"问法去掉：{'、'.join(less)}")
    if lines and before.title != after.title:
        lines.append(f"标题变成：{after.title}")
    return lines


def _answers(before: Faq | None, after: Faq, services: Services) -> list[str]:
    """The answer as residents read it, and as they read it until now where it changes."""
    new = as_read(after, services)
    if before is None:
        return ["居民会看到：", "————", new, "————"]
    if before.answer == after.answer:
        return ["————", new, "————"]
    return ["居民现在看到：", "————", as_read(before, services), "————", "改成：", "————", new, "————"]


def _days(before: Faq | None, after: Faq, at: datetime, services: Services) -> str:
    new = validity(after, at, services)
    old = validity(before, at, services) if before else new
    return f"有效期：{new}" + (f"（原来：{old}）" if old != new else "")
