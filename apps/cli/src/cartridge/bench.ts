/** The workbench of a command, which shows what goes on there. */

import { relative, resolve } from 'node:path'
import type { KvStore } from '@salp/cartridge/host'
import { type Invocation, note } from '../invocation.js'
import { renderFailed, renderLogLine } from '../render/cartridge.js'
import { type Project, projectFiles, readProject } from './project.js'
import { type BuiltProject, type FailedBuild, openWorkbench, type ProjectBuild, type Workbench } from './workbench.js'

/** Options of whatever builds. */
export interface BuildOptions {
  readonly optimize?: true
}

const levels = ['debug', 'info', 'warn', 'error'] as const

/** How a bench is opened. */
export interface BenchOptions {
  /** @defaultValue in memory */
  readonly kv?: KvStore | undefined
  /** What is logged in a trial is shown only if it fails; for a command that makes no calls while it builds. */
  readonly quietTrials: boolean
}

/** Opens a workbench whose cartridges log to standard error. */
export function openBench(invocation: Invocation, { kv, quietTrials }: BenchOptions): Workbench {
  const { io, styles } = invocation
  let held: string[] | undefined
  const bench = openWorkbench({
    ...{ clock: io.clock, compilers: io.cartridgeCompilers, kv },
    log(_, level, text) {
      const line = renderLogLine({ at: io.clock.now(), level: levels[level] ?? 'error', text }, styles.stderr)
      if (held === undefined) note(invocation, line)
      else held.push(line)
    },
    events: {
      publish(name, event) {
        if (name === 'cartridge:rolled-back' && 'to' in event)
          note(invocation, `It was ended too often: version ${event.to} answers again`)
      },
    },
  })
  return {
    ...bench,
    async build(project, options) {
      const lines: string[] = []
      if (quietTrials) held = lines
      try {
        const built = await bench.build(project, options)
        if (built.status === 'failed') for (const line of lines) note(invocation, line)
        return built
      } finally {
        held = undefined
      }
    },
  }
}

/** How the reader may open a file of a folder. */
export function shownPath({ io }: Invocation, folder: string, file: string = projectFiles.source): string {
  return relative(io.folder, resolve(folder, file)) || '.'
}

/** Builds a project, and says meanwhile that it does. */
export async function buildOn(
  { statusLine, signal }: Invocation,
  bench: Workbench,
  project: Project,
  { optimize }: BuildOptions,
): Promise<ProjectBuild> {
  statusLine.show('Compiling')
  try {
    return await bench.build(project, { optimize: optimize === true ? 2 : 0, signal })
  } finally {
    statusLine.clear()
  }
}

/** A project, and the folder it was read from. */
export interface ProjectAt {
  readonly project: Project
  readonly path: string
}

/** Builds a project and gives it to `work`; one that does not build is shown, and `undefined` comes of it. */
export async function withBuilt<T>(
  invocation: Invocation,
  { project, path, ...options }: BuildOptions & ProjectAt,
  work: (bench: Workbench, built: BuiltProject) => Promise<T>,
): Promise<T | undefined> {
  await using bench = openBench(invocation, { quietTrials: true })
  const built = await buildOn(invocation, bench, project, options)
  if (built.status === 'built') return await work(bench, built)
  showFailed(invocation, built, path)
  return undefined
}

/** Reads what a folder holds that was named on the command line. */
export async function openProject({ io }: Pick<Invocation, 'io'>, folder: string): Promise<ProjectAt> {
  const path = resolve(io.folder, folder)
  return { path, project: await readProject(path) }
}

/** Shows a build that failed. */
export function showFailed(invocation: Invocation, failed: FailedBuild, path: string): void {
  const { io, json, styles } = invocation
  if (json) io.stdout.write(`${JSON.stringify(failed, null, 2)}\n`)
  else note(invocation, renderFailed(failed, shownPath(invocation, path), styles.stderr))
}
