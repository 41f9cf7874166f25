/** `salp ask`: one turn. */

import { Command } from 'commander'
import { UsageError } from '../cli-errors.js'
import { exitCodes, turnExitCodes } from '../exit-codes.js'
import { note, withNode } from '../invocation.js'
import type { Input } from '../io.js'
import { createDesk, takeTurn } from '../turn/take-turn.js'
import { examples, type ToAction } from './action.js'
import { addSessionOptions, chooseSession, type SessionOptions } from './session-options.js'

/** Creates the command. */
export function askCommand(toAction: ToAction): Command {
  const ask = new Command('ask')
    .description('say one thing, and print the answer')
    .argument('[text...]', 'what to say; "-" stands for standard input, which is read alone when nothing is given')
    .option(
      '-y, --yes',
      'approve calls of low and medium risk; high ones are asked about, or denied when nobody is there',
    )
  return addSessionOptions(ask)
    .action(
      toAction(async (invocation, words: string[], options: SessionOptions & { yes?: true }) => {
        const { io } = invocation
        const text = await readText(words, io.stdin)
        const desk = createDesk(invocation, { yes: options.yes === true })
        return withNode(invocation, async ({ api }) => {
          const sessionId = await chooseSession(api, options)
          let denied = false
          const { end } = await takeTurn(
            invocation,
            { api, desk, summary: false, onDenied: () => (denied = true) },
            { sessionId, text },
          )
          if (denied && desk.unattended)
            note(
              invocation,
              'Some calls were denied, since nobody can be asked here. In a terminal you are asked; --yes approves low and medium risks',
            )
          return end === undefined ? exitCodes.failed : turnExitCodes[end.status]
        })
      }),
    )
    .addHelpText(
      'after',
      `
The answer goes to standard output, what the agent does to standard error. With --json every event is a line.
Exit codes: 0 answered, 1 failed, 2 wrong use, 4 stopped by a limit, 130 cancelled.
${examples(
  ['salp ask when does the deploy key rotate', 'a question'],
  ['git diff | salp ask "write a commit message for" -', 'with standard input'],
  ['salp ask --last "and the one before?"', 'go on with the last conversation'],
)}`,
    )
}

/** Joins the words, with standard input where they say `-`. */
async function readText(words: readonly string[], stdin: Input): Promise<string> {
  const wantsInput = words.length === 0 || words.includes('-')
  if (words.length === 0 && stdin.isTTY === true) throw new UsageError('Say something: salp ask "what can you do?"')
  const input = wantsInput ? await readAll(stdin) : ''
  const text = words.length === 0 ? input : words.map((word) => (word === '-' ? `\n\n${input}` : word)).join(' ')
  if (text.trim() === '') throw new UsageError('There is nothing to say: the text is empty')
  return text.trim()
}

async function readAll(stdin: Input): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}
