/** What the agent is told of the work that it does alone. */

import type { Task } from '../protocol.js'
import type { Work, WorkCheck, WorkReview } from '../protocol-work.js'

/** Characters of a command's output that the agent is shown. */
const shownOutput = 4_000

/** The first words: what is to be done, how, and what shows that it is. */
export function contractOf({ verify, acceptance, context, plan, risks, parent }: Work, task: Task | undefined): string {
  return paragraphs(
    task?.title ?? '',
    task?.notes ?? '',
    context,
    parent === undefined ? '' : `It is a part of task ${parent}; what you make is taken over there.`,
    acceptance.length > 0 ? `These have to hold:\n${list(acceptance)}` : '',
    plan.length > 0 ? `Go about it so:\n${plan.map((step, index) => `${index + 1}. ${step}`).join('\n')}` : '',
    risks.length > 0 ? `Take care:\n${list(risks)}` : '',
    `You work alone, in a copy of the repository. It is done when all of these exit with 0 in a clean copy of what you leave:\n${list(verify)}`,
    plan.length > 0
      ? 'Read before you change, and change no more than the task needs. Say at the end what you did, and what is left open.'
      : 'Plan first, keep the plan with update_task, and read before you change. Change no more than the task needs. Say at the end what you did, and what is left open.',
  )
}

/** The words of every turn after the first: what does not hold yet, and what was said since. */
export function againOf({ checks, judged, told = '' }: Work): string {
  const failed = failedChecks(checks).map(
    ({ command, exitCode, output }) =>
      `${command} ${exitCode === null ? 'was ended' : `exited with ${exitCode}`}:\n${quoted(output.slice(-shownOutput))}`,
  )
  const missing = failedVerdicts(judged).map(({ criterion, why }) => `${criterion}\n${quoted(why)}`)
  return paragraphs(
    told,
    failed.length > 0 ? `It is not done yet. In a clean copy of what you left:\n\n${failed.join('\n\n')}` : '',
    missing.length > 0 ? `A second model found that these do not hold yet:\n${list(missing)}` : '',
    failed.length + missing.length > 0 ? 'Mend it.' : 'Go on until it is done.',
  )
}

/** What keeps a piece of work from being done, in a phrase. */
export function failedOf({ checks, judged }: Work): string {
  const failed = [
    ...failedChecks(checks).map(({ command }) => command),
    ...failedVerdicts(judged).map(({ criterion }) => `"${criterion}"`),
  ]
  return failed.length === 0 ? 'nothing was checked' : `${failed.join(', ')} still fails`
}

/** What became of the parts of a task, for whoever goes on with the whole. */
export function partsOf(
  parts: readonly { readonly work: Work; readonly task: Task | undefined; readonly conflicts: readonly string[] }[],
): string {
  const lines = parts.map(({ work: { taskId, state, reason = '', place, summary = '' }, task, conflicts }) => {
    const head = `#${taskId} ${task?.title ?? ''}`
    if (state !== 'done') return `${head}: ${state}${reason === '' ? '' : `, ${reason}`}`
    if (conflicts.length > 0)
      return `${head}: done on ${place?.branch}, but it contradicts what is here in ${conflicts.join(', ')}, so that it was not taken over`
    return `${head}: done and taken over\n${quoted(summary)}`
  })
  return `The parts of this task have ended:\n${list(lines)}`
}

function failedChecks(checks: readonly WorkCheck[]): readonly WorkCheck[] {
  return checks.filter(({ exitCode }) => exitCode !== 0)
}

function failedVerdicts(judged: WorkReview | undefined): WorkReview['verdicts'] {
  return judged?.verdicts.filter(({ holds }) => !holds) ?? []
}

/** Marks the words of commands and models, which are not those of the person who ordered the work. */
function quoted(text: string): string {
  return text.replace(/^/gm, '| ')
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n')
}

function paragraphs(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n')
}
