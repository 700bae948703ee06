"""The tables of the ledger, as migrations in order. Times are whole milliseconds since 1970-01-01 UTC.

What belongs to one WeChat account (rooms, message ids, outbox rows, dialogues) carries that account's id.
"""

from sqlite_utils import Database, Migrations

migrations = Migrations("xiaoxiang")


@migrations()
def m001_core(db: Database) -> None:
    """Rooms, handled messages, the outbox, tickets with their audit, people."""
    for statement in _CORE.split(";"):
        if statement.strip():
            db.execute(statement)


_CORE = """
CREATE TABLE rooms (
    account TEXT NOT NULL, room_id TEXT NOT NULL, name TEXT NOT NULL, tree_room TEXT, seen_at INTEGER NOT NULL,
    PRIMARY KEY (account, room_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX rooms_tree ON rooms (account, tree_room) WHERE tree_room IS NOT NULL;

CREATE TABLE messages (
    account TEXT NOT NULL, id TEXT NOT NULL, fingerprint INTEGER NOT NULL, at INTEGER NOT NULL, outcome TEXT NOT NULL,
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX messages_fingerprint ON messages (fingerprint, at);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, kind TEXT NOT NULL, priority INTEGER NOT NULL,
    room_id TEXT, room TEXT NOT NULL, to_id TEXT NOT NULL, text TEXT NOT NULL,
    mention_id TEXT, mention_name TEXT, ticket TEXT, message_id TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending', created_at INTEGER NOT NULL, due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, settled_at INTEGER, gateway_id TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX outbox_pending ON outbox (priority, id) WHERE state = 'pending';
CREATE INDEX outbox_sending ON outbox (id) WHERE state = 'sending';
CREATE INDEX outbox_settled ON outbox (settled_at) WHERE settled_at IS NOT NULL;

CREATE TABLE tickets (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, intent TEXT NOT NULL, title TEXT NOT NULL,
    state TEXT NOT NULL, urgent INTEGER NOT NULL, room_id TEXT NOT NULL, room_name TEXT NOT NULL,
    requester_id TEXT NOT NULL, requester TEXT NOT NULL, node TEXT NOT NULL,
    building TEXT NOT NULL, unit TEXT NOT NULL, room TEXT NOT NULL, phones TEXT NOT NULL, items TEXT NOT NULL,
    text TEXT NOT NULL, owner_id TEXT NOT NULL DEFAULT '', owner TEXT NOT NULL DEFAULT '',
    dispatched_to TEXT NOT NULL DEFAULT '', message_id TEXT NOT NULL,
    opened_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tickets_of_requester ON tickets (requester_id) WHERE state IN ('opened', 'taken', 'dispatched');
CREATE INDEX tickets_open ON tickets (urgent DESC, id) WHERE state IN ('opened', 'taken', 'dispatched');

CREATE TABLE ticket_events (
    id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL REFERENCES tickets (id), at INTEGER NOT NULL,
    actor_id TEXT NOT NULL, actor TEXT NOT NULL, account TEXT NOT NULL, room_id TEXT NOT NULL,
    message_id TEXT NOT NULL, from_state TEXT, to_state TEXT NOT NULL, note TEXT NOT NULL
) STRICT;
CREATE INDEX ticket_events_ticket ON ticket_events (ticket);

CREATE TABLE dialogues (
    account TEXT NOT NULL, room_id TEXT NOT NULL, sender_id TEXT NOT NULL, kind TEXT NOT NULL,
    ticket TEXT NOT NULL, options TEXT NOT NULL, begun_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    PRIMARY KEY (account, room_id, sender_id, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE records (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL, at INTEGER NOT NULL, intent TEXT NOT NULL,
    room_id TEXT NOT NULL, room TEXT NOT NULL, node TEXT NOT NULL, sender_id TEXT NOT NULL, sender TEXT NOT NULL,
    text TEXT NOT NULL, slots TEXT NOT NULL, message_id TEXT NOT NULL
) STRICT;

CREATE TABLE households (
    id INTEGER PRIMARY KEY, compound TEXT NOT NULL, building TEXT NOT NULL, unit TEXT NOT NULL,
    room TEXT NOT NULL, name TEXT NOT NULL, people INTEGER, phone TEXT NOT NULL, note TEXT NOT NULL,
    imported INTEGER NOT NULL,
    UNIQUE (compound, building, unit, room)
) STRICT;

CREATE TABLE residents (
    person_id TEXT PRIMARY KEY, name TEXT NOT NULL, household INTEGER NOT NULL REFERENCES households (id),
    bound_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE invites (
    digest TEXT PRIMARY KEY, role TEXT NOT NULL, scope TEXT NOT NULL, created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, used_by TEXT, used_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
    person_id TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, scope TEXT NOT NULL,
    granted_at INTEGER NOT NULL,
    PRIMARY KEY (person_id, role, scope)
) STRICT, WITHOUT ROWID;

CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID
"""


