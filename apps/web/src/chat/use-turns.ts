/** The messages of a conversation, kept in step with the node: loaded, followed while a turn runs, resumed after a break. */

import { useChat } from '@ai-sdk/react'
import { DefaultChatTransport } from 'ai'
import { useEffect, useRef, useState } from 'react'
import type { StudioMessage } from '../api/contracts.js'
import { describeProblem } from '../api/problem.js'
import { useLive, useOffline, useStudio } from '../api/studio.js'
import { useAttempt } from '../design/notices.js'
import { type Failure, loadFailure, streamFailure } from './failure.js'
import { textOf, viewMessage } from './message-blocks.js'

/** Streamed pieces are shown together at this pace. */
const paceMs = 40

/** What the hook asks of its view. */
export interface TurnsOptions {
  /** The conversation. */
  readonly id: string
  /** Message that opens it; sent once, at once. */
  readonly first: string | undefined
  readonly onFirstSent: () => void
  /** Takes back a message that did not reach the node. */
  readonly onUnsent: (text: string) => void
}

/** A conversation as its view shows it. */
export interface Turns {
  readonly messages: readonly StudioMessage[]
  readonly running: boolean
  /** Whether the messages are known, so that none means an empty conversation. */
  readonly loaded: boolean
  readonly failure: Failure | undefined
  /** When what is shown was read, where the node could not be asked; in ms since the epoch. */
  readonly readAt: number | undefined
  readonly send: (text: string) => void
}

/** Follows a conversation. */
export function useTurns({ id, first, onFirstSent, onUnsent }: TurnsOptions): Turns {
  const { api, kept, outbox } = useStudio()
  const attempt = useAttempt()
  const offline = useOffline()
  const [transport] = useState(createTransport)
  const chat = useChat<StudioMessage>({ id, transport, throttle: paceMs })
  const { messages, status, error, setMessages, sendMessage, resumeStream, clearError, stop } = chat
  const [loadError, setLoadError] = useState<unknown>()
  const [loaded, setLoaded] = useState(first !== undefined)
  const [readAt, setReadAt] = useState<number>()
  const connections = useRef(0)
  const running = status === 'submitted' || status === 'streaming'
  const connected = useLive((live) => live.connection.status === 'open')
  const lastStarted = useLive((live) => (live.lastStarted?.sessionId === id ? live.lastStarted.turnId : undefined))

  const reload = () => void load()

  function send(text: string): void {
    // What waits goes first, so that nothing is said out of order.
    if (offline || outbox.has(id)) void wait(text)
    else void sendMessage({ text })
  }

  /** Leaves a message to be sent when the node is back; one that was sent already keeps its id. */
  async function wait(text: string, messageId?: string): Promise<void> {
    const added = await attempt('keep the message', () => outbox.add({ id: messageId, sessionId: id, text }))
    if (!added) onUnsent(text)
  }

  async function load(): Promise<void> {
    const sent = messages.filter(({ role }) => role === 'user')
    try {
      const { session, messages: kept } = await api.session(id)
      const unsent = sent.slice(kept.filter(({ role }) => role === 'user').length)
      if (unsent.length > 0) onUnsent(unsent.map(textOf).join('\n'))
      clearError()
      setMessages(kept)
      setLoaded(true)
      setLoadError(undefined)
      setReadAt(undefined)
      if (session.active) await resumeStream()
    } catch (failure) {
      if (!(await loadKept(failure))) setLoadError(failure)
    }
  }

  /** Shows what was read before, where the node is away; a conversation that it has yet to hear of is empty. */
  async function loadKept(failure: unknown): Promise<boolean> {
    const { kind } = describeProblem(failure)
    // Without a store of its own the browser has read nothing.
    const known = kind === 'offline' ? await kept.conversation(id).catch(() => undefined) : undefined
    if (kind === 'missing') await kept.forgetConversation(id).catch(() => undefined)
    if (known === undefined && !outbox.has(id)) return false
    if (known !== undefined) setMessages([...known.messages])
    setReadAt(known?.savedAt)
    setLoaded(true)
    setLoadError(undefined)
    return true
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown is kept when it is whole
  useEffect(() => {
    if (status !== 'ready' || !loaded || readAt !== undefined || messages.length === 0) return
    // Where the browser keeps nothing, there is nothing to read without the node.
    kept.keepConversation({ id, messages, savedAt: Date.now() }).catch(() => undefined)
  }, [status, loaded, messages])

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once for each conversation
  useEffect(() => {
    if (first === undefined) void load()
    else {
      send(first)
      onFirstSent()
    }
    // Leaves the stream, not the turn: the node goes on, and the next visit resumes.
    return () => void stop()
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the connection comes back
  useEffect(() => {
    if (!connected) return
    connections.current += 1
    const isOld = loadError !== undefined || readAt !== undefined
    const broken = isOld || (error && describeProblem(error).kind === 'offline')
    if ((connections.current > 1 || broken) && !running) void load()
  }, [connected])

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when a turn began, and acts if this page did not ask for it
  useEffect(() => {
    if (lastStarted !== undefined && !running && loaded) void load()
  }, [lastStarted])

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once for each error
  useEffect(() => {
    const last = messages.at(-1)
    if (!error || last?.role !== 'user') return
    if (isRefused(error)) onUnsent(textOf(last))
    else if (describeProblem(error).kind === 'offline') void wait(textOf(last), last.id)
    else return
    setMessages(messages.slice(0, -1))
    if (!isRefused(error)) clearError()
  }, [error])

  function failure(): Failure | undefined {
    if (running) return undefined
    if (loadError !== undefined) return loadFailure(loadError, reload)
    const last = messages.at(-1)
    const turn = last?.role === 'assistant' ? viewMessage(last).turn : undefined
    const asked = messages.findLast(({ role }) => role === 'user')
    if (turn?.status === 'failed' && asked) {
      const action = { label: 'Try again', run: () => send(textOf(asked)) }
      return { title: 'The turn failed', detail: turn.reason ?? '', action }
    }
    return error && streamFailure(error, reload)
  }

  return { messages, running, loaded, readAt, send, failure: failure() }
}

function createTransport(): DefaultChatTransport<StudioMessage> {
  return new DefaultChatTransport({
    api: '/api/chat',
    // The node has the history; it takes the newest message from here.
    prepareSendMessagesRequest: ({ id, messages, trigger }) => ({
      body: { id, messages: messages.slice(-1), trigger, once: true },
    }),
  })
}

/** Whether the node answered a message with an error: it did not take it. */
function isRefused(error: Error): boolean {
  return 'statusCode' in error
}
