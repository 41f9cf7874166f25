/** Where sessions work that have a folder of their own: kept on disk, with what an editor lends while it is there. */

import type { McpServer } from '@agentclientprotocol/sdk/unstable'
import { type Migration, SalpError, type SqlDatabase } from '@salp/core'
import type { Surroundings } from '../surroundings.js'
import type { Tool } from '../tool.js'
import type { ClientMachine } from './client-machine.js'

/** What an editor brings to a session. */
export interface PlaceRequest {
  /** Absolute. */
  readonly folder: string
  readonly machine?: ClientMachine | undefined
  /** Servers of tools, for as long as the editor is there. */
  readonly servers: readonly McpServer[]
}

/** A folder with the tools that work in it. */
export interface Place {
  /** Absolute, without symbolic links. */
  readonly folder: string
  /** Asked for at the start of each turn. */
  tools(): Promise<readonly Tool[]>
  /** The text of a file, as the tools would find it; nothing where they would find none. */
  readText(path: string): Promise<string | undefined>
  close(): Promise<void>
}

/** What places ask of the application. */
export interface PlacesDeps {
  /** With the table of {@link placesMigrations}. */
  readonly db: SqlDatabase
  /** Folder of sessions that have none of their own. */
  readonly folder: string
  /** @throws {@link PlaceError} where nothing can work there. */
  open(request: PlaceRequest): Promise<Place>
}

/** Places by session. */
export interface SessionPlaces {
  /** Folder of a session. */
  folderOf(sessionId: string): string
  /**
   * Moves a session to a folder for good, and uses what the editor lends until the place is closed.
   *
   * @throws {@link PlaceError} (`agent/place`), and the session then stays where it was.
   */
  open(sessionId: string, request: PlaceRequest): Promise<Place>
  /** Moves a session to a folder for good, which nobody lends anything to. */
  keep(sessionId: string, folder: string): void
  /** What the turns of a session get; nothing for one that has no folder of its own. */
  surroundings(sessionId: string): Promise<Surroundings | undefined>
}

/** Steps for `migrate(db, 'agent-places', placesMigrations)`, after those of the agent. */
export const placesMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'folders of sessions',
    up: `
      CREATE TABLE agent_places (
        session_id TEXT PRIMARY KEY REFERENCES agent_sessions (id) ON DELETE CASCADE, folder TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
]

/** Creates places over their table. */
export function createSessionPlaces({ db, folder: common, open }: PlacesDeps): SessionPlaces {
  const find = db.prepare<{ folder: string }>('SELECT folder FROM agent_places WHERE session_id = ?')
  const keep = db.prepare(
    'INSERT INTO agent_places (session_id, folder) VALUES (?, ?) ON CONFLICT (session_id) DO UPDATE SET folder = excluded.folder',
  )
  /** The newest last: two editors may have one session open. */
  const lent = new Map<string, Place[]>()

  return {
    folderOf: (sessionId) => find.get(sessionId)?.folder ?? common,
    keep: (sessionId, folder) => void keep.run(sessionId, folder),
    async open(sessionId, request) {
      const place = await open(request)
      keep.run(sessionId, place.folder)
      lent.set(sessionId, [...(lent.get(sessionId) ?? []), place])
      return {
        ...place,
        async close() {
          const left = (lent.get(sessionId) ?? []).filter((other) => other !== place)
          if (left.length === 0) lent.delete(sessionId)
          else lent.set(sessionId, left)
          await place.close()
        },
      }
    },
    async surroundings(sessionId) {
      const kept = find.get(sessionId)?.folder
      if (kept === undefined) return undefined
      const place = lent.get(sessionId)?.at(-1) ?? (await open({ folder: kept, servers: [] }))
      return { workspace: place.folder, tools: await place.tools() }
    },
  }
}

/** A folder that no session can work in: `agent/place`. */
export class PlaceError extends SalpError {
  readonly folder: string
  constructor(folder: string, why: string, options?: { cause?: unknown }) {
    super('agent/place', `Cannot work in "${folder}": ${why}`, options)
    this.folder = folder
  }
}
