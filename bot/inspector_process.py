"""The inspector in a process of its own, so that the check of a thousand entries does not hold up a single message.

Python runs one thread at a time; a check that takes a second, beside a loop that asks the ledger twenty things a message, takes
its turn between every two of them. So files are parsed and tried over there, and come back as what is different. What has to
be made here, the index of the FAQ, is made with rests, while the other process still tries the examples.
"""

import contextlib
import gc
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import IO, Any, Literal
from zoneinfo import ZoneInfo

from bot.check_content import Outlook
from bot.datafolder import Data
from bot.groups import Tree
from bot.inspector import Found, Inspector, trained_otherwise
from bot.learnt import engine_of
from bot.live import Content
from bot.model.settings import Settings
from bot.settings import quiet_hours
from intents.engine import Engine

log = logging.getLogger("xiaoxiang.reload")

LEARNT = frozenset({"intents", "lexicon"})
"""The fields of Data from which something is learnt."""

TOO_LONG = 180.0
"""Seconds after which the other process is taken to hang, and ended: learning anew takes ten, on a slow machine sixty."""

AT_A_TIME, REST = 0.001, 0.002
"""Seconds: so long the index is worked on, and so long the loop has the machine to itself."""

TRIES = 2
"""So often the process is asked about the same files when it dies over them: once it may have been ended by anybody."""


class NoProcess(OSError):
    """No process can be started on this machine now."""


class Undone(RuntimeError):
    """The process dies, or hangs, over these files."""


LOST = (OSError, EOFError, ValueError, pickle.PickleError)
"""What hearing and telling raise when the other process is gone."""

Parts = Mapping[str, Any]
"""The fields of Data that are not as they were."""


@dataclass(frozen=True)
class Question:
    """What is asked of the other process."""

    kind: Literal["look", "read", "prepare"]
    """"look" at files, only "read" them, or "prepare" for edits of what is live."""
    files: Mapping[str, bytes]
    base: Mapping[str, bytes]
    """The files of what is live."""
    outlook: Outlook
    number: int
    """Stands in its answers, so that none is taken for another's."""


class InspectorProcess:
    """As Inspector; for one thread at a time. The process is started when it is first needed, and again when it died."""

    def __init__(self, settings: Settings, here: Inspector) -> None:
        """``here`` stands in when no process can be had."""
        self.folder = here.folder
        self.too_long = TOO_LONG
        self._settings = settings
        self._here = here
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._number = 0
        """Of the last question."""

    def __call__(self, files: Mapping[str, bytes], base: Content) -> Found:
        """See Inspector. Raises Undone for files over which the process hangs, or dies again and again: in here they would end
        the bot."""
        for _ in range(TRIES):
            try:
                return self._look(files, base)
            except NoProcess as error:
                return self._lost(error) or self._here(files, base)
            except LOST as error:
                if (found := self._lost(error)) is not None:
                    return found
        raise Undone(f"the inspector died {TRIES} times over these files")

    def _look(self, files: Mapping[str, bytes], base: Content) -> Found:
        answer = self._ask("look", files, base)
        if isinstance(answer, Found):
            return answer
        if LEARNT.isdisjoint(answer):
            content: Content | None = self._made(answer, files, base)
            found = self._hear()
        else:  # it is learning, too, and leaves here what it learnt
            found = self._hear()
            content = None if found.problems else self._made(answer, files, base)
        assert isinstance(found, Found)
        return replace(found, content=None if found.problems else content)

    def read(self, files: Mapping[str, bytes], base: Content) -> Content | None:
        """See Inspector."""
        try:
            answer = self._ask("read", files, base)
        except LOST as error:
            return None if self._lost(error) else self._here.read(files, base)
        except Undone as error:
            self._lost(error)
            return None
        return None if isinstance(answer, Found) else replace(base, data=replace(base.data, **answer))

    def prepare(self, base: Content) -> None:
        """See Inspector."""
        try:
            self._ask("prepare", base.data.files, base)
        except (*LOST, Undone) as error:
            self._lost(error)

    def close(self) -> None:
        """End the process; whoever still waits for it hears nothing."""
        self._closed = True
        self._end()

    def _ended(self) -> bool:
        return self._closed

    def _end(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                if stream:
                    with contextlib.suppress(OSError):
                        stream.close()
            self._process = None

    def _lost(self, error: Exception) -> Found | None:
        """What is found when it was ended on purpose; None when it died, and somebody else has to look."""
        if self._closed:
            return Found(None, (), ())
        log.warning("inspector lost", extra={"action": "reload.inspector", "error": repr(error)})
        self._end()
        return None

    def _ask(
        self, kind: Literal["look", "read", "prepare"], files: Mapping[str, bytes], base: Content
    ) -> Any:
        if self._process is None or self._process.poll() is not None:
            self._end()
            if self._ended():
                raise EOFError("closed")
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "bot.inspector_process"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                )
            except OSError as error:
                raise NoProcess(str(error)) from error
            if self._ended():  # meanwhile, in the loop's thread
                self._end()
                raise EOFError("closed")
            self._tell(self._settings)
        self._number += 1
        self._tell(Question(kind, dict(files), dict(base.data.files), self._here.outlook(), self._number))
        return self._hear()

    def _tell(self, what: object) -> None:
        if self._process is None or self._process.stdin is None:
            raise EOFError("ended")
        pickle.dump(what, self._process.stdin, pickle.HIGHEST_PROTOCOL)
        self._process.stdin.flush()

    def _hear(self) -> Any:
        """The next answer. Raises EOFError when the process died, Undone when it hung and was ended, ValueError for another's
        answer."""
        if self._process is None or self._process.stdout is None:
            raise EOFError("ended")
        watch = threading.Timer(self.too_long, self._process.kill)
        watch.daemon = True
        watch.start()
        began = time.monotonic()
        try:
            number, answer = pickle.load(self._process.stdout)
        except LOST as error:
            if time.monotonic() - began >= self.too_long:
                raise Undone("the inspector hung over these files") from error
            raise
        finally:
            watch.cancel()
        if number != self._number:
            raise ValueError("an answer to another question")
        return answer

    def _made(self, parts: Parts, files: Mapping[str, bytes], base: Content) -> Content:
        data = replace(base.data, **parts, files=files)
        return Content(data, self._engine(data, base), base.zone)

    def _engine(self, data: Data, base: Content) -> Engine:
        if trained_otherwise(data, base.data):
            return engine_of(data, semantic=self._settings.semantic, before=base.engine)
        if data.faq == base.data.faq:
            return base.engine
        return base.engine.with_faq(data.faq, breather())


