/** Who decides on approvals and answers questions: a person at the terminal, or a rule when nobody is there. */

import type { Approval, Decision, Question } from '@salp/agent'
import { CancelledError } from '../cli-errors.js'
import type { Output } from '../io.js'
import { renderApproval, renderChoices } from '../render/approval.js'
import type { Style } from '../render/style.js'
import { oneLine, visible } from '../render/visible.js'
import type { AskOptions, Terminal } from '../terminal/terminal.js'
import { editableText, parseChoice, withEdit } from './choice.js'

/** What a person says to an approval. */
export type DecisionReply = Partial<Decision> & Pick<Decision, 'decision'>

/** Decides and answers. Nothing comes back when the turn is to be stopped, or the signal aborted. */
export interface Desk {
  /** Whether no approval should be asked for at all. */
  readonly unattended: boolean
  decide(approval: Approval, signal: AbortSignal): Promise<DecisionReply | undefined>
  answer(question: Question, signal: AbortSignal): Promise<string | undefined>
}

/** What the agent is told when it asks and nobody is there. */
export const nobodyAnswers =
  'Nobody is there to answer. Go on with what you can do without, and say what you would have needed.'

/** Creates a desk with nobody at it. `yes`: approves what has a low or medium risk. `note` takes a line for the log. */
export function createUnattendedDesk({ yes, note }: { yes: boolean; note: (line: string) => void }): Desk {
  return {
    unattended: !yes,
    async decide({ tool, risk }) {
      if (risk.level !== 'high') return { decision: 'approve' }
      note(`Denied ${oneLine(tool, 60)}: its risk is high, which --yes does not cover, and nobody can be asked`)
      return { decision: 'deny', reason: 'nobody is there to ask about a call of high risk' }
    },
    async answer({ question }) {
      note(`The agent asked "${oneLine(question, 200)}"; nobody can be asked, so it was told to go on without`)
      return nobodyAnswers
    },
  }
}

/** Creates a desk with a person at it. `yes`: asks about high risks only. */
export function createTerminalDesk(
  { terminal, output, style }: { terminal: Terminal; output: Output; style: Style },
  { yes }: { yes: boolean },
): Desk {
  const { paint } = style
  const say = (text: string): void => void output.write(`${text}\n`)

  /** Gives the line, or nothing when interrupted; keys that are at their end leave the turn as it is. */
  const ask = async (prompt: string, options: AskOptions): Promise<string | undefined> => {
    const reply = await terminal.ask(paint.bold(prompt), options)
    if (reply.type === 'ended') throw new CancelledError('You left; the turn waits for an answer')
    return reply.type === 'line' ? reply.text : undefined
  }

  const edit = async (approval: Approval, signal: AbortSignal): Promise<DecisionReply | 'again' | undefined> => {
    const text = await ask('  edit › ', { signal, initial: editableText(approval) })
    if (text === undefined) return undefined
    const edited = withEdit(approval, text)
    if (edited.type === 'edited') return { decision: 'approve', scope: 'once', input: edited.input }
    say(paint.red(`  ${edited.problem}`))
    return 'again'
  }

  return {
    unattended: false,
    async decide(approval, signal) {
      if (yes && approval.risk.level !== 'high') return { decision: 'approve' }
      say(renderApproval(approval, style))
      for (;;) {
        say(renderChoices(approval, style))
        const text = await ask('  › ', { signal })
        if (text === undefined) return undefined
        const choice = parseChoice(text)
        if (choice === undefined)
          say(paint.yellow('  Answer a, s, d or e; "d no network" denies and tells the agent why'))
        else if (choice.type === 'decided') return choice.decision
        else {
          const edited = await edit(approval, signal)
          if (edited !== 'again') return edited
        }
      }
    },
    async answer({ question, options }, signal) {
      say(`${paint.bold(paint.yellow('?'))} ${paint.bold(visible(question))}`)
      options.forEach((option, index) => {
        say(`  ${paint.bold(`[${index + 1}]`)} ${oneLine(option, 200)}`)
      })
      for (;;) {
        const text = await ask('  › ', { signal })
        if (text === undefined) return undefined
        const words = text.trim()
        if (words !== '') return options[Number(words) - 1] ?? words
      }
    },
  }
}
