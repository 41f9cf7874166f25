/** `salp cartridge inspect`: what a file, a folder or a cartridge of the node is. */

import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UsageError } from '../cli-errors.js'
import { withStayingNode } from '../client/staying-node.js'
import { exitCodes } from '../exit-codes.js'
import { type Invocation, print } from '../invocation.js'
import { renderInspection } from '../render/cartridge.js'
import { type BuildOptions, openProject, withBuilt } from './bench.js'
import { inspectModule } from './inspect-module.js'

/** Looks at a module. @returns The exit code: whether it would be let in. */
export async function inspect(invocation: Invocation, what: string, options: BuildOptions): Promise<number> {
  const found = await findModule(invocation, what, options)
  if (found === undefined) return exitCodes.failed
  const inspection = await inspectModule(found)
  print(invocation, inspection, renderInspection)
  return inspection.verdict.accepted ? exitCodes.done : exitCodes.failed
}

async function findModule(
  invocation: Invocation,
  what: string,
  options: BuildOptions,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const path = resolve(invocation.io.folder, what)
  const kind = await kindOf(path)
  if (kind === 'file') return new Uint8Array(await readFile(path))
  if (kind === 'folder') {
    const opened = await openProject(invocation, what)
    return withBuilt(invocation, { ...opened, ...options }, async (_, { code }) =>
      'wasm' in code ? code.wasm : refuseScript(what),
    )
  }
  if (!/^[a-z0-9-]+$/.test(what)) throw new UsageError(`There is no file or folder "${what}"`)
  return withStayingNode(invocation, async (api) => {
    const { language } = await api.cartridges.show(what)
    return language === 'script' ? refuseScript(what) : api.cartridges.module(what)
  })
}

function refuseScript(what: string): never {
  throw new UsageError(`"${what}" is a script: its source is what runs, and there is no module to look at`)
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file'
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
