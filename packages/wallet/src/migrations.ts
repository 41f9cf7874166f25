/** The tables of the wallet, step by step. */

import type { Migration } from '@salp/core'

/** Steps for `migrate(db, 'wallet', walletMigrations)` of core. Amounts are decimal text: they reach 2^256. */
export const walletMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'address book',
    up: `
CREATE TABLE wallet_contacts (
  name TEXT PRIMARY KEY COLLATE NOCASE,
  address TEXT NOT NULL
) STRICT;
CREATE INDEX wallet_contacts_address ON wallet_contacts (address);
`,
  },
  {
    version: 2,
    name: 'what was spent',
    up: `
CREATE TABLE wallet_spending (
  id TEXT PRIMARY KEY,
  chain_id INTEGER NOT NULL,
  asset TEXT NOT NULL,
  payee TEXT NOT NULL,
  task TEXT NOT NULL,
  amount TEXT NOT NULL,             -- base units
  status TEXT NOT NULL CHECK (status IN ('reserved', 'settled', 'released')),
  at INTEGER NOT NULL,              -- times in ms since the epoch
  expires_at INTEGER NOT NULL       -- until then a reservation counts as spent
) STRICT;
CREATE INDEX wallet_spending_at ON wallet_spending (chain_id, asset, at);
CREATE INDEX wallet_spending_task ON wallet_spending (chain_id, asset, task);
CREATE INDEX wallet_spending_reserved ON wallet_spending (expires_at) WHERE status = 'reserved';
`,
  },
  {
    version: 3,
    name: 'receipts',
    up: `
CREATE TABLE wallet_receipts (
  id TEXT PRIMARY KEY,
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
  at INTEGER NOT NULL,              -- in ms since the epoch
  chain_id INTEGER NOT NULL,
  asset TEXT NOT NULL,
  amount TEXT NOT NULL,             -- base units
  payer TEXT NOT NULL,
  payee TEXT NOT NULL,
  hash TEXT NOT NULL,               -- of the transaction
  resource TEXT NOT NULL,
  task TEXT NOT NULL
) STRICT;
CREATE INDEX wallet_receipts_at ON wallet_receipts (at, id);
`,
  },
  {
    version: 4,
    name: 'transactions',
    up: `
CREATE TABLE wallet_transactions (
  id TEXT PRIMARY KEY,
  chain_id INTEGER NOT NULL,
  sender TEXT NOT NULL,
  nonce INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'mined', 'reverted', 'replaced')),
  bytes TEXT NOT NULL,              -- signed, as it was last sent
  hash TEXT NOT NULL,
  earlier TEXT NOT NULL,            -- hashes it had before, parted by spaces
  receipt TEXT,                     -- JSON
  at INTEGER NOT NULL,              -- times in ms since the epoch
  settled_at INTEGER
) STRICT;
CREATE UNIQUE INDEX wallet_transactions_nonce ON wallet_transactions (chain_id, sender, nonce);
CREATE INDEX wallet_transactions_open ON wallet_transactions (chain_id, sender, nonce) WHERE state = 'open';
`,
  },
  {
    version: 5,
    name: 'agents of registries',
    up: `
CREATE TABLE wallet_agents (
  chain_id INTEGER NOT NULL,
  registry TEXT NOT NULL,
  agent_id TEXT NOT NULL,           -- 32 bytes as hex
  owner TEXT NOT NULL,
  uri TEXT NOT NULL,
  block INTEGER NOT NULL,           -- of its last event
  PRIMARY KEY (chain_id, registry, agent_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE wallet_agent_scans (
  chain_id INTEGER NOT NULL,
  registry TEXT NOT NULL,
  next INTEGER NOT NULL,            -- first block that was not looked through
  PRIMARY KEY (chain_id, registry)
) STRICT, WITHOUT ROWID;
`,
  },
]
