/** `salp cartridge test`: a folder held to its tests. */

import { runTests } from '@salp/cartridge/host'
import { exitCodes } from '../exit-codes.js'
import { type Invocation, note, print } from '../invocation.js'
import { renderTests } from '../render/cartridge.js'
import { type BuildOptions, openProject, withBuilt } from './bench.js'
import { projectFiles } from './project.js'

/** Builds a folder and runs its tests. @returns The exit code. */
export async function testProject(invocation: Invocation, folder: string, options: BuildOptions): Promise<number> {
  const opened = await openProject(invocation, folder)
  const { id, kind, draft } = opened.project
  const tests = await withBuilt(invocation, { ...opened, ...options }, ({ host }) =>
    runTests(async (name, input) => (await host.call(id, name, input)).output, kind, draft.tests),
  )
  if (tests === undefined) return exitCodes.failed
  print(invocation, { tests }, (shown, style) => renderTests(shown.tests, style))
  if (tests.length === 0) note(invocation, `It has no tests: write some in ${projectFiles.manifest}`)
  return tests.every(({ passed }) => passed) ? exitCodes.done : exitCodes.failed
}
