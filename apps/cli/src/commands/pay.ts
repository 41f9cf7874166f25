/** `salp pay`: one request to somebody else, and what it costs. */

import { Readable } from 'node:stream'
import { text as readStream } from 'node:stream/consumers'
import type { PayOrder, PayOutcome } from '@salp/gateway'
import { Command } from 'commander'
import { z } from 'zod'
import { CancelledError, PaymentUnsettledError, UsageError } from '../cli-errors.js'
import type { Api } from '../client/api.js'
import { ApiError, NodeSilentError } from '../client/api-error.js'
import { exitCodes } from '../exit-codes.js'
import { type Invocation, note, print } from '../invocation.js'
import { renderAsk, renderCost, renderRefusal } from '../render/payment.js'
import { visible } from '../render/visible.js'
import { withMoney } from '../wallet/with-money.js'
import { examples, type ToAction } from './action.js'
import { collect, units } from './values.js'

interface PayOptions {
  readonly request?: string
  readonly data?: string
  readonly header?: readonly string[]
  readonly max?: string
  readonly yes?: true
}

/** Creates the command. */
export function payCommand(toAction: ToAction): Command {
  return new Command('pay')
    .description('send a request, and pay what it costs')
    .argument('<url>', 'where to')
    .option('-X, --request <method>', 'method (default: GET, or POST with a body)')
    .option('-d, --data <body>', 'body; "-" stands for standard input')
    .option('-H, --header <header>', "a header, such as 'accept: text/csv'; may be repeated", collect)
    .option('--max <amount>', 'agree to so much, in units such as 0.05, and to no more', units)
    .option('-y, --yes', 'agree to its price, whatever the wallet’s limits allow')
    .action(
      toAction(async (invocation, url: string, options: PayOptions) => {
        const order = await readOrder(invocation, url, options)
        return withMoney(invocation, async (api) => {
          const outcome = await payOrAsk(invocation, api, order, options)
          report(invocation, outcome)
          return exitCodeOf(outcome)
        })
      }),
    )
    .addHelpText(
      'after',
      `
What is cheap is paid without a word, by the limits of the wallet (salp wallet). Above, you are asked; where nobody can be,
--max or --yes agrees, and nothing goes beyond the limits. The body goes to standard output, what was paid to standard error.
Exit codes: 0 answered, 1 not paid or failed, 2 wrong use, 4 not paid: a limit, or nobody agreed, 5 answered with an HTTP
error, 6 paid, or perhaps, and no answer: look at "salp wallet receipts" before you pay again.
${examples(
  ['salp pay https://api.example.org/report', 'asks before it pays much'],
  ['salp pay https://api.example.org/report --max 0.05 > report.json', 'in a script'],
  [`salp pay https://api.example.org/ask -d '{"q":1}' -H 'content-type: application/json'`, 'with a body'],
)}`,
    )
}

/** Reads the order, so that a wrong one is never sent. */
async function readOrder({ io }: Invocation, url: string, options: PayOptions): Promise<PayOrder> {
  const body = options.data === '-' ? await readStream(Readable.from(io.stdin)) : options.data
  const { payOrderSchema } = await import('@salp/gateway')
  const order = {
    url,
    method: options.request?.toUpperCase() ?? (body === undefined ? 'GET' : 'POST'),
    headers: Object.fromEntries((options.header ?? []).map(readHeader)),
    ...(body !== undefined && { body }),
    ...(options.max !== undefined && { agreedUpTo: options.max }),
  }
  const read = payOrderSchema.safeParse(order)
  if (!read.success) throw new UsageError(`Cannot send that: ${z.prettifyError(read.error).replace(/\s*\n\s*/g, ' ')}`)
  return read.data
}

function readHeader(text: string): [name: string, value: string] {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(text) ?? []
  if (name === undefined || value === undefined)
    throw new UsageError("Cannot send a header without a colon. Write it as 'name: value'")
  return [name, value]
}

/** Sends it, and once more for each price that was agreed to: once with `--yes`, so that no price can climb by asking. */
async function payOrAsk(
  invocation: Invocation,
  api: Api,
  order: PayOrder,
  { max, yes }: PayOptions,
): Promise<PayOutcome> {
  let outcome = await send(invocation, api, order)
  for (let asked = 0; outcome.status === 'ask'; asked++) {
    const agreed = max === undefined && (yes === true ? asked === 0 : await agrees(invocation, order, outcome))
    if (!agreed) return outcome
    outcome = await send(invocation, api, { ...order, agreedUpTo: outcome.amount.units })
  }
  return outcome
}

async function send({ statusLine, signal }: Invocation, api: Api, order: PayOrder): Promise<PayOutcome> {
  statusLine.show('Sending the request')
  try {
    return await api.wallet.pay(order, { signal })
  } catch (error) {
    const lost = error instanceof NodeSilentError ? !error.refused : error instanceof ApiError && error.status === 500
    if (signal.aborted || lost) throw new PaymentUnsettledError(error)
    // What the node refused was not paid, nor what it never heard of.
    throw error
  } finally {
    statusLine.clear()
  }
}

/** Asks whoever is there; nobody does not agree. */
async function agrees(
  invocation: Invocation,
  order: PayOrder,
  asked: PayOutcome & { status: 'ask' },
): Promise<boolean> {
  const { terminal, signal, styles } = invocation
  if (terminal === undefined) return false
  note(invocation, renderAsk(order, asked, styles.stderr))
  const reply = await terminal.ask('Pay it? [y]es, [n]o › ', { signal })
  if (reply.type !== 'line') throw new CancelledError('Nothing was paid')
  return /^y(?:es)?$/i.test(reply.text.trim())
}

function report(invocation: Invocation, outcome: PayOutcome): void {
  if (invocation.json) print(invocation, outcome, () => '')
  else if (outcome.status === 'answered') reportAnswer(invocation, outcome)
  else note(invocation, renderRefusal(outcome))
}

/** A program gets the body as it is; a terminal must not obey it. */
function reportAnswer(invocation: Invocation, answer: PayOutcome & { status: 'answered' }): void {
  const { stdout } = invocation.io
  const { body, code, truncated } = answer
  if (stdout.isTTY !== true) stdout.write(body)
  else if (body !== '') stdout.write(`${visible(body).replace(/\n$/, '')}\n`)
  if (truncated) note(invocation, 'This is its beginning; the rest was too long')
  if (code >= 400) note(invocation, `It answered with HTTP ${code}`)
  note(invocation, renderCost(answer))
}

function exitCodeOf(outcome: PayOutcome): number {
  if (outcome.status === 'answered') return outcome.code < 400 ? exitCodes.done : exitCodes.answeredError
  if (outcome.status === 'ask') return exitCodes.stopped
  if (outcome.transaction !== undefined || outcome.code === 'gateway/pay-unknown') return exitCodes.unsettled
  return outcome.code === 'gateway/pay-refused' ? exitCodes.stopped : exitCodes.failed
}
