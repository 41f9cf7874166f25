/** A workspace seen through an editor: files as the editor has them, changes that were not saved included. */

import type { ClientMachine } from '../acp/client-machine.js'
import { ToolError } from '../tool.js'
import { decodeText } from './tools/text-file.js'
import type { FileChange, OpenedFile, Workspace, WorkspacePath } from './tools/workspace.js'

/**
 * Reads and writes text files through an editor, as long as it is there; everything else is done on the disk.
 *
 * What the editor cannot read is read from the disk. What it cannot write is an error: then nothing was written.
 */
export function withClient(base: Workspace, { gone, readText, writeText }: ClientMachine): Workspace {
  const read = async (path: WorkspacePath): Promise<Uint8Array> => {
    if (readText === undefined || gone.aborted || path.kind !== 'file') return base.read(path)
    const text = await readText(path.absolute, AbortSignal.timeout(answerMs)).catch(() => undefined)
    return text === undefined ? base.read(path) : Buffer.from(text.toWellFormed(), 'utf8')
  }
  const write = async (path: WorkspacePath, text: string): Promise<void> => {
    try {
      await writeText?.(path.absolute, text)
    } catch (cause) {
      throw new ToolError(`Cannot write "${path.relative}": the editor did not take it`, { kind: 'unavailable', cause })
    }
  }
  return {
    ...base,
    read,
    async open(path) {
      return readText === undefined || gone.aborted || path.kind !== 'file' ? base.open(path) : opened(await read(path))
    },
    async commit(changes) {
      const texts = changes.map(({ bytes }) => bytes && decodeText(bytes)?.text)
      // The editor knows no deletion, and no bytes that are no text.
      if (writeText === undefined || gone.aborted || texts.includes(undefined)) return base.commit(changes)
      const before = await Promise.all(changes.map(({ path }) => (path.kind === 'file' ? read(path) : undefined)))
      const done: FileChange[] = []
      try {
        for (const [index, { path }] of changes.entries()) {
          await write(path, texts[index] ?? '')
          done.push({ path, bytes: before[index] })
        }
      } catch (error) {
        await base.commit(done)
        throw error
      }
    },
  }
}

/** How long an editor may take to give a file, in ms; then the disk is read. */
const answerMs = 5_000

function opened(bytes: Uint8Array): OpenedFile {
  const buffer = Buffer.from(bytes)
  return {
    stat: async () => ({ size: buffer.length }),
    readFile: async () => buffer,
    read: async (into, offset, length, position) => ({
      bytesRead: buffer.copy(into, offset, position, Math.min(position + length, buffer.length)),
    }),
    [Symbol.asyncDispose]: async () => undefined,
  }
}
