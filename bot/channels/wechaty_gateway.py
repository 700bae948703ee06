"""One connection to a wechaty gateway over gRPC. The only file that imports the wechaty packages.

wechaty is used for what is sound in it: its puppet, its generated gRPC stub, its payload types. Its supervision is
not (``Wechaty.start`` prints and swallows errors, sleeps a minute and recurses; ``PuppetService.start`` begins by
stopping the puppet, which logs the account out; an event stream that ends is not opened again), so ``start`` is never
called and the stub's event stream is read here, raw and in order.
"""

import asyncio
import base64
import getpass
import json
import logging
import os
import re
import ssl
import tempfile
import warnings
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pyee.asyncio
import urllib3.util
from grpclib.client import Channel
from grpclib.config import Configuration
from grpclib.exceptions import GRPCError, ProtocolError, StreamTerminatedError
from grpclib.protocol import H2Protocol
from h2.exceptions import H2Error

T = TypeVar("T")


@contextmanager
def _tamed() -> Iterator[None]:
    """What wechaty 0.10.7 needs to be imported today, and what keeps it from spilling.

    - ``pyee.AsyncIOEventEmitter`` and ``urllib3.get_host`` moved since 2022;
    - it makes a folder ``.wechaty`` where it stands: CACHE_DIR points it to a temporary folder of this user's own;
    - its loggers print message texts to stderr: WECHATY_LOG=silly means CRITICAL there, and they are cut off below;
    - ``telnetlib`` is deprecated in the standard library (3.13 takes PyPI's standard-telnetlib).
    """
    pyee.AsyncIOEventEmitter = pyee.asyncio.AsyncIOEventEmitter  # type: ignore[attr-defined]
    if not hasattr(urllib3, "get_host"):
        urllib3.get_host = lambda url: urllib3.util.parse_url(url)[:4]  # type: ignore[attr-defined]
    folder = Path(tempfile.gettempdir()) / f"xiaoxiang-{getpass.getuser()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    ours = {"CACHE_DIR": str(folder), "WECHATY_LOG": "silly"}
    before = {name: os.environ.get(name) for name in (*ours, "WECHATY_LOG_FILE")}
    os.environ.update(ours)
    os.environ.pop("WECHATY_LOG_FILE", None)
    known = set(logging.Logger.manager.loggerDict)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.simplefilter("ignore", SyntaxWarning)
            yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
    for name in set(logging.Logger.manager.loggerDict) - known:
        logger = logging.getLogger(name)
        if logger.handlers and not logger.propagate:  # the mark of wechaty_puppet.get_logger
            logger.handlers = [logging.NullHandler()]
            logger.disabled = True


with _tamed():
    from wechaty_puppet import PuppetOptions

    PuppetOptions.__hash__ = object.__hash__  # a dataclass default must be hashable since Python 3.11
    import betterproto
    from wechaty import ContactType, EventType, Wechaty, WechatyOptions
    from wechaty.config import AT_SEPARATOR
    from wechaty_grpc.wechaty import PuppetStub
    from wechaty_puppet_service import PuppetService
    from wechaty_puppet_service.utils import extract_host_and_port

AT_END: str = AT_SEPARATOR
"""What ends an @-mention in a text: U+2005, as WeChat's own input field writes it."""


class Refused(Exception):
    """The gateway answered with an error."""

    def __init__(self, status: str, detail: str) -> None:
        super().__init__(status)
        self.status = status
        """gRPC's word: UNKNOWN, UNAUTHENTICATED…"""
        self.detail = detail
        """The gateway's sentence. It may quote what was said: not for logs."""


class Broken(Exception):
    """No answer: the connection is gone, or was never there."""


class NotReached(Broken):
    """There is no connection, so nothing was asked."""


class TimedOut(Broken):
    """No answer in time, though the connection stands."""


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """One event of the gateway's stream."""

    kind: str
    """message, dong, login, room_topic, dirty…: wechaty's EventType in lower case; "" when it is newer than wechaty."""
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Payload:
    """A message as the gateway holds it."""

    type: int
    """The numbers of npm wechaty-puppet's MessageType (0 to 16), which are not wechaty-grpc's."""
    text: str
    talker_id: str
    room_id: str
    mention_ids: tuple[str, ...]


