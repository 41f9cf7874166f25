/** The tables of cartridges, step by step. */

import type { Migration } from '@salp/core'

/** Steps for `migrate(db, 'cartridge', cartridgeMigrations)` of core. */
export const cartridgeMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'keys and values',
    up: `
CREATE TABLE cartridge_kv (
  cartridge TEXT NOT NULL,
  key TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (cartridge, key)
) STRICT, WITHOUT ROWID;
`,
  },
  {
    version: 2,
    name: 'workshop',
    up: `
CREATE TABLE cartridge_item (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  language TEXT NOT NULL,
  draft TEXT NOT NULL,
  revision INTEGER NOT NULL,
  -- The version that answers, and those that did before it, oldest first, as JSON.
  active INTEGER,
  trail TEXT NOT NULL,
  published INTEGER NOT NULL,
  price TEXT,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE cartridge_version (
  cartridge TEXT NOT NULL REFERENCES cartridge_item (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  draft TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (cartridge, number)
) STRICT, WITHOUT ROWID;
`,
  },
  {
    version: 3,
    name: 'ports',
    up: `
CREATE TABLE cartridge_port (
  name TEXT PRIMARY KEY,
  -- The cartridge that answers there, as JSON; absent where the built-in one does.
  active TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE cartridge_case (
  id INTEGER PRIMARY KEY,
  port TEXT NOT NULL,
  at INTEGER NOT NULL,
  input TEXT NOT NULL,
  truth TEXT NOT NULL
) STRICT;
CREATE INDEX cartridge_case_port ON cartridge_case (port, id);
CREATE TABLE cartridge_decision (
  id INTEGER PRIMARY KEY,
  port TEXT NOT NULL,
  at INTEGER NOT NULL,
  cartridge TEXT NOT NULL,
  version INTEGER NOT NULL,
  decision TEXT NOT NULL,
  why TEXT NOT NULL
) STRICT;
CREATE INDEX cartridge_decision_port ON cartridge_decision (port, id);
`,
  },
]
