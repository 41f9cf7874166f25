/** What was typed at an approval, as a decision. */

import type { Approval, Decision } from '@salp/agent'
import { readFields } from '../render/call-summary.js'

/** An answer that was understood. */
export type Choice =
  | { readonly type: 'decided'; readonly decision: Partial<Decision> & Pick<Decision, 'decision'> }
  | { readonly type: 'edit' }

const letters: Readonly<Record<string, 'once' | 'session' | 'deny' | 'edit'>> = {
  a: 'once',
  approve: 'once',
  y: 'once',
  yes: 'once',
  s: 'session',
  session: 'session',
  d: 'deny',
  deny: 'deny',
  n: 'deny',
  no: 'deny',
  e: 'edit',
  edit: 'edit',
}

/** Reads an answer; only a denial takes words after the letter, which are its reason. */
export function parseChoice(text: string): Choice | undefined {
  const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(text.trim()) ?? []
  const meaning = Object.hasOwn(letters, word.toLowerCase()) ? letters[word.toLowerCase()] : undefined
  if (meaning === 'deny')
    return { type: 'decided', decision: { decision: 'deny', ...(rest !== '' && { reason: rest.slice(0, 2_000) }) } }
  if (meaning === undefined || rest !== '') return undefined
  return meaning === 'edit' ? { type: 'edit' } : { type: 'decided', decision: { decision: 'approve', scope: meaning } }
}

/** The part of a call that is edited: a command as it is, anything else as JSON on one line. */
export function editableText({ tool, input }: Pick<Approval, 'tool' | 'input'>): string {
  const command = tool === 'run_command' ? readFields(input)('command') : undefined
  return typeof command === 'string' && !command.includes('\n') ? command : JSON.stringify(input)
}

/** Puts the edited part back. */
export function withEdit(
  approval: Pick<Approval, 'tool' | 'input'>,
  text: string,
):
  | { readonly type: 'edited'; readonly input: Approval['input'] }
  | { readonly type: 'invalid'; readonly problem: string } {
  const { input } = approval
  if (text.trim() === '') return { type: 'invalid', problem: 'There is nothing left to run; deny it instead' }
  if (editableText(approval) !== JSON.stringify(input)) {
    return { type: 'edited', input: { ...(input as Record<string, Approval['input']>), command: text } }
  }
  try {
    return { type: 'edited', input: JSON.parse(text) as Approval['input'] }
  } catch (error) {
    return { type: 'invalid', problem: `That is not JSON: ${(error as Error).message}` }
  }
}
