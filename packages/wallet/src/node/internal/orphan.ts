/** A child that outlived its parent, and is ended by whoever needs its place. */

import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { z } from 'zod'

/** A child as its parent noted it down. */
const noteSchema = z.object({ pid: z.int().positive(), parent: z.int().positive(), url: z.string() })

/** A child of a process that is gone (`orphan`), or that lives (`held`). */
export interface FoundChild {
  readonly status: 'orphan' | 'held'
  readonly pid: number
  readonly url: string
}

/** Notes the child down, so that it is found if this process ends without a word. */
export async function noteChild(path: string, pid: number, url: string): Promise<void> {
  await writeFile(path, JSON.stringify({ pid, parent: process.pid, url }), { mode: 0o600 })
}

/** Forgets the child that was noted down. */
export async function forgetChild(path: string): Promise<void> {
  await rm(path, { force: true })
}

/**
 * Finds the child that was noted down, if it still runs.
 *
 * Process ids are used again: it counts as the child only if its command line holds `mark`. On Windows, which does not tell
 * command lines cheaply, nothing is ever found.
 */
export async function findChild(path: string, mark: string): Promise<FoundChild | undefined> {
  const note = await readNote(path)
  const running = note === undefined ? undefined : await describeProcess(note.pid)
  if (note === undefined || running === undefined || !running.command.includes(mark)) return undefined
  const { pid, parent, url } = note
  return { status: running.parent === parent ? 'held' : 'orphan', pid, url }
}

/** Ends a process that is no child of ours: asks, waits for `graceMs`, then insists. */
export async function endProcess(pid: number, graceMs: number): Promise<void> {
  const isRunning = async (): Promise<boolean> => (await describeProcess(pid)) !== undefined
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    for (let waited = 0; waited < graceMs; waited += 25) {
      if (!(await isRunning())) return
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
}

async function readNote(path: string): Promise<z.infer<typeof noteSchema> | undefined> {
  try {
    const note = noteSchema.safeParse(JSON.parse(await readFile(path, 'utf8')))
    return note.success ? note.data : undefined
  } catch {
    return undefined
  }
}

/** Parent and command line of a process; `undefined` if it is gone, or has ended and waits to be collected. */
async function describeProcess(pid: number): Promise<{ parent: number; command: string } | undefined> {
  try {
    if (process.platform === 'win32') return undefined
    if (process.platform !== 'linux') {
      const { stdout } = await promisify(execFile)('ps', ['-o', 'ppid=,command=', '-p', String(pid)])
      const [, parent, command = ''] = /^\s*(\d+)\s+(.*)$/s.exec(stdout) ?? []
      return parent === undefined ? undefined : { parent: Number(parent), command }
    }
    const [command, status] = await Promise.all([
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ])
    // The name in brackets may hold anything; state and parent follow the last of them.
    const [state, parent] = status.slice(status.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? undefined : { parent: Number(parent), command: command.replaceAll('\0', ' ') }
  } catch {
    return undefined
  }
}