@dataclass(eq=False, repr=False)
class _Forward(betterproto.Message):
    """npm wechaty-grpc 1.x, puppet/message.proto, MessageForwardRequest; wechaty-grpc of PyPI has none."""

    message_id: str = betterproto.string_field(1)
    conversation_id: str = betterproto.string_field(2)


@dataclass(eq=False, repr=False)
class _SendFile(betterproto.Message):
    """MessageSendFileRequest."""

    conversation_id: str = betterproto.string_field(1)
    file_box: str = betterproto.string_field(2)


@dataclass(eq=False, repr=False)
class _SentId(betterproto.Message):
    """MessageForwardResponse and MessageSendFileResponse: older gateways fill the wrapped id, newer ones both."""

    wrapped: str | None = betterproto.message_field(1, wraps=betterproto.TYPE_STRING)
    id: str = betterproto.string_field(2)


_BASE64 = 1
"""npm file-box, FileBoxType.Base64."""

_EVENT_KINDS: dict[int, str] = {
    int(event): event.name.removeprefix("EVENT_TYPE_").lower() for event in EventType
}  # fmt: skip


class _Line(Channel):
    """A connection that stays closed once it is: for a call that comes late, grpclib would open it again."""

    _closed = False

    async def __connect__(self) -> H2Protocol:
        self._stay_closed()
        protocol = await super().__connect__()
        self._stay_closed()  # closed while it was being opened
        return protocol

    def _stay_closed(self) -> None:
        if self._closed:
            super().close()
            raise StreamTerminatedError("closed")

    def close(self) -> None:
        """Close it for good."""
        self._closed = True
        super().close()


