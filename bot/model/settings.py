"""What an administrator may write in bot.yaml. Each field's docstring is its entry in the glossary."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bot.model.tree import Node


@dataclass(frozen=True)
class Pace:
    """How slowly the bot speaks, so that WeChat does not take it for a machine."""

    min_seconds: float = 1.5
    """At least this long between two messages of the account."""
    max_seconds: float = 4.0
    """At most this long; the real distance is drawn at random between the two."""
    per_room_seconds: float = 3.0
    """At least this long between two messages in one room."""
    per_minute: int = 15
    """At most so many messages a minute; 0: no limit."""
    per_day: int = 400
    """At most so many messages a day, then the staff are warned; 0: no limit."""
    backoff_seconds: float = 60.0
    """How long to be quiet when WeChat says 操作过于频繁."""


@dataclass(frozen=True)
class Wechaty:
    """The gateway to WeChat, for ``channel: wechaty``."""

    endpoint: str = "127.0.0.1:8788"
    """The gateway's host:port."""
    token_env: str = "WECHATY_TOKEN"
    """The environment variable that holds the gateway's token, which is never written in a file."""
    ding_seconds: float = 10.0
    """How often the gateway is asked whether it still hears us."""
    ding_timeout_seconds: float = 10.0
    """How long its answer may take before the connection counts as lost."""
    tls_ca: Path | None = None
    """The certificate (PEM) that vouches for a gateway on another machine; relative to bot.yaml."""


@dataclass(frozen=True)
class Alarm:
    """Who is told, and when, that something is wrong with the bot itself."""

    webhook: str | None = None
    """A URL (http or https) that is posted to when the bot is deaf; WeCom's and DingTalk's robots fit."""
    deaf_minutes: float = 5.0
    """Deaf for so long: the webhook is called."""
    tell_staff_seconds: float = 30.0
    """Deaf for so long: after it the staff are told from when to when nothing was heard."""


@dataclass(frozen=True)
class Dialogue:
    """Questions the bot asks back."""

    minutes: float = 10.0
    """How long it waits for the answer."""


@dataclass(frozen=True)
class Limits:
    """How long a ticket of one category may take, in minutes; routine ones count in duty hours only."""

    take: float = 30
    """Until somebody takes it: the first answer."""
    finish: float = 480
    """Until it is done."""
    progress: float = 120
    """A claim without a word for so long goes back to the queue."""
    night: float = 240
    """The same outside duty hours, for urgent ones: routine ones wait for the morning."""


@dataclass(frozen=True)
class Desk:
    """The help desk: clocks, shifts, and what is asked when."""

    duty_hours: str = "08:00-20:00"
    """When routine tickets are worked on; their clocks stand still outside."""
    shifts: tuple[str, ...] = ("08:00", "20:00")
    """When one shift hands over to the next (交班); the first begins the day shift (白班), the last the night's (夜班)."""
    limits: dict[str, Limits] = field(default_factory=dict)
    """Intent id -> its limits; "default" for all that have none of their own."""
    urgent: Limits = Limits(take=10, finish=120, progress=30, night=30)
    """For urgent tickets of any category, round the clock."""
    emergency_again: tuple[float, ...] = (3, 6)
    """Minutes after which an emergency that nobody took is called again."""
    ladder_minutes: float = 15
    """From one step of the ladder to the next: owner, shift lead, secretary, all staff; a third of it when urgent."""
    waiting_minutes: float = 120
    """How long a clock stands still at most while the resident is asked something."""
    unanswered_minutes: float = 20
    """A question in a group that neither staff nor bot answered for so long is listed (/未回)."""
    temperature_at: tuple[str, ...] = ("08:30", "17:30")
    """When households isolating at home are asked for their temperature; empty: never."""
    keep_days: float = 90
    """So many days after a ticket was closed it may be anonymised (xiaoxiang forget)."""


@dataclass(frozen=True)
class NoticeSettings:
    """Notices: when they are held back, and how long things wait."""

    quiet_hours: str = "22:00-07:00"
    """When normal notices are held back; "" for never."""
    late_minutes: float = 60
    """A notice that could not be begun in time is begun so much later at most, unless it says otherwise."""
    confirm_minutes: float = 30
    """How long a preview waits for 「确认」."""
    receipt_minutes: float = 120
    """So long after a notice that asks for 「收到」 the groups are told how many have not answered."""


@dataclass(frozen=True)
class TestingSettings:
    """Testing rounds."""

    __test__ = False
    batch: int = 20
    """So many households are called at once."""
    minutes: float = 10
    """What a batch takes, until the line's own speed is known."""
    order: tuple[str, ...] = ()
    """Names of buildings or units that come first, in this order; the others follow as one walks."""
    remind_minutes: float = 30
    """So long before the end of a round the unit groups are told how many households are missing; 0: not."""


