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
]
