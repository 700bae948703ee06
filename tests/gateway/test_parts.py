"""The parts of the wechaty channel that need no gateway."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.channels.wechaty_gateway import Broken, Refused
from bot.channels.wechaty_names import Names, Person
from bot.channels.wechaty_order import InOrder
from bot.channels.wechaty_payload import spoken, verdict
from bot.model.channel import MaybeSent, NotSent, Outgoing, RoomGone, TooFast, Unsendable

NOON = datetime(2022, 11, 16, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "detail", "kind"),
    [
        ("UNKNOWN", "操作过于频繁，请稍后再试", TooFast),
        ("INTERNAL", "Too many requests", TooFast),
        ("UNKNOWN", "rate-limit exceeded", TooFast),
        ("UNKNOWN", "not logged in", NotSent),
        ("UNKNOWN", "no payload found for id 1@chatroom", NotSent),
        ("UNKNOWN", "你已不在群里：不在群", RoomGone),
        ("UNKNOWN", "You are not in the chat room", RoomGone),
        ("INTERNAL", "该群聊已被解散", RoomGone),
        ("UNKNOWN", "您已被移出群聊", RoomGone),
        ("UNKNOWN", "the message was removed from the queue", MaybeSent),
        ("UNAUTHENTICATED", 'Invalid Wechaty TOKEN "x"', NotSent),
        ("UNIMPLEMENTED", "", NotSent),
        ("UNKNOWN", "socket hang up", MaybeSent),
        ("INTERNAL", "timeout", MaybeSent),
        ("CLIENT_ERROR", "AssertionError", MaybeSent),
    ],
)
def test_a_refusal_to_send_is_not_sent_only_when_that_is_sure(status: str, detail: str, kind: type) -> None:
    out = Outgoing(1, "notice", "r@chatroom", "群", "", "好")
    assert type(verdict(Refused(status, detail), out)) is kind


@pytest.mark.parametrize(
    ("attachment", "status", "detail", "kind"),
    [
        ("m1", "UNKNOWN", "Wechaty Puppet Unsupported API Error.", Unsendable),
        ("file:a.png", "UNIMPLEMENTED", "", Unsendable),
        ("file:a.png", "RESOURCE_EXHAUSTED", "Received message larger than max", Unsendable),
        ("m1", "UNKNOWN", "no payload found for id m1", Unsendable),
        ("file:a.png", "UNKNOWN", "no payload found for id r@chatroom", NotSent),
        ("m1", "UNKNOWN", "操作过于频繁", TooFast),
        ("m1", "UNKNOWN", "you are not in the room", RoomGone),
        ("m1", "UNKNOWN", "socket hang up", MaybeSent),
    ],
)
def test_a_file_that_cannot_be_sent_is_not_tried_again(
    attachment: str, status: str, detail: str, kind: type
) -> None:
    out = Outgoing(1, "notice", "r@chatroom", "群", "", "", attachment=attachment)
    assert type(verdict(Refused(status, detail), out)) is kind


def test_mentions_stand_before_the_words_with_the_names_the_room_knows() -> None:
    out = Outgoing(1, "reply", "r@chatroom", "群", "", "好", (("a", "王.*"), ("b", "李")))
    assert spoken(out) == ("r@chatroom", "@王.*\u2005@李\u2005好", ["a", "b"])
    assert spoken(Outgoing(1, "private", "", "", "a", "好", (("a", "王"),))) == ("a", "好", [])


def test_results_leave_in_order_whichever_is_first_found_and_one_failure_stops_nobody() -> None:
    async def play() -> list[list[int]]:
        handed: list[list[int]] = []
        order: InOrder[int] = InOrder(lambda found, last: handed.append(found), window=3)
        gates = [asyncio.Event() for _ in range(4)]

        async def find(number: int) -> list[int]:
            await gates[number].wait()
            if number == 1:
                raise ValueError
            return [number]

        for number in range(4):
            order.put(NOON, lambda number=number: find(number))
        running = asyncio.create_task(order.run())
        for number in (2, 1, 0, 3):
            gates[number].set()
            await asyncio.sleep(0)
        async with asyncio.timeout(5):
            while order.oldest:  # noqa: ASYNC110
                await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return handed

    assert asyncio.run(play()) == [[0], [], [2], [3]]


class Directory:
    """Answers for the gateway, and counts the questions."""

    def __init__(self) -> None:
        self.names: dict[str, str | Exception] = {"r": "一号楼", "wang": "王女士"}
        self.asked: list[str] = []

    async def topic(self, room_id: str) -> str:
        return self._answer(room_id)

    async def member(self, room_id: str, contact_id: str) -> str:
        return self._answer(contact_id)

    async def contact(self, contact_id: str) -> tuple[str, bool]:
        return self._answer(contact_id), contact_id == "gov"

    def _answer(self, asked: str) -> str:
        self.asked.append(asked)
        answer = self.names.get(asked, Refused("UNKNOWN", ""))
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_names_are_asked_for_once_and_again_when_something_changed() -> None:
    async def play() -> None:
        directory = Directory()
        names = Names(directory, keep_seconds=600)  # type: ignore[arg-type]
        assert (
            await asyncio.gather(*(names.person("r", "wang") for _ in range(5)))
            == [Person("王女士", "person")] * 5
        )
        assert directory.asked == ["wang"]
        directory.names["wang"] = "501王"
        assert (await names.person("r", "wang")).name == "王女士"
        names.forget("r")
        assert (await names.person("r", "wang")).name == "501王"
        names.renamed("r", "二号楼")
        assert await names.topic("r") == "二号楼"

    asyncio.run(play())


def test_a_name_the_gateway_refuses_is_the_one_known_before_and_a_broken_line_is_not_remembered() -> None:
    async def play() -> None:
        directory = Directory()
        names = Names(directory, keep_seconds=600)  # type: ignore[arg-type]
        assert await names.person("r", "nobody") == Person("", "person")
        assert await names.person("", "weixin") == Person("", "official")
        assert await names.topic("r") == "一号楼"
        names.forget_all()
        directory.names["r"] = Broken()
        with pytest.raises(Broken):
            await names.topic("r")
        directory.names["r"] = Refused("UNKNOWN", "")
        assert await names.topic("r") == "一号楼"

    asyncio.run(play())