@migrations()
def m002_chains(db: Database) -> None:
    """接龙: lists, their rows, and which rows each posting showed."""
    for statement in _CHAINS.split(";"):
        if statement.strip():
            db.execute(statement)


_CHAINS = """
CREATE TABLE chains (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, room_id TEXT NOT NULL, room TEXT NOT NULL,
    node TEXT NOT NULL, title TEXT NOT NULL, marked INTEGER NOT NULL, begun_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL, told_at INTEGER
) STRICT;
CREATE INDEX chains_room ON chains (account, room_id, updated_at);
CREATE INDEX chains_updated ON chains (account, updated_at);

CREATE TABLE chain_rows (
    chain INTEGER NOT NULL REFERENCES chains (id), serial INTEGER NOT NULL, number INTEGER NOT NULL,
    text TEXT NOT NULL, building TEXT NOT NULL, unit TEXT NOT NULL, room TEXT NOT NULL, name TEXT NOT NULL,
    full_name INTEGER NOT NULL, what TEXT NOT NULL, quantity TEXT NOT NULL, author_id TEXT NOT NULL,
    author TEXT NOT NULL, at INTEGER NOT NULL, changed_by TEXT NOT NULL, changed_at INTEGER NOT NULL,
    earlier TEXT NOT NULL, removed INTEGER NOT NULL, flag TEXT NOT NULL, flagged_by TEXT NOT NULL,
    told INTEGER NOT NULL,
    PRIMARY KEY (chain, serial)
) STRICT, WITHOUT ROWID;

CREATE TABLE chain_copies (
    id INTEGER PRIMARY KEY, chain INTEGER NOT NULL REFERENCES chains (id), at INTEGER NOT NULL,
    poster_id TEXT NOT NULL, message_id TEXT NOT NULL, serials TEXT NOT NULL
) STRICT;
CREATE INDEX chain_copies_chain ON chain_copies (chain, id)
"""


@migrations()
def m003_desk(db: Database) -> None:
    """The help desk: what audit rows need for clocks and undoing, followers, who is on duty, isolation at home,
    messages nobody answered, what the clock has rung, an audit beside the tickets'."""
    for statement in _DESK.split(";"):
        if statement.strip():
            db.execute(statement)


