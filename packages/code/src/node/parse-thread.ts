/** The thread in which sources are parsed. */

import { parentPort } from 'node:worker_threads'
import { createGrammars } from './grammars.js'
import { type ParsedFile, parseFile } from './parse-file.js'

/** Files to read. */
export interface ParseRequest {
  readonly root: string
  readonly paths: readonly string[]
}

const grammars = createGrammars()

parentPort?.on('message', async ({ root, paths }: ParseRequest) => {
  const parsed: ParsedFile[] = []
  for (const path of paths) parsed.push(await parseFile(grammars, root, path))
  parentPort?.postMessage(parsed)
})
