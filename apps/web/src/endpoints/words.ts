/** Plain words for what the gateway calls by a name. */

import type { PaymentState, SettleMode } from '@salp/gateway'

/** When the money moves: in a few words, and what that means for seller and payer. */
export const settleWords: Record<SettleMode, { readonly name: string; readonly means: string }> = {
  after: {
    name: 'after the answer is made',
    means:
      'The service does its work, the money moves, then the answer leaves. If the service fails, the payer pays nothing. Good for most.',
  },
  before: {
    name: 'before the service is asked',
    means:
      'The money moves first. For streams, and for work that is dear or cannot be undone. If the service then fails, the payer gets a refund or another try.',
  },
  deferred: {
    name: 'later, on credit',
    means:
      'The answer leaves at once, the money follows. The fastest, but you lose the price of an answer whose payment then fails; how much one payer may owe is limited.',
  },
}

/** What a payment was for: of an endpoint's own name for its payments, `g/weather/…`, the part that people gave. */
export function routeName(route: string): string {
  return /^g\/([^/]+)\//.exec(route)?.[1] ?? route
}

/** How a payment stands: `bad` is money lost or owed, `open` is not decided yet. */
export interface StateWords {
  readonly tone: 'good' | 'open' | 'bad' | 'still'
  readonly name: string
  readonly means: string
}

const stateWords: Record<PaymentState, StateWords> = {
  reserved: { tone: 'open', name: 'Held', means: 'Held for one request; nothing was sent to the chain yet' },
  settling: { tone: 'open', name: 'On its way', means: 'Sent to the chain, which has not confirmed it yet' },
  deferred: { tone: 'open', name: 'On credit', means: 'The answer left already; the money is still to come' },
  settled: {
    tone: 'good',
    name: 'Paid',
    means: 'The money came; whoever presents this payment again gets the same answer',
  },
  delivered: { tone: 'good', name: 'Paid and served', means: 'The money came and the answer left' },
  failed: { tone: 'still', name: 'Not paid', means: 'No money moved, and nothing was given' },
  lost: { tone: 'bad', name: 'Lost', means: 'The answer left on credit, and then the payment failed' },
  'refund-due': { tone: 'bad', name: 'Refund due', means: 'The money came and there was nothing for it; it goes back' },
  refunding: { tone: 'open', name: 'Refund on its way', means: 'The money is being sent back' },
  refunded: { tone: 'still', name: 'Refunded', means: 'The money went back to the payer' },
}

/** Words for the state of a payment; one that is not known here stands for itself. */
export function wordsOf(state: string): StateWords {
  const known = Object.entries(stateWords).find(([name]) => name === state)
  return known?.[1] ?? { tone: 'still', name: state, means: '' }
}