_DESK = """
ALTER TABLE outbox ADD COLUMN mentions TEXT NOT NULL DEFAULT '[]';
UPDATE outbox SET mentions = json_array(json_array(mention_id, coalesce(mention_name, ''))) WHERE mention_id IS NOT NULL;
ALTER TABLE outbox DROP COLUMN mention_id;
ALTER TABLE outbox DROP COLUMN mention_name;
ALTER TABLE outbox ADD COLUMN topic TEXT NOT NULL DEFAULT '';
CREATE INDEX outbox_tickets ON outbox (room_id, created_at) WHERE ticket IS NOT NULL;

ALTER TABLE tickets ADD COLUMN dispatched_id TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN beneficiary TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN merged_into TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN watch_at INTEGER;
UPDATE tickets SET watch_at = 0 WHERE state IN ('opened', 'taken', 'dispatched');
CREATE INDEX tickets_watch ON tickets (watch_at) WHERE watch_at IS NOT NULL;
ALTER TABLE tickets ADD COLUMN late_at INTEGER;
CREATE INDEX tickets_unjudged ON tickets (id) WHERE late_at IS NULL AND state IN ('opened', 'taken', 'dispatched');
CREATE INDEX tickets_closed_of ON tickets (requester_id) WHERE state IN ('done', 'declined');
CREATE INDEX tickets_household ON tickets (building, unit, room) WHERE state IN ('opened', 'taken', 'dispatched');
CREATE INDEX tickets_owner ON tickets (owner_id) WHERE state IN ('opened', 'taken', 'dispatched');

ALTER TABLE ticket_events ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE ticket_events ADD COLUMN owner_id TEXT NOT NULL DEFAULT '';
ALTER TABLE ticket_events ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE ticket_events ADD COLUMN dispatched_id TEXT NOT NULL DEFAULT '';
ALTER TABLE ticket_events ADD COLUMN dispatched_to TEXT NOT NULL DEFAULT '';
UPDATE ticket_events SET kind = CASE
    WHEN from_state IS NULL THEN 'opened' WHEN from_state <> to_state THEN 'moved' WHEN note = '催办' THEN 'urged'
    WHEN to_state = 'dispatched' AND note NOT IN ('补充', '说不用了') THEN 'moved' ELSE 'added' END;
UPDATE ticket_events SET note = '' WHERE note IN ('补充', '催办');
UPDATE ticket_events SET owner_id = t.owner_id, owner = t.owner, dispatched_to = t.dispatched_to FROM tickets t
    WHERE t.id = ticket_events.ticket AND ticket_events.to_state NOT IN ('opened', 'cancelled');
UPDATE ticket_events SET note = trim(substr(note, length(dispatched_to) + 1))
    WHERE kind = 'moved' AND to_state = 'dispatched' AND substr(note, 1, length(dispatched_to)) = dispatched_to;
CREATE INDEX ticket_events_at ON ticket_events (at);

CREATE TABLE ticket_followers (
    ticket INTEGER NOT NULL REFERENCES tickets (id), person_id TEXT NOT NULL, name TEXT NOT NULL,
    room_id TEXT NOT NULL, room_name TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (ticket, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_followers_person ON ticket_followers (person_id);

CREATE TABLE members (
    account TEXT NOT NULL, room_id TEXT NOT NULL, person_id TEXT NOT NULL, name TEXT NOT NULL, seen_at INTEGER NOT NULL,
    PRIMARY KEY (account, room_id, person_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE duty (
    day TEXT NOT NULL, shift TEXT NOT NULL, node TEXT NOT NULL, person_id TEXT NOT NULL, name TEXT NOT NULL,
    lead INTEGER NOT NULL, place INTEGER NOT NULL,
    PRIMARY KEY (day, shift, node, person_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE node_owners (
    node TEXT NOT NULL, person_id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (node, person_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE delegations (
    id INTEGER PRIMARY KEY, from_id TEXT NOT NULL, from_name TEXT NOT NULL, to_id TEXT NOT NULL, to_name TEXT NOT NULL,
    begins INTEGER NOT NULL, ends INTEGER NOT NULL
) STRICT;
CREATE INDEX delegations_ends ON delegations (ends);

CREATE TABLE isolation (
    id INTEGER PRIMARY KEY, compound TEXT NOT NULL, building TEXT NOT NULL, unit TEXT NOT NULL, room TEXT NOT NULL,
    node TEXT NOT NULL, name TEXT NOT NULL, people INTEGER, begins INTEGER NOT NULL, ends INTEGER NOT NULL,
    ended_at INTEGER, note TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX isolation_household ON isolation (compound, building, unit, room) WHERE ended_at IS NULL;

CREATE TABLE unanswered (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL, message_id TEXT NOT NULL, at INTEGER NOT NULL,
    room_id TEXT NOT NULL, room TEXT NOT NULL, node TEXT NOT NULL, sender_id TEXT NOT NULL, sender TEXT NOT NULL,
    intent TEXT NOT NULL, text TEXT NOT NULL, answered_at INTEGER, answered_by TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX unanswered_waiting ON unanswered (account, room_id, at) WHERE answered_at IS NULL;
CREATE INDEX unanswered_at ON unanswered (at);

CREATE TABLE rung (
    name TEXT NOT NULL, planned INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (name, planned)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor_id TEXT NOT NULL, actor TEXT NOT NULL, account TEXT NOT NULL,
    room_id TEXT NOT NULL, message_id TEXT NOT NULL, action TEXT NOT NULL, what TEXT NOT NULL
) STRICT;
CREATE INDEX audit_at ON audit (at);

ALTER TABLE tickets ADD COLUMN privacy TEXT NOT NULL DEFAULT '';
CREATE INDEX tickets_to_forget ON tickets (updated_at) WHERE privacy = 'asked';

CREATE INDEX records_intent ON records (intent, at)
"""


