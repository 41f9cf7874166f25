/** An agent served to the official client of the Agent2Agent protocol, without a socket, for tests. */

import {
  type Message,
  Role,
  type SendMessageRequest,
  type StreamResponse,
  type Task,
  type TaskPushNotificationConfig,
  TaskState,
} from '@a2a-js/sdk'
import {
  type Client,
  ClientFactory,
  ClientFactoryOptions,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
} from '@a2a-js/sdk/client'
import { createIdSource, createRng, migrate } from '@salp/core'
import { Hono } from 'hono'
import { textPart } from '../a2a/message.js'
import { type A2aDeps, type A2aServing, serveA2a } from '../a2a/serve-a2a.js'
import { a2aMigrations } from '../a2a/task-store.js'
import { createTestAgent, type TestAgent, type TestAgentOptions } from './test-agent.js'

/** Secret of the owner. */
export const ownerToken = 'the-token-of-the-owner'

/** What a test may say of the server. */
export interface TestA2aOptions extends TestAgentOptions {
  readonly strangers?: A2aDeps['strangers']
  readonly fetch?: typeof globalThis.fetch
}

/** The agent, served. */
export interface TestA2a extends TestAgent {
  readonly app: Hono
  readonly serving: A2aServing
  /** A request to the server. */
  readonly fetch: typeof globalThis.fetch
  /** The official client, with the token unless it is a stranger. */
  client(options?: { readonly stranger?: boolean }): Promise<Client>
  [Symbol.asyncDispose](): Promise<void>
}

/** Serves a test agent. */
export function createTestA2a(options: TestA2aOptions = {}): TestA2a {
  const made = createTestAgent(options)
  const { agent, db, clock, log } = made
  migrate(db, 'agent-a2a', a2aMigrations)
  const serving = serveA2a(
    {
      ...{ agent, db, clock, log, ids: createIdSource({ clock, rng: createRng('a2a') }) },
      ...(options.strangers !== undefined && { strangers: options.strangers }),
      ...(options.paused !== undefined && { paused: options.paused }),
      fetch: options.fetch ?? (() => Promise.reject(new TypeError('No address is reached here'))),
    },
    { name: 'Test', version: '1.2.3', allowHosts: ['hooks.test'] },
  )
  const app = new Hono()
  app.onError((error) => new Response(error.message, { status: 401 }))
  serving.mount(app, { token: ownerToken, hosts: ['agent.test'], trustLoopback: false })
  serving.start()
  const fetch: typeof globalThis.fetch = async (input, init) => app.fetch(new Request(input, init))
  return {
    ...made,
    ...{ app, serving, fetch },
    client({ stranger = false } = {}) {
      const asOwner: typeof globalThis.fetch = (input, init) => {
        const request = new Request(input, init)
        if (!stranger) request.headers.set('authorization', `Bearer ${ownerToken}`)
        return fetch(request)
      }
      return clientOf(asOwner)
    },
    async [Symbol.asyncDispose]() {
      await serving.close()
      await agent.close()
      db.close()
    },
  }
}

/** The official client, which goes out by a fetch. */
function clientOf(fetchImpl: typeof globalThis.fetch, url = 'http://agent.test'): Promise<Client> {
  const options = { fetchImpl, legacyCompat: { enabled: true } }
  return new ClientFactory(
    ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
      transports: [new JsonRpcTransportFactory(options)],
      cardResolver: new DefaultAgentCardResolver(options),
    }),
  ).createFromUrl(url)
}

/** A request that says a text. */
export function saying(
  text: string,
  more: Partial<Message> & {
    readonly hook?: TaskPushNotificationConfig
    readonly returnImmediately?: boolean
  } = {},
): SendMessageRequest {
  const { hook, returnImmediately = false, ...message } = more
  return {
    tenant: '',
    message: {
      ...{ messageId: `m-${text.slice(0, 20)}`, contextId: '', taskId: '', role: Role.ROLE_USER },
      ...{ parts: [textPart(text)], metadata: undefined, extensions: [], referenceTaskIds: [] },
      ...message,
    },
    configuration: { acceptedOutputModes: [], taskPushNotificationConfig: hook, returnImmediately },
    metadata: undefined,
  }
}

/** The task that an answer is. */
export function asTask(answer: Message | Task): Task {
  if (!('id' in answer)) throw new RangeError('The answer is a message')
  return answer
}

/** What a task says, in short. */
export function inShort({ status, artifacts }: Task): { state: string | undefined; says: string; answer: string } {
  return {
    state: status === undefined ? undefined : TaskState[status.state],
    says: textIn(status?.message?.parts),
    answer: textIn(artifacts[0]?.parts),
  }
}

/** An event, in short. */
export function eventInShort({ payload }: StreamResponse): string {
  switch (payload?.$case) {
    case 'task':
      return `task ${inShort(payload.value).state}`
    case 'statusUpdate': {
      const { status } = payload.value
      return `status ${status === undefined ? '' : TaskState[status.state]}`
    }
    case 'artifactUpdate':
      return `artifact ${payload.value.append ? '+' : '='}${textIn(payload.value.artifact?.parts)}`
    default:
      return `message ${textIn(payload?.value.parts)}`
  }
}

function textIn(parts: Message['parts'] = []): string {
  return parts.map(({ content }) => (content?.$case === 'text' ? content.value : '')).join('')
}
