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
]
