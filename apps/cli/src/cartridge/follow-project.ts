/** A project as it changes under its author's hands. */

import { watch } from 'node:fs'
import type { Clock } from '@salp/core'
import { type Project, ProjectError, projectFiles, readProject } from './project.js'

/** How long an editor may take to write its files, in ms. */
const settleMs = 50

const watched = new Set<string>(Object.values(projectFiles))

/** Gives a project at once, then whenever it differs from the last one, until the signal aborts. One that cannot be read is an error to show. */
export async function* followProject(
  folder: string,
  { clock, signal }: { clock: Pick<Clock, 'sleep'>; signal: AbortSignal },
): AsyncGenerator<Project | ProjectError> {
  let change = Promise.withResolvers<void>()
  const watcher = watch(folder, (_, file) => {
    if (file === null || watched.has(file)) change.resolve()
  })
  watcher.on('error', (error) => change.reject(error))
  const leave = (): void => change.resolve()
  signal.addEventListener('abort', leave)
  let last: string | undefined
  try {
    while (!signal.aborted) {
      // From before it is read, so that nothing is missed.
      change = Promise.withResolvers()
      const project = await readOrError(folder)
      const state = project instanceof ProjectError ? project.message : JSON.stringify(project)
      if (state !== last) {
        last = state
        yield project
      }
      if (signal.aborted) return
      await change.promise
      await clock.sleep(settleMs)
    }
  } finally {
    signal.removeEventListener('abort', leave)
    watcher.close()
  }
}

async function readOrError(folder: string): Promise<Project | ProjectError> {
  try {
    return await readProject(folder)
  } catch (error) {
    if (error instanceof ProjectError) return error
    throw error
  }
}