def breather() -> Callable[[], None]:
    """Something to call again and again: when it is time, it rests."""
    began, resting = time.perf_counter(), threading.Event()

    def pause() -> None:
        nonlocal began
        if time.perf_counter() - began > AT_A_TIME:
            resting.wait(REST)
            began = time.perf_counter()

    return pause


# over there


class _Work:
    """Answers questions, and remembers what it made for the last ones."""

    def __init__(self, settings: Settings, tell: Callable[[tuple[int, object]], None]) -> None:
        self._settings = settings
        self._tell = tell
        self._number = 0
        self._outlook = Outlook()
        self._inspect = Inspector(
            settings.data,
            Tree(settings.groups),
            quiet_hours(settings),
            settings.semantic,
            lambda: self._outlook,
        )
        self._known: list[Content] = []
        """What was made of the files last looked at; one of them is live."""

    def _answer(self, what: object) -> None:
        self._tell((self._number, what))

    def __call__(self, question: Question) -> None:
        self._number, self._outlook = question.number, question.outlook
        base = self._base(question.base)
        if question.kind == "read":
            read = self._inspect.read(question.files, base)
            self._answer(Found(None, (), ()) if read is None else _parts(read.data, base.data))
            return
        if question.kind == "prepare":
            self._inspect.prepare(base)
            self._answer(Found(None, (), ()))
            return
        found = self._inspect(question.files, base, sound=lambda data: self._answer(_parts(data, base.data)))
        if found.content is not None:
            self._known = [base, found.content]
        self._answer(replace(found, content=None, sound=None))

    def _base(self, files: Mapping[str, bytes]) -> Content:
        known = next((one for one in self._known if one.data.files == files), None)
        if known is None:
            data = self._inspect.data(files)
            known = Content(
                data, engine_of(data, semantic=self._settings.semantic), ZoneInfo(self._settings.timezone)
            )
            self._known = [known]
        return known


def _parts(data: Data, before: Data) -> Parts:
    names = [one.name for one in fields(Data) if one.name != "files"]
    return {name: new for name in names if (new := getattr(data, name)) != getattr(before, name)}


def serve(ask: IO[bytes], answer: IO[bytes]) -> None:
    """Answer questions until nobody asks any more."""

    def tell(what: object) -> None:
        pickle.dump(what, answer, pickle.HIGHEST_PROTOCOL)
        answer.flush()

    work = _Work(pickle.load(ask), tell)
    gc.freeze()
    with contextlib.suppress(EOFError):
        while True:
            work(pickle.load(ask))


def dispensable() -> None:
    """Where memory runs out, this process is the one to be ended, not the bot. Linux; elsewhere nothing."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    dispensable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the bot, which then hangs up
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever anybody prints is no answer
    serve(sys.stdin.buffer, out)
