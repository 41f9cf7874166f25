/** The tables of the gateway, step by step. */

import type { Migration } from '@salp/core'
import { registrySteps } from './registry/migrations.js'

/** Steps for `migrate(db, 'gateway', gatewayMigrations)` of core. Amounts are decimal text: they reach 2^256. */
export const gatewayMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'settlements of the facilitator',
    up: `
CREATE TABLE gateway_settlements (
  key TEXT PRIMARY KEY,             -- chain, token, payer and nonce
  caller TEXT NOT NULL,             -- whose it is
  state TEXT NOT NULL CHECK (state IN ('broadcasting', 'settled', 'failed')),
  send_id TEXT NOT NULL,            -- the wallet's name of the transaction; several payments may share one
  sender TEXT NOT NULL,
  claim TEXT NOT NULL,              -- JSON
  hash TEXT NOT NULL,               -- of the transaction, once it is known
  reason TEXT NOT NULL,
  at INTEGER NOT NULL               -- ms since the epoch
) STRICT;
CREATE INDEX gateway_settlements_open ON gateway_settlements (at) WHERE state = 'broadcasting';
`,
  },
  {
    version: 2,
    name: 'payments of the gateway',
    up: `
CREATE TABLE gateway_payments (
  key TEXT PRIMARY KEY,             -- chain, token, payer and nonce
  state TEXT NOT NULL CHECK (state IN
    ('reserved', 'settling', 'deferred', 'settled', 'delivered', 'failed', 'lost', 'refund-due', 'refunding', 'refunded')),
  owner TEXT NOT NULL,              -- gateway_instances.id of who works on it
  route TEXT NOT NULL,
  binding TEXT NOT NULL,            -- what was bought with it: digest of method, address and body
  payment_id TEXT,                  -- the payer's own name for it
  chain_id INTEGER NOT NULL,
  asset TEXT NOT NULL,
  amount TEXT NOT NULL,             -- base units
  payer TEXT NOT NULL,
  payee TEXT NOT NULL,
  claim TEXT NOT NULL,              -- JSON
  hash TEXT NOT NULL,
  reason TEXT NOT NULL,
  reply BLOB,                       -- what was answered, where it is kept
  answers INTEGER NOT NULL DEFAULT 0, -- how many streams began to leave for it
  at INTEGER NOT NULL               -- when it was presented, in ms since the epoch
) STRICT;
CREATE UNIQUE INDEX gateway_payments_id ON gateway_payments (route, payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX gateway_payments_open ON gateway_payments (payer, chain_id, asset)
  WHERE state IN ('reserved', 'settling', 'deferred');
CREATE INDEX gateway_payments_work ON gateway_payments (at)
  WHERE state IN ('reserved', 'settling', 'deferred', 'refund-due', 'refunding');
CREATE INDEX gateway_payments_reply ON gateway_payments (at) WHERE reply IS NOT NULL;
CREATE INDEX gateway_payments_at ON gateway_payments (at);

CREATE TABLE gateway_instances (
  id TEXT PRIMARY KEY,
  alive_until INTEGER NOT NULL      -- ms since the epoch; after it, what it worked on is anyone's
) STRICT;
`,
  },
  ...registrySteps.map((step, index) => ({ version: 3 + index, ...step })),
]
