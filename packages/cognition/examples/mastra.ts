/**
 * Steers tools of Mastra, which are `{ id, execute(input, context) }`. Run: `node mastra.ts`
 *
 * `@mastra/core` itself is no dependency here: with it come telemetry and some dozens of packages, too much for one example. What is
 * driven is the shape of its tools as its documentation gives it; whether a release of Mastra still has that shape is not tested.
 */

import { createSubstrate, type SteeredTurn, steer } from '@salp/cognition'
import { createRng } from '@salp/core'

/** A tool as `createTool` of Mastra makes one: the parts that are used. */
interface MastraTool<Input, Output> {
  readonly id: string
  readonly execute: (input: Input, context?: { readonly abortSignal?: AbortSignal | undefined }) => Promise<Output>
}

/** Wraps a tool so that each call goes through the turn; what failed or was refuted is thrown on to Mastra. */
function steered<Input, Output>(
  { id, execute }: MastraTool<Input, Output>,
  { turn, nextId, check }: { turn: () => SteeredTurn; nextId: () => string; check: (output: Output) => boolean },
): MastraTool<Input, Output> {
  return {
    id,
    async execute(input, context = {}) {
      const ended = await turn().call({
        callId: nextId(),
        tool: id,
        signal: context.abortSignal,
        check,
        run: (abortSignal) => execute(input, { ...context, abortSignal }),
      })
      if (ended.status === 'ok') return ended.result
      throw ended.status === 'refuted' ? new Error(`The result of ${id} does not hold`) : ended.error
    },
  }
}

const clock = { now: () => Date.now(), monotonic: () => performance.now() }
const substrate = createSubstrate({ clock, rng: createRng('example'), events: { publish: () => undefined } })
let asked = 0
const weather: MastraTool<{ city: string }, { celsius: number }> = {
  id: 'weather',
  // Every third answer is nonsense.
  execute: async () => ({ celsius: ++asked % 3 === 0 ? -400 : 18 }),
}
let calls = 0
let turn: SteeredTurn | undefined
const tool = steered(weather, {
  turn: () => {
    if (turn === undefined) throw new TypeError('Cannot call a tool outside of a turn')
    return turn
  },
  nextId: () => `call-${++calls}`,
  check: ({ celsius }) => celsius > -90 && celsius < 60,
})

let believed = 0
for (let question = 1; question <= 30; question++) {
  turn = steer(
    { substrate, clock },
    {
      turnId: `${question}`,
      sessionId: 'example',
      request: 'how warm is it in Graz?',
      toolBudget: 5,
      timeoutMs: 5_000,
    },
  )
  const { celsius } = await tool.execute({ city: 'Graz' }).catch(() => ({ celsius: Number.NaN }))
  if (celsius === -400) believed++
  turn.end({ status: 'completed', right: celsius === -400 ? false : undefined })
}
console.log(`30 questions, ${Math.floor(asked / 3)} answers that were nonsense, ${believed} of them believed`)
