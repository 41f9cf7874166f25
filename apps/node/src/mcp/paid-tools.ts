/** Tools of the agent, sold by the call to whoever has no token. */

import type { Shop } from '@salp/agent/mcp'
import { paidTool, type ToolHandler, type ToolResult } from '@salp/gateway'
import type { Money } from '../money/money.js'

type CallResult = Awaited<ReturnType<Shop['sell']>>

/**
 * Sells tools.
 *
 * A call that fails, or would need a word from the owner, costs nothing. What is for sale is the tool itself: a stranger's
 * money buys no turn of the agent, no memory it is not asked for and no approval.
 *
 * @param prices - By name of tool, such as `$0.01`.
 */
export function sellTools({ money }: { readonly money: Money }, prices: Readonly<Record<string, string>>): Shop {
  return {
    prices,
    async sell(call, run, signal) {
      const open = money.open()
      const price = prices[call.name]
      if (open === undefined || price === undefined) return closed
      const paywall = open.shop.gateway.route({
        ...{ route: `mcp-${call.name}`, price, description: `One call of ${call.name}` },
        serveMs: 120_000,
      })
      const handler: ToolHandler = async (_, options) => fromClient(await run(options.signal))
      return toClient(await paidTool(paywall, handler)(call, { signal }))
    },
  }
}

const closed: CallResult = {
  isError: true,
  content: [{ type: 'text', text: 'Nothing can be paid here now: the wallet of the agent is not open' }],
}

function fromClient({ content, structuredContent, isError, _meta }: CallResult): ToolResult {
  return {
    content,
    ...(isObject(structuredContent) && { structuredContent }),
    ...(isError !== undefined && { isError }),
    ...(_meta !== undefined && { _meta }),
  }
}

/** What a paywall gives is what a tool gave, or a refusal, both of text. */
function toClient({ content, structuredContent, isError, _meta }: ToolResult): CallResult {
  return {
    content: content.map((block) => ({ type: 'text', text: String(block.text ?? '') })),
    ...(structuredContent !== undefined && { structuredContent: { ...structuredContent } }),
    ...(isError !== undefined && { isError }),
    ...(_meta !== undefined && { _meta: { ..._meta } }),
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