@migrations()
def m004_notices(db: Database) -> None:
    """Notices and what became of each in each group, testing rounds, and which households were tested."""
    for statement in _NOTICES.split(";"):
        if statement.strip():
            db.execute(statement)


_NOTICES = """
CREATE TABLE notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, source TEXT NOT NULL, level TEXT NOT NULL,
    text TEXT NOT NULL, update_text TEXT NOT NULL, attachments TEXT NOT NULL, scope TEXT NOT NULL, node TEXT NOT NULL,
    rooms TEXT NOT NULL, planned_at INTEGER NOT NULL, begin_at INTEGER, late_ms INTEGER NOT NULL, valid_until INTEGER,
    state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', drill INTEGER NOT NULL, asks_receipt INTEGER NOT NULL,
    corrects INTEGER, by_id TEXT NOT NULL, by_name TEXT NOT NULL, room_id TEXT NOT NULL,
    second_id TEXT NOT NULL DEFAULT '', second TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL, begun_at INTEGER, paused_at INTEGER, ended_at INTEGER, reminded_at INTEGER
) STRICT;
CREATE UNIQUE INDEX notices_once ON notices (source, planned_at) WHERE source <> '';
CREATE INDEX notices_drafts ON notices (created_at) WHERE state = 'draft';
CREATE INDEX notices_waiting ON notices (coalesce(begin_at, planned_at)) WHERE state = 'waiting';
CREATE INDEX notices_expiring ON notices (valid_until) WHERE valid_until IS NOT NULL AND state IN ('waiting', 'sending', 'paused');
CREATE INDEX notices_sending ON notices (id) WHERE state IN ('sending', 'paused');
CREATE INDEX notices_unreminded ON notices (ended_at) WHERE asks_receipt = 1 AND reminded_at IS NULL AND ended_at IS NOT NULL;
CREATE INDEX notices_asking ON notices (begun_at) WHERE asks_receipt = 1;
CREATE INDEX notices_corrects ON notices (corrects) WHERE corrects IS NOT NULL;

CREATE TABLE schedules (source TEXT PRIMARY KEY, plan TEXT NOT NULL, settled INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE receipts (
    notice INTEGER NOT NULL REFERENCES notices (id), room TEXT NOT NULL, person_id TEXT NOT NULL, household TEXT NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (notice, room, person_id, household)
) STRICT, WITHOUT ROWID;

ALTER TABLE outbox ADD COLUMN notice INTEGER;
ALTER TABLE outbox ADD COLUMN attachment TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN held TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN echoed_at INTEGER;
CREATE INDEX outbox_notice ON outbox (notice) WHERE notice IS NOT NULL;
CREATE INDEX outbox_notice_open ON outbox (notice)
    WHERE notice IS NOT NULL AND state IN ('pending', 'sending', 'unconfirmed');
CREATE INDEX outbox_gateway ON outbox (gateway_id) WHERE gateway_id <> '';
DROP INDEX outbox_pending;
CREATE INDEX outbox_pending ON outbox (priority, id) WHERE state = 'pending' AND held = '';
CREATE INDEX outbox_held ON outbox (held, id) WHERE state = 'pending' AND held <> '';
CREATE INDEX outbox_unsettled ON outbox (room_id, room) WHERE state = 'pending';

ALTER TABLE rooms ADD COLUMN left_at INTEGER;

ALTER TABLE households ADD COLUMN tags TEXT NOT NULL DEFAULT '';

CREATE TABLE rounds (
    id INTEGER PRIMARY KEY AUTOINCREMENT, node TEXT NOT NULL, name TEXT NOT NULL, place TEXT NOT NULL,
    begins INTEGER NOT NULL, ends INTEGER NOT NULL, state TEXT NOT NULL, batch INTEGER NOT NULL, minutes REAL NOT NULL,
    drill INTEGER NOT NULL, by_id TEXT NOT NULL, by_name TEXT NOT NULL, room_id TEXT NOT NULL,
    created_at INTEGER NOT NULL, started_at INTEGER, paused_at INTEGER, resumed_at INTEGER, ended_at INTEGER,
    next_at INTEGER, reminded_at INTEGER, scope TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX rounds_open ON rounds (id) WHERE state <> 'ended';

CREATE TABLE round_stops (
    round INTEGER NOT NULL REFERENCES rounds (id), place INTEGER NOT NULL, node TEXT NOT NULL,
    compound TEXT NOT NULL, building TEXT NOT NULL, unit TEXT NOT NULL, first_floor INTEGER, last_floor INTEGER,
    households INTEGER NOT NULL, state TEXT NOT NULL, warned_at INTEGER, called_at INTEGER, done_at INTEGER,
    calls INTEGER NOT NULL DEFAULT 0, turn INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (round, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE coverage (
    round INTEGER NOT NULL REFERENCES rounds (id), compound TEXT NOT NULL, building TEXT NOT NULL, unit TEXT NOT NULL,
    room TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL, people INTEGER, by_id TEXT NOT NULL,
    by_name TEXT NOT NULL, note TEXT NOT NULL, message_id TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (round, compound, building, unit, room)
) STRICT, WITHOUT ROWID
"""


