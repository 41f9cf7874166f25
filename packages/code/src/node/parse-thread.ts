/** The thread in which sources are parsed. */

import { parentPort } from 'node:worker_threads'
import { createGrammars } from './grammars.js'
import { parseFile } from './parse-file.js'
import type { ParsedFile, ParseRequest } from './parse-messages.js'

const grammars = createGrammars()

parentPort?.on('message', async ({ root, paths }: ParseRequest) => {
  const parsed: ParsedFile[] = []
  for (const path of paths) parsed.push(await parseFile(grammars, root, path))
  parentPort?.postMessage(parsed)
})
