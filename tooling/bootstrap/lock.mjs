// @ts-check
/** A lock between processes: a folder that exactly one of them owns. */

import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const beatMs = 2_000
const staleMs = 60_000
const pollMs = 100

/** This machine's name, in a form that fits a file name. */
const host = hostname().replace(/[^A-Za-z0-9-]/g, '-')

/**
 * Does `work` while no other process works under the same lock, waiting for its turn first.
 *
 * The folder holds one file named after its owner, whose time is the owner's last sign of life. A lock whose owner is
 * dead, or silent for a minute, is taken over by renaming that file: of several that try, one succeeds.
 *
 * @template T
 * @param {string} folder
 * @param {{ onWait: (owner: string) => void }} options `onWait` is called once if another process holds the lock.
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(folder, { onWait }, work) {
  const own = `${host}.${process.pid}.${Math.random().toString(36).slice(2)}`
  mkdirSync(dirname(folder), { recursive: true })
  for (let waited = false; !take(folder, own); waited = true) {
    const [owner] = owners(folder)
    if (!waited && owner !== undefined) onWait(owner)
    await wait(pollMs)
  }
  const beat = setInterval(() => touch(join(folder, own)), beatMs)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    attempt(() => unlinkSync(join(folder, own)))
    attempt(() => rmdirSync(folder))
  }
}

/**
 * Tries once to become the owner.
 *
 * @param {string} folder
 * @param {string} own
 * @returns {boolean}
 */
function take(folder, own) {
  const [owner] = owners(folder)
  if (owner !== undefined) {
    if (!isStale(folder, owner)) return false
    // First a sign of life, which the new name inherits; without it, the next in line would take over at once.
    touch(join(folder, owner))
    return attempt(() => renameSync(join(folder, owner), join(folder, own)))
  }
  // A folder appears with its owner in it, by one rename; onto a folder in use the rename fails.
  const prepared = `${folder}.${own}`
  mkdirSync(prepared)
  writeFileSync(join(prepared, own), '')
  attempt(() => rmdirSync(folder))
  const taken = attempt(() => renameSync(prepared, folder))
  if (!taken) rmSync(prepared, { recursive: true })
  return taken
}

/**
 * @param {string} folder
 * @param {string} owner
 */
function isStale(folder, owner) {
  const [ownerHost, pid] = owner.split('.')
  if (ownerHost === host && !isAlive(Number(pid))) return true
  try {
    return Date.now() - statSync(join(folder, owner)).mtimeMs > staleMs
  } catch {
    // Released between looking and asking: the next attempt sees it free.
    return false
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
}

/** @param {string} folder */
function owners(folder) {
  try {
    return readdirSync(folder)
  } catch {
    // No folder, no owner.
    return []
  }
}

/** @param {string} path */
function touch(path) {
  const now = new Date()
  attempt(() => utimesSync(path, now, now))
}

/**
 * Tells whether a file operation that others may get ahead of succeeded.
 *
 * @param {() => void} operation
 */
function attempt(operation) {
  try {
    operation()
    return true
  } catch {
    // Another process was first; the caller looks again.
    return false
  }
}
