/** Tools that concern the agent and its human: asking, and telling what the agent is. */

import { z } from 'zod'
import { createTool, type JsonValue, type Tool, type ToolContext } from '../tool.js'
import { forgiving } from './input.js'

/** Somebody to ask. */
export interface HumanPort {
  /**
   * Waits for an answer, however long it takes.
   *
   * @throws The reason of the context's signal if it aborts.
   */
  ask(question: string, options: readonly string[], context: ToolContext): Promise<string>
}

/** Creates `ask_human`. */
export function createAskTool({ human }: { human: HumanPort }): Tool {
  return createTool({
    name: 'ask_human',
    description:
      'Asks the human and waits for the answer. Only for what cannot be found out otherwise, or is theirs to decide.',
    input: forgiving(
      z.object({
        question: z.string().trim().min(1).max(2_000),
        options: z.array(z.string().min(1).max(200)).max(10).default([]),
      }),
      {
        aliases: { question: ['text', 'prompt', 'message'], options: ['choices'] },
        text: 'question',
      },
    ),
    effect: 'none',
    timeoutMs: Number.POSITIVE_INFINITY,
    run: async ({ question, options }, context) => ({ answer: await human.ask(question, options, context) }),
  })
}

/** Creates `agent_status`. `status` tells what the agent is, without secrets. */
export function createStatusTool({ status }: { status(): JsonValue | Promise<JsonValue> }): Tool {
  return createTool({
    name: 'agent_status',
    description: 'Tells what this agent is: its models, memory and task counts, regime and limits.',
    input: forgiving(z.object({}), {}),
    effect: 'read',
    timeoutMs: 10_000,
    run: async () => status(),
  })
}
