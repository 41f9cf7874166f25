/** The one folder where an agent lives, held by one process at a time. */

import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { SalpError } from '@salp/core'
import { type Database, openDatabase } from '@salp/core/node'

/** Paths in a home folder. */
export interface Home {
  readonly path: string
  readonly config: string
  readonly database: string
  readonly log: string
  /** Secret that protects everything that acts. */
  readonly token: string
  /** While it exists, its text says why the agent is paused. */
  readonly pause: string
  /** Tells other processes that this node runs, and where. */
  announce(node: { readonly url: string; readonly version: string; readonly startedAt: number }): void
  /** Lets another process have the folder. May be called twice. */
  release(): void
}

/** Says where the home folder is: what was asked for, or `.salp` in the user's own. */
export function homePath(asked: string | undefined): string {
  return resolve(asked ?? join(homedir(), '.salp'))
}

/**
 * Opens a home folder, making what is missing.
 *
 * @throws {@link HomeError} (`node/home-taken`, `node/home-unusable`).
 */
export function openHome(path: string): Home {
  try {
    for (const folder of ['', 'logs', 'models', 'keystore', 'cartridges'])
      mkdirSync(join(path, folder), { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new HomeError('unusable', path, (cause as Error).message)
  }
  const lock = takeLock(path)
  const announcement = join(path, 'node.json')
  return {
    path,
    config: join(path, 'config.json'),
    database: join(path, 'salp.db'),
    log: join(path, 'logs', 'node.log'),
    token: readToken(join(path, 'token')),
    pause: join(path, 'pause'),
    announce: (node) => writeFileSync(announcement, JSON.stringify({ ...node, pid: process.pid }), { mode: 0o600 }),
    release() {
      rmSync(announcement, { force: true })
      lock.close()
    },
  }
}

/** Holds a lock that the system drops when the process ends, however it ends. */
function takeLock(path: string): { close(): void } {
  let lock: Database | undefined
  try {
    lock = openDatabase(join(path, 'lock.db'), { busyTimeoutMs: 0, check: false })
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    throw SalpError.is(error, 'core/database-locked') ? new HomeError('taken', path, whoRuns(path)) : error
  }
}

function whoRuns(path: string): string {
  try {
    const { url, pid } = JSON.parse(readFileSync(join(path, 'node.json'), 'utf8')) as { url: string; pid: number }
    return `${url} (process ${pid})`
  } catch {
    return 'another process'
  }
}

function readToken(path: string): string {
  if (!existsSync(path)) writeFileSync(path, randomBytes(24).toString('base64url'), { mode: 0o600 })
  return readFileSync(path, 'utf8').trim()
}

/** A home folder that cannot be used: `node/home-taken` or `node/home-unusable`. */
class HomeError extends SalpError {
  constructor(condition: 'taken' | 'unusable', path: string, why: string) {
    super(
      `node/home-${condition}`,
      condition === 'taken'
        ? `Cannot start on "${path}": an agent already runs there, ${why}. Use it, stop it, or start with another --home`
        : `Cannot use the home folder "${path}": ${why}. Choose another with --home or SALP_HOME`,
    )
  }
}
