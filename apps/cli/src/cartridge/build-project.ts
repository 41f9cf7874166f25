/** `salp cartridge build`: a module from a folder, once or whenever it changes. */

import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describeError } from '@salp/core'
import { exitCodes } from '../exit-codes.js'
import { type Invocation, note, print } from '../invocation.js'
import { renderBuilt } from '../render/cartridge.js'
import { type BuildOptions, buildOn, openBench, openProject, showFailed, shownPath } from './bench.js'
import { measure } from './calls.js'
import { followProject } from './follow-project.js'
import type { Project } from './project.js'
import { bytesOf, type Workbench } from './workbench.js'

/** Builds a folder. @returns The exit code. */
export async function buildProject(
  invocation: Invocation,
  folder: string,
  { out, watch, ...options }: BuildOptions & { readonly out?: string; readonly watch?: true },
): Promise<number> {
  const { io, interrupts, signal } = invocation
  const { path, project: first } = await openProject(invocation, folder)
  const file = out === undefined ? undefined : resolve(io.folder, out)
  await using bench = openBench(invocation, { quietTrials: true })
  const build = (project: Project): Promise<number> =>
    buildTo(invocation, bench, project, { ...options, path, out: file })
  if (watch !== true) return await build(first)

  const leaving = new AbortController()
  const release = interrupts.claim(() => leaving.abort())
  try {
    const ends = AbortSignal.any([signal, leaving.signal])
    for await (const project of followProject(path, { clock: io.clock, signal: ends })) {
      if (project instanceof Error) note(invocation, describeError(project))
      else await build(project)
      if (!ends.aborted) note(invocation, 'Waiting for changes; Ctrl-C ends')
    }
    return exitCodes.done
  } finally {
    release()
  }
}

async function buildTo(
  invocation: Invocation,
  bench: Workbench,
  project: Project,
  { path, out, ...options }: BuildOptions & { readonly path: string; readonly out: string | undefined },
): Promise<number> {
  const built = await buildOn(invocation, bench, project, options)
  if (built.status === 'failed') {
    showFailed(invocation, built, path)
    return exitCodes.failed
  }
  const { code, version: _, ...report } = built
  const file = out ?? join(path, 'wasm' in code ? 'out.wasm' : 'out.js')
  await writeFile(file, bytesOf(code))
  const { version, ...trial } = await measure({ host: bench.host, clock: invocation.io.clock }, project)
  print(invocation, { ...report, trial: { version, ...trial }, out: shownPath(invocation, file, '') }, (shown, style) =>
    renderBuilt(shown, shownPath(invocation, path), style),
  )
  return exitCodes.done
}
