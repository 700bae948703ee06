"""Logs carry ids, never words: what a record may show is what its ``extra`` names."""

import logging
import sys

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class IdFormatter(logging.Formatter):
    """Time, level, where, and the ids the record was given: ``outbox.sent row=3 room_id=…``."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """One line, followed by the traceback where there is one."""
        extra = {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
        shown = " ".join(f"{name}={value}" for name, value in extra.items())
        line, *rest = super().format(record).split("\n", 1)
        return "\n".join([f"{line} {shown}".rstrip(), *rest])


def to_stderr(verbose: bool) -> None:
    """Our own loggers to stderr, all of it when ``verbose``; libraries only from WARNING on, for they quote texts and
    tokens."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(IdFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("xiaoxiang").setLevel(logging.DEBUG if verbose else logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
