/** `salp cartridge serve`: a backend over HTTP while its author changes it. */

import { resolve } from 'node:path'
import { type KvStore, memoryKvStore } from '@salp/cartridge/host'
import { describeError } from '@salp/core'
import { UsageError } from '../cli-errors.js'
import { exitCodes } from '../exit-codes.js'
import { type Invocation, note } from '../invocation.js'
import { renderServed } from '../render/cartridge.js'
import { duration } from '../render/time.js'
import { type BuildOptions, buildOn, openBench, openProject, showFailed } from './bench.js'
import { followProject } from './follow-project.js'
import type { Project } from './project.js'
import { openProjectServer, type ProjectServer } from './project-server.js'
import type { Workbench } from './workbench.js'

/** What is typed of serving. */
export interface ServeWords extends BuildOptions {
  readonly port: number
  /** SQLite file of keys and values. */
  readonly kv?: string
}

/** Serves a folder until Ctrl-C. @returns The exit code. */
export async function serveFolder(
  invocation: Invocation,
  folder: string,
  { port, kv, ...options }: ServeWords,
): Promise<number> {
  const { io, interrupts, json, signal, styles } = invocation
  const { path, project: first } = await openProject(invocation, folder)
  requireBackend(first, folder)
  using store = await openKv(kv === undefined ? undefined : resolve(io.folder, kv))
  await using bench = openBench(invocation, { kv: store.kv, quietTrials: false })
  const server = await openProjectServer(
    {
      ...{ host: bench.host, clock: io.clock },
      onServed: (call) => void io.stdout.write(`${json ? JSON.stringify(call) : renderServed(call, styles.stdout)}\n`),
    },
    { port },
  )
  const leaving = new AbortController()
  const release = interrupts.claim(() => leaving.abort())
  try {
    const ends = AbortSignal.any([signal, leaving.signal])
    let begun = false
    for await (const project of followProject(path, { clock: io.clock, signal: ends })) {
      if (project instanceof Error) note(invocation, describeError(project))
      else if (project.kind !== 'backend') note(invocation, `It is ${project.kind} by now, and cannot be served`)
      else await swap(invocation, { bench, server, path }, project, options)
      if (!begun && !ends.aborted)
        note(invocation, `Serving ${folder} at ${server.url}; changes are taken up, Ctrl-C ends`)
      begun = true
    }
  } finally {
    release()
    await server.close(signal)
  }
  signal.throwIfAborted()
  return exitCodes.done
}

/** Makes a project the version that answers; one that fails changes nothing. */
async function swap(
  invocation: Invocation,
  { bench, server, path }: { bench: Workbench; server: ProjectServer; path: string },
  project: Project,
  options: BuildOptions,
): Promise<void> {
  const built = await buildOn(invocation, bench, project, options)
  if (built.status === 'failed') {
    showFailed(invocation, built, path)
    return
  }
  server.use(project.id)
  const { version, compileMs, checkMs, trialMs } = built
  note(invocation, `Version ${version} answers, built in ${duration(compileMs + checkMs + trialMs)}`)
}

function requireBackend({ kind }: Project, folder: string): void {
  if (kind === 'backend') return
  const how =
    kind === 'cognitive'
      ? `salp cartridge run ${folder} --value JSON`
      : `salp cartridge run ${folder}, or Studio once it is pushed: salp cartridge push ${folder} --build`
  throw new UsageError(`Only backends answer HTTP, and this one is ${kind}. To see it: ${how}`)
}

/** Keys and values in memory, or in a file that stays. */
async function openKv(file: string | undefined): Promise<{ readonly kv: KvStore } & Disposable> {
  if (file === undefined) return { kv: memoryKvStore(), [Symbol.dispose]: () => undefined }
  const [{ migrate }, { openDatabase }, { cartridgeMigrations, sqliteKvStore }] = await Promise.all([
    import('@salp/core'),
    import('@salp/core/node'),
    import('@salp/cartridge/host'),
  ])
  const db = openDatabase(file)
  migrate(db, 'cartridge', cartridgeMigrations)
  return { kv: sqliteKvStore(db), [Symbol.dispose]: () => db.close() }
}
