"""From what a wechaty gateway holds to what the house hears. Pure."""

import re
from datetime import datetime

from bot.channels.wechaty_gateway import AT_END, Payload, Refused
from bot.channels.wechaty_names import Person
from bot.model.channel import GONE, MaybeSent, NotSent, Outgoing, RoomGone, TooFast, Unsendable
from bot.model.message import Message, MessageKind, SenderKind

_KINDS: dict[int, MessageKind] = {
    1: "file",
    2: "voice",
    3: "card",
    4: "chat_history",
    5: "emoticon",
    6: "image",
    7: "text",
    8: "location",
    9: "mini_program",
    10: "group_note",
    11: "transfer",
    12: "red_envelope",
    13: "recall",
    14: "url",
    15: "video",
    16: "url",
}
"""npm wechaty-puppet 1.21, schemas/message.ts, MessageType. 16 is Post (a moment or a channel's video): a link to us."""


def heard(
    message_id: str, at: datetime, payload: Payload, room: str, talker: Person | None, account: str
) -> Message:
    """The message, in the house's words; talker is None when no person said it."""
    sender_kind: SenderKind = talker.kind if talker else "system"
    if payload.talker_id == account:
        sender_kind = "self"
    kind: MessageKind = _KINDS.get(payload.type, "system" if talker is None else "other")
    return Message(
        id=message_id,
        at=at,
        room_id=payload.room_id,
        room=room,
        sender_id=payload.talker_id if talker else "",
        sender=talker.name if talker else "",
        text=_words(kind, payload.text),
        kind=kind,
        sender_kind=sender_kind,
        mentions_bot=account in payload.mention_ids,
    )


def _words(kind: MessageKind, text: str) -> str:
    """Words somebody wrote. Puppets put XML or an address into the text of everything else; a group note (接龙) of
    theirs holds its words."""
    if kind == "text" or (kind == "group_note" and not text.lstrip().startswith("<")):
        return text
    return ""


FILE = "file:"
"""What an attachment begins with that is a file of ours; any other is the id of a message to be sent on."""


def spoken(out: Outgoing) -> tuple[str, str, list[str]]:
    """Where it goes, what it says, and whose phones ring: @-mentions carry the names the room knows."""
    if not out.room_id:
        return out.to_id, out.text, []
    calls = "".join(f"@{name}{AT_END}" for _, name in out.mentions)
    return out.room_id, calls + out.text, [contact_id for contact_id, _ in out.mentions]


_TOO_FAST = re.compile(r"频繁|频率过|too (?:fast|frequent|many)|rate.?limit|frequency limit|slow down", re.I)
_NEVER_LEFT = re.compile(
    r"not (?:yet )?(?:logged ?in|started|exist|found)|no payload|no such|unknown (?:room|contact|conversation)"
    r"|not (?:in|a member of) (?:the |this )?room|未登录|不存在|不在群|移出群|不是好友|参数错误",
    re.I,
)
_NEVER_CALLED = frozenset(
    {"UNAUTHENTICATED", "PERMISSION_DENIED", "UNIMPLEMENTED", "INVALID_ARGUMENT", "NOT_FOUND"}
)
"""gRPC statuses with which a gateway turns a call away before its puppet sees it."""


_ROOM_GONE = re.compile(
    r"not (?:in|a member of) (?:the |this )?(?:chat ?)?(?:room|group)"
    r"|(?:kicked|removed) (?:out )?(?:of|from) (?:the |this )?(?:chat ?)?(?:room|group)"
    r"|(?:room|group) (?:has been |was |is )?(?:dissolved|disbanded|dismissed|deleted)"
    r"|不在(?:该|这个|本|此)?群|不是(?:该|这个|本|此)?群成员|移出(?:了)?(?:该|这个|本|此)?群|群(?:聊|组)?(?:已经?|被)*解散|退出(?:了)?(?:该|这个)?群",
    re.I,
)
_UNSUPPORTED = re.compile(r"un-?supported|not (?:yet )?(?:supported?|implemented)|不支持|未实现", re.I)
_NO_MESSAGE = re.compile(
    r"message.{0,80}not (?:found|exist)|no (?:message )?payload|no such message|消息不存在", re.I
)


def verdict(refused: Refused, out: Outgoing) -> NotSent | MaybeSent:
    """What a refusal to send means. Puppets have no error codes in common: the sentence decides, and doubt is
    MaybeSent."""
    if _TOO_FAST.search(refused.detail):
        return TooFast("微信说操作过于频繁")
    if out.room_id and _ROOM_GONE.search(refused.detail):
        return RoomGone(GONE)
    if out.attachment:
        if refused.status == "UNIMPLEMENTED" or _UNSUPPORTED.search(refused.detail):
            return Unsendable("网关不能转发文件")
        if refused.status == "RESOURCE_EXHAUSTED":
            return Unsendable("文件太大，网关不收")
        if not out.attachment.startswith(FILE) and _NO_MESSAGE.search(refused.detail):
            return Unsendable("要转发的图片或文件，网关已经没有了")
    if refused.status in _NEVER_CALLED or _NEVER_LEFT.search(refused.detail):
        return NotSent("网关没有受理")
    return MaybeSent("网关报错，不知道发出去没有")
