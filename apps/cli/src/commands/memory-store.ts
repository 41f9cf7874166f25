/** Commands of `salp memory` that work on the memory itself, with or without a node. */

import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { text as readStream } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { UsageError } from '../cli-errors.js'
import { exitCodes } from '../exit-codes.js'
import { note, print } from '../invocation.js'
import type { Output } from '../io.js'
import { withStore } from '../memory/open-store.js'
import { plural } from '../render/quantity.js'
import type { ToAction } from './action.js'
import { integerFrom } from './values.js'

interface FileOption {
  readonly file?: string
}

const fileOption = ['--file <path>', 'a memory of its own, instead of the one in the home folder'] as const

/** Adds the commands. */
export function addStoreCommands(memory: Command, toAction: ToAction): void {
  memory
    .command('mcp')
    .description('serve the memory to any MCP client, over standard input and output')
    .option(...fileOption)
    .action(
      toAction((invocation, { file }: FileOption) =>
        withStore(invocation, file, async (store) => {
          const { io, signal } = invocation
          const [{ createMemoryServer }, { serveStdio, StdioServerTransport }] = await Promise.all([
            import('@salp/memory/mcp'),
            import('@modelcontextprotocol/server/stdio'),
          ])
          const transport = new StdioServerTransport(Readable.from(io.stdin), toWritable(io.stdout))
          const ended = Promise.withResolvers<void>()
          const handle = serveStdio(() => createMemoryServer(store.memory, { version: io.version }), {
            transport,
            onerror: (error) => note(invocation, `salp: ${error.message}`),
          })
          io.stdin.once('end', ended.resolve)
          signal.addEventListener('abort', () => ended.resolve(), { once: true })
          await ended.promise
          await handle.close()
        }),
      ),
    )

  memory
    .command('export')
    .description('write every record, history included, as JSON Lines')
    .argument('[path]', 'file to write; standard output if left out')
    .option(...fileOption)
    .action(
      toAction((invocation, path: string | undefined, { file }: FileOption) =>
        withStore(invocation, file, async (store) => {
          let count = 0
          const lines = function* (): Generator<string> {
            for (const line of store.memory.exportLines({ clearance: 'restricted' })) {
              count++
              yield `${line}\n`
            }
          }
          if (path === undefined) {
            for (const line of lines()) invocation.io.stdout.write(line)
            return
          }
          await pipeline(Readable.from(lines()), createWriteStream(path, { mode: 0o600 }), {
            signal: invocation.signal,
          })
          note(invocation, `Wrote ${plural(count, 'record', 'records')} to ${path}`)
        }),
      ),
    )

  memory
    .command('import')
    .description('read an export of this program, or of Mem0, LangGraph, Letta or the MCP memory server')
    .argument('<path>', 'file to read; - for standard input')
    .option(...fileOption)
    .action(
      toAction((invocation, path: string, { file }: FileOption) =>
        withStore(invocation, file, async (store) => {
          const { readForeign } = await import('@salp/memory')
          const text =
            path === '-' ? await readStream(Readable.from(invocation.io.stdin)) : await readFile(path, 'utf8')
          const own = /^\s*\{"id":/.test(text) && /"recordedAt":\d/.test(text.split('\n', 1)[0] ?? '')
          const added = own
            ? await store.memory.importLines(text.split('\n'))
            : (await store.memory.rememberAll(readForeign(text))).filter(({ status }) => status === 'added').length
          print(invocation, { added }, () => `Added ${plural(added, 'record', 'records')}`)
        }),
      ),
    )

  memory
    .command('check')
    .description('compare every index with the records')
    .option(...fileOption)
    .action(
      toAction((invocation, { file }: FileOption) =>
        withStore(invocation, file, async ({ db }) => {
          const { checkMemory } = await import('@salp/memory')
          const check = checkMemory(db)
          print(invocation, check, ({ intact, problems }) =>
            intact ? 'The memory is intact' : ['The memory is not intact:', ...problems].join('\n'),
          )
          return check.intact ? exitCodes.done : exitCodes.failed
        }),
      ),
    )

  memory
    .command('curate')
    .description('sweep what expired, merge repeats, condense old events; a node does so daily')
    .option('--dry-run', 'only tell what would be done')
    .option('--keep <count>', 'forget what is worth least beyond so many records', integerFrom(1))
    .option(...fileOption)
    .action(
      toAction((invocation, { file, dryRun = false, keep }: FileOption & { dryRun?: boolean; keep?: number }) =>
        withStore(invocation, file, async (store) => {
          const { signal } = invocation
          const done = await store.memory.curate({ dryRun, keep, condenseAfterMs: 30 * 86_400_000, signal })
          print(invocation, done, ({ expired, merged, forgotten, condensed, conflicts }) =>
            [
              dryRun ? 'This would be done:' : 'Done:',
              `  ${plural(expired.length, 'expired record', 'expired records')} deleted`,
              `  ${plural(merged.length, 'repeat', 'repeats')} closed, which can be reopened`,
              `  ${plural(forgotten.length, 'record', 'records')} forgotten, being worth least`,
              `  ${plural(condensed.length, 'thread', 'threads')} of old events condensed`,
              ...conflicts.map(
                ({ subject, attribute, ids }) => `Told differently: ${attribute} of ${subject} (${ids.join(', ')})`,
              ),
            ].join('\n'),
          )
        }),
      ),
    )

  memory
    .command('notes')
    .description('bring a folder of Markdown notes and the memory in step, once; a node with memory.notes keeps it so')
    .argument('[folder]', 'folder of notes (default: the setting memory.notes)')
    .option('--allow-removal', 'retract even most of what the notes held')
    .option(...fileOption)
    .action(
      toAction((invocation, folder: string | undefined, options: FileOption & { allowRemoval?: boolean }) =>
        withStore(invocation, options.file, async ({ db, memory, settings }) => {
          const path = folder ?? settings.notes
          if (path === undefined)
            throw new UsageError('Cannot tell which folder: name one, or set memory.notes in the configuration')
          const [{ createWiki }, { openNoteFolder }] = await Promise.all([
            import('@salp/memory'),
            import('@salp/memory/node'),
          ])
          const wiki = createWiki({ db, memory, folder: await openNoteFolder(resolve(invocation.io.folder, path)) })
          const done = await wiki.sync({ allowRemoval: options.allowRemoval })
          print(invocation, done, ({ remembered, changed, retracted, written, skipped }) =>
            [
              `${plural(remembered, 'record', 'records')} remembered, ${changed} changed, ${retracted} retracted, ${plural(written.length, 'note', 'notes')} written`,
              ...skipped.map((one) => `Left as it is: ${one.path}: ${one.reason}`),
            ].join('\n'),
          )
        }),
      ),
    )

  memory
    .command('calibrate')
    .description('measure what recall by meaning is worth on your own questions')
    .option(
      '--questions <path>',
      'questions with the ids of what answers them, as JSON Lines (default: in the home folder)',
    )
    .option('--ask <count>', 'first show so many records, and ask what should find them', integerFrom(1))
    .option('--save', 'set what was measured in the configuration')
    .option(...fileOption)
    .action(
      toAction((invocation, options: FileOption & { questions?: string; ask?: number; save?: boolean }) =>
        withStore(invocation, options.file, async (store) => {
          const { home, statusLine } = invocation
          const path = options.questions ?? join(home.path, 'questions.jsonl')
          const { askForQuestions, measure, readQuestions, renderCalibration, saveCalibration } = await import(
            '../memory/calibrate.js'
          )
          if (options.ask !== undefined) await askForQuestions(invocation, store.memory, { path, count: options.ask })
          if (!store.embeds)
            throw new UsageError(
              'Cannot measure: no embedder is set. Name one in memory.sentenceModel or memory.wordVectors',
            )
          statusLine.show('Giving vectors to records that lack one')
          await store.memory.embed({ signal: invocation.signal })
          statusLine.show('Asking every question with each weight')
          const measured = await measure(store.memory, readQuestions(path))
          statusLine.clear()
          print(invocation, measured, renderCalibration)
          if (options.save === true) {
            saveCalibration(home.config, measured)
            note(invocation, `Saved in ${home.config}; a running node takes it at its next start`)
          }
        }),
      ),
    )
}

/** An output as the class of Node that a library asks for. */
function toWritable(output: Output): Writable {
  return new Writable({ write: (chunk: Buffer, _, done) => void output.write(chunk, done) })
}
