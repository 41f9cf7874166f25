/** The home folder, as far as this program reads it. */

import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'

/** Paths in a home folder. */
export interface HomePaths {
  readonly path: string
  readonly config: string
  readonly database: string
  readonly log: string
  readonly token: string
  /** Where rules may be, the first that is there. */
  readonly policies: readonly string[]
  readonly node: string
  readonly history: string
  readonly keystore: string
}

const announcementSchema = z.object({ url: z.url(), pid: z.number().int(), version: z.string() })

/** Where a node says that it runs. */
export type Announcement = z.infer<typeof announcementSchema>

/** Finds the home folder: what was asked for, `SALP_HOME`, or `.salp` in the user's own. */
export function homePaths(
  asked: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): HomePaths {
  const path = resolve(asked ?? (environment.SALP_HOME || join(homedir(), '.salp')))
  return {
    path,
    config: join(path, 'config.json'),
    database: join(path, 'salp.db'),
    log: join(path, 'logs', 'node.log'),
    token: join(path, 'token'),
    policies: ['policy.yaml', 'policy.json'].map((name) => join(path, name)),
    node: join(path, 'node.json'),
    history: join(path, 'history'),
    keystore: join(path, 'keystore'),
  }
}

/** Reads where the node of this home says that it runs; nothing if none does, or what is there makes no sense. */
export function readAnnouncement(home: HomePaths): Announcement | undefined {
  const text = readText(home.node)
  if (text === undefined) return undefined
  try {
    return announcementSchema.safeParse(JSON.parse(text)).data
  } catch {
    // A file cut short by a crash tells as much as none.
    return undefined
  }
}

/** Reads the token; nothing before a node first ran. */
export function readToken(home: HomePaths): string | undefined {
  return readText(home.token)?.trim()
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
