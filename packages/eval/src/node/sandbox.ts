/** The near end of a process in which candidates run: starts it, watches its time and memory, and ends it. */

import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Clock } from '@salp/core'
import type { Outcome, SandboxJob, SandboxReply } from './sandbox-child.js'

/** What came of a candidate's calls: all outcomes, or those before it was ended. */
export interface SandboxRun {
  readonly status: 'ran' | 'timeout' | 'crash'
  readonly outcomes: readonly Outcome[]
  /** Why it crashed; else empty. */
  readonly message: string
}

/** A process for candidates, one at a time. */
export interface Sandbox {
  /** Runs a candidate; the process is replaced if it does not survive that. */
  run(
    job: Omit<SandboxJob, 'id' | 'endsAfterMs'>,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<SandboxRun>
  close(): Promise<void>
}

const fromSource = import.meta.url.endsWith('.ts')
const childFile = fileURLToPath(new URL(fromSource ? './sandbox-child.ts' : './sandbox-child.js', import.meta.url))

/** How often time and memory are looked at, in ms. */
const lookMs = 25

/** A process that does not work may take so many times its time by the clock: the machine may be busy with other things. */
const patience = 5

/** How much longer than that a process goes on by itself whose parent was killed, in ms. */
const orphanMs = 1_000

/** Memory of a process beyond its limit that is Node's own, in MB, measured from when it was ready. */
const slackMb = 64

/** What Node calls the permission model, by its age. */
const permission = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission'

const flags = (memoryMb: number): string[] => [
  ...(fromSource ? ['--experimental-strip-types'] : []),
  '--no-warnings',
  permission,
  `--allow-fs-read=${childFile}`,
  '--disallow-code-generation-from-strings',
  '--frozen-intrinsics',
  // A promise that a candidate leaves rejected is no affair of ours.
  '--unhandled-rejections=none',
  `--max-old-space-size=${memoryMb}`,
]

/** What a process has used: processor time in ms, memory in MB. */
interface Usage {
  readonly cpuMs: number
  readonly residentMb: number
}

/**
 * Reads what a process has used, where the system tells: Linux, whose ticks are hundredths of a second. At once, since these
 * files are the kernel's memory: a detour over other threads would cost many times as much.
 */
function usageOf(pid: number): Usage | undefined {
  const stat = textOf(`/proc/${pid}/stat`)
  const resident = /^VmRSS:\s*(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`))?.[1]
  if (stat === '' || resident === undefined) return undefined
  // The name may hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { cpuMs: (Number(fields[11]) + Number(fields[12])) * 10, residentMb: Number(resident) / 1_024 }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // The process has gone, or this is another system.
    return ''
  }
}

/** Opens a process for candidates that may have `memoryMb` each; it starts when it is first needed. */
export function openSandbox(
  { clock }: { clock: Pick<Clock, 'sleep' | 'monotonic'> },
  { memoryMb }: { memoryMb: number },
): Sandbox {
  let held: { readonly child: ChildProcess; readonly ready: Promise<Usage | undefined> } | undefined
  let closed = false
  let jobs = 0

  const start = (): NonNullable<typeof held> => {
    const child = fork(childFile, {
      execArgv: flags(memoryMb),
      env: {},
      stdio: 'ignore',
      detached: true,
      serialization: 'advanced',
    })
    child.unref()
    child.channel?.unref()
    child.on('error', () => undefined)
    const ready = Promise.withResolvers<Usage | undefined>()
    child.once('message', () => ready.resolve(child.pid === undefined ? undefined : usageOf(child.pid)))
    child.once('exit', () => {
      if (held?.child === child) held = undefined
      ready.resolve(undefined)
    })
    held = { child, ready: ready.promise }
    return held
  }

  const end = async (child: ChildProcess): Promise<void> => {
    if (held?.child === child) held = undefined
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.ref()
    child.kill('SIGKILL')
    await gone
  }

  /** Whether what candidates left behind could be held against the next one. */
  const isFull = ({ pid }: ChildProcess, before: Usage | undefined): boolean => {
    const usage = pid === undefined ? undefined : usageOf(pid)
    return usage !== undefined && before !== undefined && usage.residentMb - before.residentMb > memoryMb / 2
  }

  /** Looks after a process until `done`; tells why it should end. */
  const watch = async (
    pid: number,
    { before, timeoutMs, done }: { before: Usage | undefined; timeoutMs: number; done: AbortSignal },
  ): Promise<'timeout' | 'memory' | undefined> => {
    const began = clock.monotonic()
    const begun = usageOf(pid)?.cpuMs
    for (;;) {
      const woken = await clock.sleep(lookMs, { signal: done }).then(
        () => true,
        () => false,
      )
      if (!woken) return undefined
      const tookMs = clock.monotonic() - began
      const usage = usageOf(pid)
      if (usage === undefined || begun === undefined) {
        if (tookMs > timeoutMs) return 'timeout'
      } else {
        if (usage.cpuMs - begun > timeoutMs || tookMs > patience * timeoutMs) return 'timeout'
        if (before !== undefined && usage.residentMb - before.residentMb > memoryMb + slackMb) return 'memory'
      }
    }
  }

  return {
    async run(job, { timeoutMs, signal }) {
      signal?.throwIfAborted()
      if (closed) throw new RangeError('Cannot run: the sandbox is closed')
      const { child, ready } = held ?? start()
      const id = jobs++
      child.ref()
      child.channel?.ref()
      const before = await ready
      const outcomes: Outcome[] = []
      const answered = Promise.withResolvers<SandboxRun>()
      const hear = (reply: SandboxReply): void => {
        if (reply.type === 'ready' || reply.id !== id) return
        if (reply.type === 'ran') outcomes.push(...reply.outcomes)
        if (reply.type === 'unloadable') answered.resolve({ status: 'crash', outcomes, message: reply.message })
        else if (reply.last) answered.resolve({ status: 'ran', outcomes, message: '' })
      }
      /** Whether the process is of no use any more. */
      let spent = false
      const died = (): void => {
        spent = true
        const message = `It brought its process down; it may have needed more than ${memoryMb} MB`
        answered.resolve({ status: 'crash', outcomes, message })
      }
      const tookTooLong = (): void => {
        spent = true
        answered.resolve({ status: 'timeout', outcomes, message: `It took more than ${timeoutMs} ms` })
      }
      const abort = (): void => answered.reject(signal?.reason)
      const done = new AbortController()
      child.on('message', hear).once('exit', died).once('error', died)
      signal?.addEventListener('abort', abort, { once: true })
      try {
        if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) died()
        else {
          const endsAfterMs = patience * timeoutMs + orphanMs
          child.send({ id, endsAfterMs, ...job } satisfies SandboxJob, () => undefined)
          watch(child.pid, { before, timeoutMs, done: done.signal }).then((why) => {
            if (why === 'memory') died()
            if (why === 'timeout') tookTooLong()
          }, answered.reject)
        }
        const run = await answered.promise
        if (spent || isFull(child, before)) await end(child)
        return run
      } catch (error) {
        await end(child)
        throw error
      } finally {
        done.abort()
        signal?.removeEventListener('abort', abort)
        child.off('message', hear).off('exit', died).off('error', died)
        child.unref()
        child.channel?.unref()
      }
    },
    async close() {
      closed = true
      if (held !== undefined) await end(held.child)
    },
  }
}
