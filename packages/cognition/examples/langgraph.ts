/** Steers a LangGraph.js graph: its tool node calls through the substrate, its edges ask how to go on. Run: `node langgraph.ts` */

import { Annotation, END, START, StateGraph } from '@langchain/langgraph'
import { createSubstrate, steer } from '@salp/cognition'
import { createRng } from '@salp/core'

/** Two ways to read an order: the first fails for PDFs. */
const readers = {
  extract: async (order: string): Promise<string> => {
    if (order.endsWith('.pdf')) throw new Error('Cannot parse PDF')
    return `read ${order}`
  },
  scan: async (order: string): Promise<string> => `scanned ${order}`,
}

const clock = { now: () => Date.now(), monotonic: () => performance.now() }
const substrate = createSubstrate({ clock, rng: createRng('example'), events: { publish: () => undefined } })

const State = Annotation.Root({
  orders: Annotation<string[]>,
  done: Annotation<string[]>({ reducer: (all, more) => [...all, ...more], default: () => [] }),
  calls: Annotation<number>({ reducer: (sum, more) => sum + more, default: () => 0 }),
})

const turn = steer(
  { substrate, clock },
  { turnId: 'orders', sessionId: 'example', request: 'read all orders', toolBudget: 30, timeoutMs: 5_000 },
)
let calls = 0

const graph = new StateGraph(State)
  .addNode('read', async ({ orders, done }) => {
    const order = orders[done.length] ?? ''
    const situation = order.split('.').at(-1)
    const names = ['extract', 'scan'] as const
    const best = turn.rank(
      names.map((tool) => ({ tool })),
      situation,
    )[0]?.tool
    const tool = names.find((name) => name === best) ?? 'extract'
    const ended = await turn.call({
      callId: `call-${++calls}`,
      tool,
      situation,
      alternatives: names,
      run: () => readers[tool](order),
    })
    return { calls: 1, done: ended.status === 'ok' ? [ended.result] : [] }
  })
  .addEdge(START, 'read')
  .addConditionalEdges('read', ({ orders, done }) =>
    done.length < orders.length && turn.next().go === 'on' ? 'read' : END,
  )
  .compile()

const orders = ['1.pdf', '2.csv', '3.pdf', '4.pdf', '5.csv', '6.pdf', '7.pdf', '8.csv']
const result = await graph.invoke({ orders }, { recursionLimit: 50 })
turn.end({ status: result.done.length === orders.length ? 'completed' : 'stopped' })
console.log(`${result.done.length} of ${orders.length} orders with ${result.calls} calls`)
console.log(`pdf: ${turn.rank([{ tool: 'extract' }, { tool: 'scan' }], 'pdf')[0]?.tool} first`)
console.log(`csv: ${turn.rank([{ tool: 'extract' }, { tool: 'scan' }], 'csv')[0]?.tool} first`)
