/**
 * The process in which AssemblyScript is compiled: it holds hundreds of MB, and ends itself when it fails inside.
 *
 * At run time it imports nothing of ours, so that Node can start it from the sources too.
 */

import asc from 'assemblyscript/asc'
import type { AscJob, AscMessage, AscReply } from '../compile/assemblyscript/assemblyscript.js'

/** What the process answers. */
export type ChildAnswer =
  | { readonly type: 'ran'; readonly reply: AscReply }
  /** The compiler failed inside, and may be of no use any more. */
  | { readonly type: 'failed'; readonly message: string }

process.on('message', async (job: AscJob) => {
  const answer: ChildAnswer = await compile(job).then(
    (reply) => ({ type: 'ran', reply }),
    (error: unknown) => ({ type: 'failed', message: String(error) }),
  )
  process.send?.(answer)
})
// The parent has gone.
process.on('disconnect', () => process.exit())

async function compile({ arguments: flags, files, library }: AscJob): Promise<AscReply> {
  Object.assign(asc.libraryFiles, library)
  const messages: AscMessage[] = []
  let wasm: Uint8Array<ArrayBuffer> | undefined
  const { error } = await asc.main([...flags], {
    stdout: asc.createMemoryStream(),
    stderr: asc.createMemoryStream(),
    readFile: (name) => files[name] ?? null,
    writeFile(_, contents) {
      if (typeof contents !== 'string') wasm = new Uint8Array(contents)
    },
    listFiles: () => [],
    reportDiagnostic({ code, category, message, range, relatedRange }) {
      const ranges = [range, relatedRange].flatMap((found) =>
        found === null ? [] : [{ file: found.source.normalizedPath, start: found.start, end: found.end }],
      )
      messages.push({ code, category, message, ranges })
    },
  })
  return { wasm: error === null ? wasm : undefined, messages, error: error?.message }
}
