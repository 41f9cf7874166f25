/** Asks other agents: reads their cards, says a message, hears them out, and pays where they ask for it. */

import { AgentCard, type Message, Role, type StreamResponse, type Task, TaskState } from '@a2a-js/sdk'
import {
  type Client,
  ClientFactory,
  ClientFactoryOptions,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
  withA2AExtensions,
} from '@a2a-js/sdk/client'
import { type Clock, describeError, type IdSource, SalpError } from '@salp/core'
import { textPart } from './message.js'

/** What an extension says beside a message, as JSON. */
export type Said = Readonly<Record<string, unknown>>

/** What is to be paid. */
export interface TaskBill {
  /** Where the task is done. */
  readonly url: string
  /** What was said with the demand. */
  readonly said: Said
  /** Most to pay, in units of the token. */
  readonly maxPrice: string
  /** What it is for: payments for one task share a limit. */
  readonly task: string
}

/** How paying went. */
export type TaskPaid =
  | { readonly status: 'paid'; readonly amount: string; readonly payee: string; readonly transaction: string }
  /** It was answered, and no money moved as far as is known. */
  | { readonly status: 'unpaid' }
  | { readonly status: 'refused'; readonly reason: string }

/** Pays for tasks. */
export interface TaskPayer {
  /** Of the extension that it speaks. */
  readonly extension: string
  /** Whether this asks for a payment that it can read; a sentence on what is asked. */
  demand(said: Said): string | undefined
  /** What may still be spent, for a person to read; nothing while no money can be spent. */
  left(): readonly string[] | undefined
  /** @param present - Says a payment to the other, and gives what was said with the last answer. */
  pay(
    bill: TaskBill,
    present: (said: Said) => Promise<Said>,
    options: { readonly signal: AbortSignal },
  ): Promise<TaskPaid>
}

/** What asking asks of the application. */
export interface AskerDeps {
  /** Reaches only what a stranger may have asked. */
  readonly fetch: typeof globalThis.fetch
  readonly clock: Pick<Clock, 'sleep'>
  readonly ids: IdSource
  readonly payer?: TaskPayer | undefined
}

/** Something to ask. */
export interface AskOrder {
  /** Where the agent is: its origin, or its card. */
  readonly url: string
  readonly message: string
  /** Most to pay, in units of the token. @defaultValue nothing */
  readonly maxPrice?: string | undefined
  /** What it is for. @defaultValue `''` */
  readonly task?: string | undefined
}

/** What an agent answered. */
export interface AskAnswer {
  /** Name that the agent gives itself. */
  readonly agent: string
  readonly state: 'completed' | 'input-required' | 'failed' | 'canceled' | 'rejected'
  /** What it made, or what it says of why not. At most 100,000 characters. */
  readonly text: string
  readonly taskId: string
  readonly paid?: { readonly amount: string; readonly payee: string; readonly transaction: string } | undefined
}

/** Asks. */
export interface Asker {
  /** @throws {@link AskError} (`agent/ask`) if the agent cannot be asked, or its price is not agreed to. */
  ask(
    order: AskOrder,
    options: { readonly signal: AbortSignal; readonly onProgress?: ((text: string) => void) | undefined },
  ): Promise<AskAnswer>
  /** The card of an agent, as JSON of version 1.0. @throws {@link AskError} */
  card(url: string): Promise<unknown>
}

/** Longest text that is taken of an answer, in characters. */
const maxAnswerLength = 100_000

/** How often a task is looked at that nobody streams, in ms. */
const pollMs = 2_000

/** What was heard of a task so far. */
interface Heard {
  taskId: string
  contextId: string
  state: TaskState
  /** Text of each artifact. */
  readonly artifacts: Map<string, string>
  says: string
  said: Said
}

