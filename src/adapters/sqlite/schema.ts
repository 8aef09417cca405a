/**
 * The file's schema, one upgrade after the other; `PRAGMA user_version` says how many were made. An upgrade that was
 * released is never edited: the next one changes what it made.
 *
 * `lane` has one row per group that holds messages: when its first message may be received, and whether it is in hands.
 */
export const upgrades: readonly string[] = [
  `
  CREATE TABLE item (
    pk TEXT NOT NULL, sk TEXT NOT NULL, json TEXT NOT NULL, due TEXT, dk TEXT, ttl INTEGER,
    PRIMARY KEY (pk, sk)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX item_due ON item (due, dk) WHERE due IS NOT NULL;
  CREATE INDEX item_ttl ON item (ttl) WHERE ttl IS NOT NULL;

  CREATE TABLE message (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL, grp TEXT NOT NULL, dedupe TEXT NOT NULL, body TEXT NOT NULL,
    first_received_at INTEGER, attempts INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX message_group ON message (queue, grp, seq);
  CREATE TABLE lane (
    queue TEXT NOT NULL, grp TEXT NOT NULL, visible_at INTEGER NOT NULL, in_hands INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (queue, grp)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX lane_visible ON lane (queue, visible_at);
  CREATE TABLE dedupe (
    queue TEXT NOT NULL, grp TEXT NOT NULL, dedupe TEXT NOT NULL, until INTEGER NOT NULL,
    PRIMARY KEY (queue, grp, dedupe)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX dedupe_until ON dedupe (until);
  CREATE TABLE dead (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL, grp TEXT NOT NULL, dedupe TEXT NOT NULL, body TEXT NOT NULL,
    reason TEXT NOT NULL, buried_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX dead_queue ON dead (queue, seq);
  `,
];
