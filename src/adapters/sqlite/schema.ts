/**
 * The file's schema, one upgrade after the other; `PRAGMA user_version` says how many were made. An upgrade that was
 * released is never edited: the next one changes what it made. The first one is empty: files of version 1 were written
 * before the first release, when what is stored had other names.
 *
 * `line` has one row per group that holds messages: when its first message may be received, and whether it is in
 * flight.
 */
export const upgrades: readonly string[] = [
  '',
  `
  CREATE TABLE item (
    pk TEXT NOT NULL, sk TEXT NOT NULL, json TEXT NOT NULL, list TEXT, list_order TEXT, ttl INTEGER,
    PRIMARY KEY (pk, sk)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX item_list ON item (list, list_order) WHERE list IS NOT NULL;
  CREATE INDEX item_ttl ON item (ttl) WHERE ttl IS NOT NULL;

  CREATE TABLE message (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL, grp TEXT NOT NULL, dedupe TEXT NOT NULL, body TEXT NOT NULL,
    first_received_at INTEGER, attempts INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX message_group ON message (queue, grp, seq);
  CREATE TABLE line (
    queue TEXT NOT NULL, grp TEXT NOT NULL, visible_at INTEGER NOT NULL, in_flight INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (queue, grp)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX line_visible ON line (queue, visible_at);
  CREATE TABLE dedupe (
    queue TEXT NOT NULL, grp TEXT NOT NULL, dedupe TEXT NOT NULL, until INTEGER NOT NULL,
    PRIMARY KEY (queue, grp, dedupe)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX dedupe_until ON dedupe (until);
  CREATE TABLE dead (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL, grp TEXT NOT NULL, dedupe TEXT NOT NULL, body TEXT NOT NULL,
    reason TEXT NOT NULL, parked_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX dead_queue ON dead (queue, seq);
  `,
];