@migrations()
def m005_faq(db: Database) -> None:
    """Versions of data/, edits from the chat, who asked what of the FAQ, votes on answers."""
    for statement in _FAQ.split(";"):
        if statement.strip():
            db.execute(statement)


_FAQ = """
CREATE TABLE versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, source TEXT NOT NULL, by_id TEXT NOT NULL,
    by_name TEXT NOT NULL, note TEXT NOT NULL, warnings TEXT NOT NULL DEFAULT '[]', edit INTEGER,
    told INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX versions_untold ON versions (id) WHERE told = 0;
CREATE TABLE version_files (
    version INTEGER NOT NULL REFERENCES versions (id), path TEXT NOT NULL, sha TEXT NOT NULL,
    PRIMARY KEY (version, path)
) STRICT, WITHOUT ROWID;
CREATE TABLE file_texts (sha TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT;

CREATE TABLE edits (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, at INTEGER NOT NULL, room_id TEXT NOT NULL,
    person_id TEXT NOT NULL, person TEXT NOT NULL, message_id TEXT NOT NULL, kind TEXT NOT NULL, entry TEXT NOT NULL,
    given TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', settled_at INTEGER
) STRICT;
CREATE INDEX edits_open ON edits (id) WHERE state IN ('proposed', 'previewed', 'confirmed');

CREATE TABLE asked (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL, at INTEGER NOT NULL, room_id TEXT NOT NULL, room TEXT NOT NULL,
    node TEXT NOT NULL, person_id TEXT NOT NULL, person TEXT NOT NULL, entry TEXT NOT NULL, text TEXT NOT NULL,
    message_id TEXT NOT NULL, how TEXT NOT NULL, addressed INTEGER NOT NULL, served_at INTEGER,
    surge INTEGER NOT NULL DEFAULT 0, offer INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX asked_entry ON asked (entry, room_id, at);
CREATE INDEX asked_at ON asked (at);
CREATE INDEX asked_of ON asked (person_id, at);
CREATE INDEX asked_in ON asked (room_id, at);
CREATE INDEX asked_waiting ON asked (at) WHERE served_at IS NULL;
CREATE INDEX asked_message ON asked (message_id) WHERE served_at IS NULL;
CREATE INDEX asked_pointing ON asked (entry, room_id) WHERE how = 'pointed' AND served_at IS NULL;
CREATE INDEX asked_surge ON asked (surge) WHERE surge <> 0;
CREATE INDEX asked_offer ON asked (offer) WHERE offer <> 0;

CREATE TABLE surges (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, at INTEGER NOT NULL, entry TEXT NOT NULL,
    told INTEGER NOT NULL, closed_at INTEGER
) STRICT;
CREATE INDEX surges_open ON surges (at) WHERE closed_at IS NULL;

CREATE TABLE offers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, at INTEGER NOT NULL, entry TEXT NOT NULL,
    text TEXT NOT NULL, by_name TEXT NOT NULL, told_at INTEGER, closed_at INTEGER
) STRICT;
CREATE INDEX offers_untold ON offers (id) WHERE told_at IS NULL;

CREATE TABLE votes (
    entry TEXT NOT NULL, person_id TEXT NOT NULL, message_id TEXT NOT NULL, room_id TEXT NOT NULL, at INTEGER NOT NULL,
    useful INTEGER NOT NULL, PRIMARY KEY (entry, person_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX votes_at ON votes (at);

ALTER TABLE unanswered ADD COLUMN how TEXT NOT NULL DEFAULT 'silent';
ALTER TABLE unanswered ADD COLUMN gap TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN why TEXT NOT NULL DEFAULT '';
CREATE INDEX outbox_topic ON outbox (topic, created_at) WHERE topic <> ''
"""


