/** Work that may ask the person on its way: a call that needs approval, a turn with questions. */

import type { Agent } from '../../agent.js'
import type { Approval, Question } from '../../protocol.js'

/** Something for the person. */
export type Ask =
  | { readonly kind: 'approval'; readonly approval: Approval }
  | { readonly kind: 'question'; readonly question: Question }

/** Work that goes on until it is done, asking in between. */
export interface AskingWork<Result> {
  /** The next thing to ask, or the result. */
  next(): Promise<{ readonly ask: Ask } | { readonly result: Result }>
  /** Ends the listening; the work itself is ended by whoever began it. */
  release(): void
}

/** Listens to what a turn asks. To be created before the turn's first event. */
export function listenTo<Result>(
  { events, approvals, questions }: Pick<Agent, 'events' | 'approvals' | 'questions'>,
  turnId: string,
  work: Promise<Result>,
): AskingWork<Result> {
  const asks: Ask[] = []
  let wake = Promise.withResolvers<void>()
  const release = events.subscribeAll((_, event) => {
    if (event.turnId !== turnId) return
    if (event.name === 'approval:requested') asks.push({ kind: 'approval', approval: event.data.approval })
    else if (event.name === 'question:asked') asks.push({ kind: 'question', question: event.data.question })
    else return
    wake.resolve()
  })
  /** What is answered elsewhere in the meantime need not be asked. */
  const waits = (ask: Ask): boolean =>
    ask.kind === 'approval'
      ? approvals.pending().some(({ id }) => id === ask.approval.id)
      : questions.open().some(({ id }) => id === ask.question.id)
  return {
    async next() {
      for (;;) {
        for (let ask = asks.shift(); ask !== undefined; ask = asks.shift()) if (waits(ask)) return { ask }
        const ended = await Promise.race([work.then((result) => ({ result })), wake.promise])
        if (ended !== undefined) return ended
        wake = Promise.withResolvers()
      }
    },
    release,
  }
}