/** Creates an asker. */
export function createAsker({ fetch, clock, ids, payer }: AskerDeps): Asker {
  const open = async (url: string): Promise<{ client: Client; card: AgentCard; endpoint(): string }> => {
    let endpoint = url
    const fetchImpl: typeof globalThis.fetch = (input, init) => {
      const request = new Request(input, init)
      if (request.method === 'POST') endpoint = request.url
      return fetch(request)
    }
    const options = { fetchImpl, legacyCompat: { enabled: true } }
    const transports = [new JsonRpcTransportFactory(options)]
    const factory = new ClientFactory(ClientFactoryOptions.createFrom(ClientFactoryOptions.default, { transports }))
    try {
      const resolver = new DefaultAgentCardResolver(options)
      const card = await resolver.resolve(url, /\.json$/.test(new URL(url).pathname) ? url : undefined)
      return { client: await factory.createFromAgentCard(card), card, endpoint: () => endpoint }
    } catch (cause) {
      throw new AskError(url, 'its card cannot be read', cause)
    }
  }

  return {
    async card(url) {
      const { card } = await open(url)
      return AgentCard.toJSON(card)
    },
    async ask({ url, message, maxPrice, task = '' }, { signal, onProgress }) {
      signal.throwIfAborted()
      const { client, card, endpoint } = await open(url)
      const heard: Heard = {
        ...{ taskId: '', contextId: '', state: TaskState.TASK_STATE_SUBMITTED },
        ...{ artifacts: new Map(), says: '', said: {} },
      }
      const headers = payer && { serviceParameters: withExtensions(payer.extension) }
      const options = { signal, ...headers }
      let sent = false
      const look = async (): Promise<void> => {
        while (isUnderWay(heard.state) && heard.taskId !== '') {
          await clock.sleep(pollMs, { signal })
          hear(heard, await client.getTask({ tenant: '', id: heard.taskId }, options))
        }
      }
      const say = async (text: string, metadata?: Said): Promise<void> => {
        const { taskId, contextId } = heard
        heard.state = TaskState.TASK_STATE_WORKING
        sent = true
        const request = { tenant: '', message: messageOf(ids(), text, { taskId, contextId, metadata }), ...asked }
        try {
          for await (const event of client.sendMessageStream(request, options)) {
            hearEvent(heard, event)
            onProgress?.(heard.says || [...heard.artifacts.values()].join('\n').slice(-200))
          }
        } catch (error) {
          // A task that was heard of can be looked at, though its stream broke.
          if (heard.taskId === '') throw error
        }
        signal.throwIfAborted()
        await look()
      }
      /** Says a payment; one that was said before, and whose answer was lost, only if the task still waits for it. */
      const present = async (said: Said): Promise<Said> => {
        if (sent) hear(heard, await client.getTask({ tenant: '', id: heard.taskId }, options))
        if (isUnderWay(heard.state)) await look()
        if (heard.state === TaskState.TASK_STATE_INPUT_REQUIRED) await say('', said)
        return heard.said
      }
      let paid: TaskPaid | undefined
      try {
        await say(message)
        sent = false
        const demand = heard.state === TaskState.TASK_STATE_INPUT_REQUIRED ? payer?.demand(heard.said) : undefined
        if (payer !== undefined && demand !== undefined) {
          if (maxPrice === undefined) throw new AskError(url, `${demand}, and no price was agreed to`)
          if (new URL(endpoint()).origin !== new URL(url).origin)
            throw new AskError(url, `${new URL(endpoint()).host} asks for the money, and that is somebody else`)
          paid = await payer.pay({ url: endpoint(), said: heard.said, maxPrice, task }, present, { signal })
          if (paid.status === 'refused') throw new AskError(url, paid.reason)
        }
      } catch (error) {
        signal.throwIfAborted()
        throw error instanceof AskError ? error : new AskError(url, 'it gave no answer', error)
      }
      const answer = [...heard.artifacts.values()].join('\n')
      return {
        agent: card.name.slice(0, 100),
        state: names[heard.state] ?? 'failed',
        text: (answer === '' ? heard.says : answer).slice(0, maxAnswerLength).toWellFormed(),
        taskId: heard.taskId,
        ...(paid?.status === 'paid' && {
          paid: { amount: paid.amount, payee: paid.payee, transaction: paid.transaction },
        }),
      }
    },
  }
}

const asked = {
  configuration: {
    acceptedOutputModes: ['text/plain'],
    taskPushNotificationConfig: undefined,
    returnImmediately: false,
  },
  metadata: undefined,
}

const names: { readonly [State in TaskState]?: AskAnswer['state'] } = {
  [TaskState.TASK_STATE_COMPLETED]: 'completed',
  [TaskState.TASK_STATE_INPUT_REQUIRED]: 'input-required',
  [TaskState.TASK_STATE_AUTH_REQUIRED]: 'input-required',
  [TaskState.TASK_STATE_CANCELED]: 'canceled',
  [TaskState.TASK_STATE_REJECTED]: 'rejected',
}

function withExtensions(uri: string): Record<string, string> {
  const parameters: Record<string, string> = { 'X-A2A-Extensions': uri }
  withA2AExtensions(uri)(parameters)
  return parameters
}

function messageOf(
  messageId: string,
  text: string,
  { taskId, contextId, metadata }: { taskId: string; contextId: string; metadata?: Said | undefined },
): Message {
  return {
    ...{ messageId, taskId, contextId, role: Role.ROLE_USER, extensions: [], referenceTaskIds: [] },
    ...{ parts: [textPart(text)], metadata: metadata === undefined ? undefined : { ...metadata } },
  }
}

function isUnderWay(state: TaskState): boolean {
  return state === TaskState.TASK_STATE_WORKING || state === TaskState.TASK_STATE_SUBMITTED
}

function hearStatus(heard: Heard, status: Task['status']): void {
  if (status === undefined) return
  heard.state = status.state
  heard.says = textIn(status.message?.parts)
  heard.said = status.message?.metadata ?? {}
}

function hear(heard: Heard, { id, contextId, status, artifacts }: Task): void {
  Object.assign(heard, { taskId: id, contextId })
  hearStatus(heard, status)
  for (const { artifactId, parts } of artifacts) heard.artifacts.set(artifactId, textIn(parts))
}

function hearEvent(heard: Heard, { payload }: StreamResponse): void {
  switch (payload?.$case) {
    case 'task':
      hear(heard, payload.value)
      return
    case 'statusUpdate':
      hearStatus(heard, payload.value.status)
      return
    case 'artifactUpdate': {
      const { artifact, append } = payload.value
      if (artifact === undefined) return
      const before = append ? (heard.artifacts.get(artifact.artifactId) ?? '') : ''
      heard.artifacts.set(artifact.artifactId, (before + textIn(artifact.parts)).slice(0, maxAnswerLength))
      return
    }
    case 'message':
      heard.artifacts.set('', textIn(payload.value.parts))
      heard.state = TaskState.TASK_STATE_COMPLETED
  }
}

function textIn(parts: Message['parts'] = []): string {
  return parts
    .flatMap(({ content }) => {
      if (content?.$case === 'text') return content.value
      return content?.$case === 'data' ? JSON.stringify(content.value) : []
    })
    .join('')
    .slice(0, maxAnswerLength)
}

/** An agent that could not be asked: `agent/ask`. */
export class AskError extends SalpError {
  readonly url: string
  constructor(url: string, why: string, cause?: unknown) {
    const more = cause === undefined ? '' : ` (${describeError(cause).slice(0, 300)})`
    super('agent/ask', `Cannot ask "${url}": ${why}${more}`, { cause, retryable: cause !== undefined })
    this.url = url
  }
}
