/** `salp a2a`: other agents, by the Agent2Agent protocol. */

import type { AskAnswer } from '@salp/agent/a2a'
import { Command } from 'commander'
import { PaymentUnsettledError } from '../cli-errors.js'
import type { CardView } from '../client/a2a-api.js'
import type { Api } from '../client/api.js'
import { ApiError, NodeSilentError } from '../client/api-error.js'
import { withStayingNode } from '../client/staying-node.js'
import { exitCodes } from '../exit-codes.js'
import { type Invocation, note, print } from '../invocation.js'
import { oneLine, visible } from '../render/visible.js'
import { examples, type ToAction } from './action.js'
import { units } from './values.js'

/** Creates the command. */
export function a2aCommand(toAction: ToAction): Command {
  const a2a = new Command('a2a').description('other agents, by the Agent2Agent protocol')
  a2a
    .command('card')
    .description('what an agent says of itself; your own without an address')
    .argument('[url]', 'where the agent is')
    .action(
      toAction((invocation, url: string | undefined) =>
        withStayingNode(invocation, async (api) => print(invocation, await api.a2a.card(url), renderCard)),
      ),
    )
  a2a
    .command('send')
    .description('ask an agent, and print what it answers')
    .argument('<url>', 'where the agent is')
    .argument('<text>', 'what to ask')
    .option('--max-price <amount>', 'agree to pay so much, in units such as 0.05, and no more', units)
    .action(
      toAction((invocation, url: string, message: string, { maxPrice }: { maxPrice?: string }) =>
        withStayingNode(invocation, async (api) => {
          const answer = await ask(invocation, api, { url, message, maxPrice })
          if (answer === undefined) return exitCodes.stopped
          print(invocation, answer, ({ text }) => visible(text))
          if (!invocation.json) report(invocation, answer)
          return answer.state === 'completed' ? exitCodes.done : exitCodes.failed
        }),
      ),
    )
    .addHelpText(
      'after',
      `
Nothing is paid without --max-price, and nothing beyond the limits of the wallet (salp wallet). The answer goes to standard
output, what was paid to standard error. Agents on this machine are asked if the setting a2a.allowHosts names them.
Exit codes: 0 answered, 1 failed, 2 wrong use, 4 not paid: a limit, or its price was not agreed to, 6 paid, or perhaps, and
no answer.
${examples(
  ['salp a2a send https://agent.example.org "What is a salp?"', 'free of charge, or not at all'],
  ['salp a2a send https://agent.example.org "What is a salp?" --max-price 0.05', 'for at most 0.05'],
)}`,
    )
  return a2a
}

/** Asks; what is not paid for is no answer. */
async function ask(
  invocation: Invocation,
  api: Api,
  order: Parameters<Api['a2a']['ask']>[0],
): Promise<AskAnswer | undefined> {
  const { statusLine, signal } = invocation
  statusLine.show('Asking the agent')
  try {
    return await api.a2a.ask(order, { signal })
  } catch (error) {
    const lost = error instanceof NodeSilentError ? !error.refused : error instanceof ApiError && error.status >= 500
    if (order.maxPrice !== undefined && (signal.aborted || lost)) throw new PaymentUnsettledError(error)
    if (!(error instanceof ApiError) || error.status !== 409 || error.code !== 'agent/ask') throw error
    note(invocation, visible(error.message))
    return undefined
  } finally {
    statusLine.clear()
  }
}

function report(invocation: Invocation, { agent, state, paid }: AskAnswer): void {
  if (state !== 'completed') note(invocation, `${oneLine(agent, 100)} left the task ${state}`)
  if (paid === undefined) note(invocation, 'It cost nothing')
  else note(invocation, visible(`Paid ${paid.amount} to ${paid.payee}, transaction ${paid.transaction}`))
}

function renderCard({ name, version, description, skills, supportedInterfaces, capabilities }: CardView): string {
  const rows = [
    ...(supportedInterfaces ?? []).map(
      (at) => ['Asked at', `${at.url} (${at.protocolBinding} ${at.protocolVersion})`] as const,
    ),
    ...(skills ?? []).map((skill) => ['Skill', `${skill.name}: ${skill.description ?? ''}`] as const),
    ...(capabilities?.extensions ?? []).map(
      (extension) => ['Extension', `${extension.uri} ${extension.description ?? ''}`] as const,
    ),
  ]
  return [
    oneLine(`${name} ${version ?? ''}`, 200),
    ...(description === undefined ? [] : [oneLine(description, 500)]),
    ...rows.map(([about, text]) => `  ${about.padEnd(9)}  ${oneLine(text, 300)}`),
  ].join('\n')
}