@dataclass(frozen=True)
class FaqSettings:
    """Answers: how often they are repeated in a group, what counts as a surge, how long edits wait."""

    cooldown_minutes: float = 10
    """So long the same answer is not repeated in the same group, unless the entry says otherwise; 0: always repeated."""
    gather_seconds: float = 20
    """So long those who ask the same within the cool-down are collected, to be pointed at the answer together."""
    surge_askers: int = 5
    """So many people asking the same thing that nobody can answer make a surge."""
    surge_minutes: float = 10
    """Within so long."""
    per_person: int = 6
    """At most so many answers to one person in one group within ten minutes."""
    per_room: int = 20
    """At most so many answers in one group within ten minutes; who asks the bot itself is always answered."""
    correct_hours: float = 24
    """When an answer changes, whoever was told the old one within so long is listed."""
    expiring_days: float = 3
    """So many days before an answer expires the administrators are told."""
    gap_days: float = 7
    """Questions that nobody answered are collected for so long."""
    confirm_minutes: float = 30
    """How long the preview of an edit waits for 「确认」."""
    keep_versions: int = 200
    """So many versions of data/ are kept."""


@dataclass(frozen=True)
class PersonSpec:
    """Somebody with authority over a branch from the start."""

    id: str
    """The channel's id of the person; a name proves nothing."""
    name: str
    """What people call them."""
    role: Literal["volunteer", "worker", "secretary", "admin"]
    """志愿者, 网格员, 书记 or 管理员: each may do what the ones before may."""
    scope: str
    """The name of the branch the authority covers, with everything below it."""


@dataclass(frozen=True)
class StandingDuty:
    """Who is on duty for a branch as long as a mode lasts, where nobody set a roster for that day (/值班 设)."""

    branch: str
    """The name of the branch, with everything below it."""
    people: tuple[str, ...]
    """Names out of ``people``."""
    shift: Literal["全天", "白班", "中班", "夜班"] = "全天"
    """Which shift; without it, the whole day."""
    lead: str | None = None
    """Which of them leads (带班); without it, the first."""


@dataclass(frozen=True)
class Mode:
    """What is different as long as a mode lasts; what it does not name is as in the file's own section."""

    desk: Desk | None = None
    """The help desk: clocks, shifts, and what is asked when. Loaded, complete; None when nothing is different."""
    pace: Pace | None = None
    """How slowly the bot speaks."""
    notices: NoticeSettings | None = None
    """Notices: when they are held back, and how long things wait."""
    testing: TestingSettings | None = None
    """Testing rounds."""
    roster: tuple[StandingDuty, ...] = ()
    """Who is on duty where no roster was set for the day."""


@dataclass(frozen=True)
class ModeSettings:
    """Everyday and wartime (日常, 战时); /模式 switches."""

    everyday: Mode = Mode()
    """日常."""
    wartime: Mode = Mode()
    """战时."""


@dataclass(frozen=True)
class Settings:
    """bot.yaml."""

    community: str
    """The community's name, as the bot says it; also the name of a root of ``groups``."""
    groups: tuple[Node, ...]
    """The tree of groups."""
    timezone: str = "Asia/Shanghai"
    """The IANA name of the zone that all times of the day are meant in."""
    channel: Literal["terminal", "wechaty"] = "terminal"
    """Where the bot listens and speaks."""
    database: Path = Path("var/xiaoxiang.db")
    """The ledger's file; relative to bot.yaml."""
    data: Path = Path("data")
    """The folder of YAML; relative to bot.yaml."""
    bot_names: tuple[str, ...] = ("小巷",)
    """Names that count as addressing the bot when somebody types them."""
    semantic: bool = False
    """Whether the FAQ goes by meaning, too; needs the extra xiaoxiang[semantic]."""
    pace: Pace = Pace()
    """How slowly the bot speaks."""
    wechaty: Wechaty = Wechaty()
    """The gateway; unused on the terminal."""
    alarm: Alarm = Alarm()
    """Who is told when the bot is deaf."""
    dialogue: Dialogue = Dialogue()
    """Questions the bot asks back."""
    desk: Desk = Desk()
    """The help desk: clocks, shifts, and what is asked when."""
    notices: NoticeSettings = NoticeSettings()
    """Notices: when they are held back, and how long things wait."""
    testing: TestingSettings = TestingSettings()
    """Testing rounds."""
    faq: FaqSettings = FaqSettings()
    """Answers: how often they are repeated in a group, what counts as a surge, how long edits wait."""
    modes: ModeSettings = ModeSettings()
    """What is different in everyday and in wartime mode."""
    people: tuple[PersonSpec, ...] = ()
    """Those with authority from the start, besides those who claim an invitation."""
