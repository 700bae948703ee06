"""The official wechaty gateway with pretend rooms, as a process of its own (gateway.mjs)."""

import asyncio
import itertools
import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from filelock import FileLock

HERE = Path(__file__).parent
TOKEN = "puppet_test_0123456789"
BOT = "wxid_xiaoxiang"
OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH")
"""What npm says where there is no network."""
SOON = 20.0
"""Patience of a test with what should take a second or two, on a machine busy with other things."""


def node() -> str:
    """The node program, with the gateway's packages installed beside this file (npm ci, once, a minute or so).

    Without node the test is skipped, or failed where CI is set.
    """
    program, npm = shutil.which("node"), shutil.which("npm")
    if not program or not npm:
        if os.environ.get("CI"):
            pytest.fail("CI 上必须有 Node.js（node 和 npm）：网关测试不能跳过")
        pytest.skip("没有 Node.js（node 和 npm），跳过网关测试")
    with FileLock(Path(tempfile.gettempdir(), f"xiaoxiang-npm-{crc32(bytes(HERE)):08x}.lock"), timeout=600):
        _install(npm)
    return program


def _install(npm: str) -> None:
    packages, done = HERE / "package-lock.json", HERE / "node_modules" / ".installed"
    if done.exists() and done.read_bytes() == packages.read_bytes():
        return
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    install = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=600, check=False)
    if install.returncode:
        errors = [line for line in install.stderr.splitlines() if line.startswith("npm error")]
        reason = "npm ci 失败：" + " / ".join(errors[:5])
        offline = any(code in install.stderr for code in OFFLINE)
        pytest.skip(reason) if offline and not os.environ.get("CI") else pytest.fail(reason)
    done.write_bytes(packages.read_bytes())


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def room(room_id: str, topic: str, **members: str) -> dict[str, Any]:
    """A room of the pretend world; the puppet tells rooms from people by the @ in the id."""
    assert "@" in room_id
    return {"id": room_id, "topic": topic, "members": members}


class PretendGateway:
    """Use as ``async with``. Killed and started again, it keeps its port and its world, not its messages."""

    def __init__(
        self,
        *rooms: dict[str, Any],
        contacts: list[dict[str, Any]] | None = None,
        tls: dict[str, str] | None = None,
    ):
        self.port = free_port()
        self.world = {"account": BOT, "rooms": list(rooms), "contacts": contacts or []}
        self.said: list[dict[str, Any]] = []
        """What the bot said, in order: {id, to, text, mentions}, with "forward" or "file" where it sent one."""
        self._tls = tls
        """{key, cert} in PEM, or None for a line in the clear."""
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._numbers = itertools.count()
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._news = asyncio.Event()
        self.streams = 0
        """How often a bot has begun to listen."""
        self.held: list[dict[str, Any]] = []
        """Messages a gateway started from now on holds from its start, as one that keeps them on disk."""

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def __aenter__(self) -> "PretendGateway":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def start(self) -> None:
        """Start the process and wait until it serves."""
        self._process = await asyncio.create_subprocess_exec(
            node(), str(HERE / "gateway.mjs"), str(self.port), TOKEN, json.dumps(self._tls),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            limit=2**24,
        )  # fmt: skip
        self._reader = asyncio.create_task(self._read())
        own = [
            {"id": said["id"], "talkerId": BOT, "roomId": said["to"], "text": said["text"]}
            for said in self.said
        ]
        await self.order("world", **self.world, messages=self.held + (own if self.held else []))
        await self.order("serve")

    async def kill(self) -> None:
        """kill -9, if it still runs."""
        if self._process is None or self._reader is None:
            return
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._reader
        assert self._process.stdin
        self._process.stdin.close()
        self._process = self._reader = None

    async def dead(self) -> None:
        """Wait until the process has ended by itself."""
        assert self._process
        await asyncio.wait_for(self._process.wait(), SOON)

    async def order(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Have it do something (see `orders` in gateway.mjs), and wait until it has."""
        assert self._process and self._process.stdin
        n = next(self._numbers)
        self._answers[n] = asyncio.get_running_loop().create_future()
        self._process.stdin.write(json.dumps({"n": n, "do": do, **arguments}).encode() + b"\n")
        answer = await asyncio.wait_for(self._answers[n], 60)
        assert "error" not in answer, answer["error"]
        return answer

    async def until(self, so: Callable[[], bool], seconds: float = SOON) -> None:
        """Wait until what the bot said, or that it listens, satisfies; TimeoutError otherwise."""
        async with asyncio.timeout(seconds):
            while not so():
                self._news.clear()
                await self._news.wait()

    async def _read(self) -> None:
        assert self._process and self._process.stdout
        async for line in self._process.stdout:
            what = json.loads(line)
            if "said" in what:
                self.said.append(what["said"])
                self._news.set()
            elif "stream" in what:
                self.streams += 1
                self._news.set()
            else:
                answer = self._answers.pop(what["n"])
                if not answer.done():  # whoever ordered may have been cancelled meanwhile
                    answer.set_result(what)
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the gateway is gone"))
        self._answers.clear()
