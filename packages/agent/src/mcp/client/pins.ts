/** What was agreed of each tool of a server: another description or schema is another tool. */

import type { Clock, Migration, SqlDatabase } from '@salp/core'

/** Pins, kept. */
export interface Pins {
  /** Whether a tool is what it was; one that was never seen is pinned as it is now. */
  holds(server: string, tool: string, hash: string): boolean
  /** Takes a tool as it is now. */
  agree(server: string, tool: string, hash: string): void
}

/** Steps for `migrate(db, 'agent-mcp', mcpMigrations)`. */
export const mcpMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'pins of tools of MCP servers',
    up: `
      CREATE TABLE agent_mcp_pins (
        server TEXT NOT NULL, tool TEXT NOT NULL, hash TEXT NOT NULL, agreed_at INTEGER NOT NULL,
        PRIMARY KEY (server, tool)
      ) STRICT, WITHOUT ROWID;
    `,
  },
]

/** Creates pins over their table. */
export function createPins({ db, clock }: { db: SqlDatabase; clock: Pick<Clock, 'now'> }): Pins {
  const find = db.prepare<{ hash: string }>('SELECT hash FROM agent_mcp_pins WHERE server = ? AND tool = ?')
  const write = db.prepare(
    `INSERT INTO agent_mcp_pins (server, tool, hash, agreed_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (server, tool) DO UPDATE SET hash = excluded.hash, agreed_at = excluded.agreed_at`,
  )
  const agree = (server: string, tool: string, hash: string): void => void write.run(server, tool, hash, clock.now())
  return {
    holds(server, tool, hash) {
      const known = find.get(server, tool)?.hash
      if (known === undefined) agree(server, tool, hash)
      return known === undefined || known === hash
    },
    agree,
  }
}
