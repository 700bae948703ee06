"""The app around the core: the alarm to a second channel, the heartbeat, the end of the input."""

import asyncio
import json
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bot.app import App, build
from bot.ledger.intake import State
from bot.model.settings import Settings
from bot.settings import Data
from tests.conftest import MORNING, Chat, FakeChannel, FakeClock


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[str]]]:
    """A real HTTP server on loopback: its URL, and the texts posted to it."""
    posted: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            posted.append(body["text"]["content"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", posted
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def make(settings: Settings, data: Data) -> Iterator[Callable[..., tuple[App, FakeClock]]]:
    """Make an App on a channel, with a webhook or without; its ledger is closed afterwards."""
    apps: list[App] = []

    def build_one(channel: FakeChannel, webhook: str | None = None) -> tuple[App, FakeClock]:
        clock = FakeClock()
        alarm = replace(settings.alarm, webhook=webhook, deaf_minutes=5)
        apps.append(build(replace(settings, alarm=alarm), data, channel, clock, random.Random(1), None))
        return apps[-1], clock

    yield build_one
    for app in apps:
        app.ledger.close()


def test_the_alarm_rings_once_an_outage_and_once_when_it_is_over(
    make: Callable[..., tuple[App, FakeClock]], webhook: tuple[str, list[str]]
) -> None:
    url, posted = webhook
    channel = FakeChannel(paced=True, deaf_since=MORNING, deaf_reason="网关没有回音")
    app, clock = make(channel, url)

    async def beats() -> None:
        for _ in range(8):
            await app.heartbeat()
            clock.advance(minutes=1)
        channel.deaf_since, channel.deaf_reason = None, ""
        await app.heartbeat()
        await app.heartbeat()

    asyncio.run(beats())
    ringing, over = posted
    assert "08:00" in ringing and "网关没有回音" in ringing
    assert "恢复" in over


def test_an_alarm_that_cannot_be_delivered_is_tried_again(make: Callable[..., tuple[App, FakeClock]]) -> None:
    channel = FakeChannel(paced=True, deaf_since=MORNING - timedelta(minutes=9), deaf_reason="网关没有回音")
    app, _ = make(channel, "http://127.0.0.1:9/nobody")
    with pytest.raises(OSError):
        asyncio.run(app.heartbeat())
    assert app.alarmed is None


def test_the_heartbeat_says_until_when_all_was_heard_and_not_while_deaf(
    make: Callable[..., tuple[App, FakeClock]],
) -> None:
    channel = FakeChannel(paced=True)
    app, clock = make(channel)
    app.ledger.account = "bot"
    state = State(app.ledger)
    asyncio.run(app.heartbeat())
    assert state.get("heard_until:bot") == MORNING.isoformat()
    channel.deaf_since = clock.now()
    clock.advance(minutes=3)
    asyncio.run(app.heartbeat())
    assert state.get("heard_until:bot") == MORNING.isoformat()


def test_messages_still_waiting_are_not_said_to_be_heard(make: Callable[..., tuple[App, FakeClock]]) -> None:
    channel = FakeChannel(paced=True)
    app, _ = make(channel)
    app.ledger.account = "bot"

    async def beat() -> None:
        app.heard.put_nowait(Chat(app, app.clock, channel).message("王女士", "早上好"))  # type: ignore[arg-type]
        await app.heartbeat()

    asyncio.run(beat())
    assert State(app.ledger).get("heard_until:bot") is None