class Gateway:
    """The calls this house makes. Every one raises Refused or Broken (NotReached, TimedOut), and nothing else."""

    def __init__(
        self, endpoint: str, token: str, *, tls_ca: Path | None, tls_name: str | None, call_seconds: float
    ) -> None:
        self._host, self._port = extract_host_and_port(endpoint)
        self._token = token
        self._tls_ca = tls_ca
        self._tls_name = tls_name
        self._call_seconds = call_seconds
        self._channel: _Line | None = None
        self._stub: Any = None
        self._wechaty = Wechaty(
            WechatyOptions(puppet=PuppetService(PuppetOptions(token=token, end_point=self._address)))
        )

    @property
    def _address(self) -> str:
        return f"{self._host}:{self._port}"

    @property
    def in_the_clear(self) -> bool:
        """True when token and messages would cross a network unencrypted."""
        return self._tls_ca is None and self._host not in ("127.0.0.1", "::1", "localhost")

    @property
    def _puppet(self) -> Any:
        return self._wechaty.puppet

    async def open(self) -> None:
        """Connect. Neither pings nor asks chatie's servers, as ``PuppetService._init_puppet`` would."""
        config = Configuration(ssl_target_name_override=self._tls_name)
        self._channel = _Line(self._host, self._port, ssl=self._tls(), config=config)
        if re.fullmatch(r"[\w.-]+", self._token, re.ASCII):
            self._channel._authority = self._token  # gateways before 0.30 look for the token here
        stub = PuppetStub(self._channel, metadata={"authorization": f"Wechaty {self._token}"})
        self._puppet._puppet_stub = self._stub = stub
        await self._reach()

    def _tls(self) -> ssl.SSLContext | None:
        if self._tls_ca is None:
            return None
        context = ssl.create_default_context(cafile=self._tls_ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["h2"])
        return context

    def close(self) -> None:
        """Drop the connection; calls still waiting on it raise Broken. The account stays logged in."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    async def _reach(self) -> None:
        """Make sure that the line stands, or raise NotReached."""
        if self._channel is None:
            raise NotReached
        try:
            await self._within(self._call_seconds, self._channel.__connect__())
        except (Broken, Refused):
            raise NotReached from None

    async def events(self) -> AsyncIterator[GatewayEvent]:
        """The stream, in the gateway's order, until it ends. The gateway serves one such stream at a time."""
        try:
            async for response in self._stub.event():
                try:
                    data = json.loads(response.payload or "{}")
                except ValueError:
                    continue
                if isinstance(data, dict):
                    yield GatewayEvent(_EVENT_KINDS.get(int(response.type), ""), data)
        except Exception as error:
            raise _known(error) from None

    async def start(self) -> None:
        """Ask for the puppet to run; a running one is left as it is, logged in or not."""
        await self._within(20, self._stub.start())

    async def ding(self) -> None:
        """Ask for a dong, which comes back on the event stream."""
        await self._within(self._call_seconds, self._puppet.ding("xiaoxiang"))

    async def rooms(self) -> list[str]:
        """The ids of all rooms the account is in."""
        return list(await self._within(self._call_seconds, self._puppet.room_list()))

    async def topic(self, room_id: str) -> str:
        """What a room is called; "" when it has no name of its own."""
        return str((await self._within(self._call_seconds, self._puppet.room_payload(room_id))).topic)

    async def member(self, room_id: str, contact_id: str) -> str:
        """The name a person bears in a room: the one they chose for it, else their nickname."""
        payload = await self._within(
            self._call_seconds, self._puppet.room_member_payload(room_id, contact_id)
        )
        return str(payload.room_alias or payload.name)

    async def contact(self, contact_id: str) -> tuple[str, bool]:
        """A person's nickname, and whether this is no person but an official account."""
        payload = await self._within(self._call_seconds, self._puppet.contact_payload(contact_id))
        return str(payload.name), int(payload.type) == int(ContactType.CONTACT_TYPE_OFFICIAL)

    async def message(self, message_id: str) -> Payload:
        """A message by its id (``PuppetService.message_payload`` fails on types newer than itself)."""
        raw = await self._within(self._call_seconds, self._stub.message_payload(id=message_id))
        return Payload(int(raw.type), raw.text, raw.from_id, raw.room_id, tuple(raw.mention_ids))

    async def say(self, to: str, text: str, mention_ids: list[str], seconds: float) -> str:
        """Send a text to a room or a person; returns its id, "" when the gateway tells none.

        NotReached is sure: nothing left. Any other Broken is not.
        """
        await self._reach()
        sent = await self._within(seconds, self._puppet.message_send_text(to, text, mention_ids))
        return str(sent or "")

    async def forward(self, to: str, message_id: str, seconds: float) -> str:
        """Send a message on to a room or a person; returns the new one's id. As sure as ``say``."""
        await self._reach()
        request = _Forward(message_id, to)
        return await self._sent("MessageForward", request, seconds)

    async def send_file(self, to: str, name: str, content: bytes, seconds: float) -> str:
        """Send a file to a room or a person; returns the message's id. As sure as ``say``.

        The content travels inside one gRPC message, of which servers take 4 MB unless told otherwise.
        """
        await self._reach()
        box = {
            "type": _BASE64,
            "boxType": _BASE64,
            "name": name,
            "base64": base64.b64encode(content).decode(),
        }
        return await self._sent("MessageSendFile", _SendFile(to, json.dumps(box)), seconds)

    async def _sent(self, method: str, request: Any, seconds: float) -> str:
        if self._stub is None:
            raise NotReached
        call = self._stub._unary_unary(f"/wechaty.Puppet/{method}", request, _SentId)
        answer = await self._within(seconds, call)
        return str(answer.id or answer.wrapped or "")

    async def _within(self, seconds: float, call: Coroutine[Any, Any, T]) -> T:
        """Await a call in a task of its own: grpclib breaks off calls by cancelling the task they run in."""
        if self._channel is None:
            call.close()
            raise NotReached
        task = asyncio.ensure_future(call)
        try:
            await asyncio.wait({task}, timeout=seconds)
        finally:
            in_time = task.done()
            task.cancel()
        if not in_time:
            raise TimedOut
        if task.cancelled():
            raise Broken("cancelled")
        error = task.exception()
        if error is None:
            return task.result()
        raise _known(error)


def _known(error: BaseException) -> Refused | Broken:
    """A library's error in this file's words; one that nobody foresaw counts as an answer, so it is not asked again
    for ever."""
    if isinstance(error, Broken):
        return error
    if isinstance(error, GRPCError):
        return Refused(error.status.name, error.message or "")
    if isinstance(error, OSError | StreamTerminatedError | ProtocolError | H2Error):
        return Broken(type(error).__name__)
    return Refused("CLIENT_ERROR", type(error).__name__)
