/** What a tool is: an input that is checked, an effect that is declared, a run that can be cancelled. */

import { SalpError } from '@salp/core'
import type { z } from 'zod'
import type { Effect, FailureKind, Risk, Source } from './protocol.js'

/** What a turn may do, as a token. It says nothing by itself: what it allows is kept by who made it, so that none can be made up. */
export interface Capability {
  readonly turnId: string
}

/** Plain data, as JSON can hold it. */
export type JsonValue = z.core.util.JSONType

/** What a running call knows of its surroundings. */
export interface ToolContext {
  /** Aborts when the turn is stopped or the call's time is up. */
  readonly signal: AbortSignal
  readonly callId: string
  readonly sessionId: string
  readonly turnId: string
  /** Surface the turn came from, such as `studio` or `cli`. */
  readonly channel: string
  /** What the person said that the turn answers. */
  readonly request: string
  /** What the turn may do; governance holds every call to it. */
  readonly capability?: Capability | undefined
  /** Shows a person what is going on, and keeps the call's time from running out. */
  progress(text: string): void
}

/** What a tool says of one input before it runs. */
export interface Assessment {
  readonly risk: Risk
  /** What approving for the session covers, such as `run_command: git status`. @defaultValue this very input */
  readonly grant?: string | undefined
  /** Refuses the call, whatever a person says, for this reason. */
  readonly refuse?: string | undefined
  /** Most that it pays, in units of the token. @defaultValue `0` */
  readonly spends?: number | undefined
  /** Asks a person even where the effect alone would not. */
  readonly ask?: boolean | undefined
}

/** What a check after the run found. */
export interface Verification {
  readonly passed: boolean
  readonly detail: string
}

/** Something the agent can do, with everything governance has to know about it. */
export interface Tool<Input = unknown> {
  /** Lower case with underscores. */
  readonly name: string
  /** For the model: what it does and when to use it. */
  readonly description: string
  readonly input: z.ZodType<Input>
  readonly effect: Effect
  /** Whether everything it changes goes through a `Speculator`, so that it can be tried and taken back. */
  readonly reversible?: boolean | undefined
  /** Whether it gives the same for the same input while nothing is written, so that asking again checks what it gave. */
  readonly repeatable?: boolean | undefined
  /** Whether what it changes stays in a sandbox of its own, so that words of strangers do no harm there. */
  readonly contained?: boolean | undefined
  /** Whether another program does the work, which may be anywhere. */
  readonly remote?: boolean | undefined
  /** How long a call may go without {@link ToolContext.progress}, in ms. */
  readonly timeoutMs: number
  assess?(input: Input): Assessment | Promise<Assessment>
  /**
   * What an approval relies on in the world, such as the hash of the file that is overwritten: asked for when a person is, and a call
   * does not run if it changed meanwhile. Nothing where nothing matters.
   */
  basis?(input: Input): Promise<string | undefined>
  /**
   * Does the work.
   *
   * @returns What the model reads: text as it is, anything else as JSON.
   * @throws {@link ToolError}; anything else counts as a fault of the tool.
   */
  run(input: Input, context: ToolContext): Promise<JsonValue>
  /** Whose words `output` holds; nothing where they are the agent's own. @defaultValue by its effect: `network` gives words of strangers */
  source?(input: Input, output: JsonValue): Source | undefined
  /** Compares the world with what was asked for. */
  verify?(input: Input, output: JsonValue, context: ToolContext): Promise<Verification>
}

/** Defines a tool, its input typed by its schema. */
export function createTool<Schema extends z.ZodType>(
  tool: Omit<Tool<z.output<Schema>>, 'input'> & { readonly input: Schema },
): Tool<z.output<Schema>> {
  return tool as Tool<z.output<Schema>>
}

/** A call that gave no result. `kind` says whose turn it is: the model's (`invalid`), a person's (`denied`) or the world's. */
export class ToolError extends SalpError {
  readonly kind: FailureKind
  /** What the model could do about it. */
  readonly hint: string | undefined
  constructor(
    message: string,
    { kind = 'failed', hint, cause }: { kind?: FailureKind; hint?: string | undefined; cause?: unknown } = {},
  ) {
    super('agent/tool', message, { cause, retryable: kind === 'unavailable' || kind === 'timeout' })
    this.kind = kind
    this.hint = hint
  }
}