@migrations()
def m006_bundles(db: Database) -> None:
    """Messages that leave together in a surge; answers that were superseded, and the notices that correct them."""
    for statement in _BUNDLES.split(";"):
        if statement.strip():
            db.execute(statement)


_BUNDLES = """
ALTER TABLE outbox ADD COLUMN bundle TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN brief TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN pressing INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN carrier INTEGER;
ALTER TABLE outbox ADD COLUMN instead TEXT NOT NULL DEFAULT '';
CREATE INDEX outbox_bundle ON outbox (room_id, to_id, bundle) WHERE state = 'pending' AND bundle <> '';
CREATE INDEX outbox_carrier ON outbox (carrier) WHERE carrier IS NOT NULL;

ALTER TABLE notices ADD COLUMN entry TEXT NOT NULL DEFAULT '';
CREATE INDEX notices_entry ON notices (entry) WHERE entry <> '';

CREATE TABLE superseded (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, entry TEXT NOT NULL, title TEXT NOT NULL, answer TEXT NOT NULL,
    room_id TEXT NOT NULL, person_id TEXT NOT NULL, trivial INTEGER NOT NULL
) STRICT;
CREATE INDEX superseded_entry ON superseded (entry, id)
"""


@migrations()
def m007_gaps(db: Database) -> None:
    """Clusters of questions that nobody answered."""
    for statement in _GAPS.split(";"):
        if statement.strip():
            db.execute(statement)


_GAPS = """
CREATE TABLE gaps (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, state TEXT NOT NULL, edit INTEGER
) STRICT;
CREATE INDEX unanswered_unsorted ON unanswered (id) WHERE gap = '' AND intent = 'question';
CREATE INDEX unanswered_gap ON unanswered (gap, at, sender_id, how, answered_by) WHERE gap <> ''
"""
