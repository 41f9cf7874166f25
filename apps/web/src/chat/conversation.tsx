/** One conversation: its messages, the turn that runs in it, and where the next message is written. */

import { useEffect, useState } from 'react'
import { describeProblem } from '../api/problem.js'
import { useLive, useOffline, useOutbox, useStudio } from '../api/studio.js'
import { useAttempt } from '../design/notices.js'
import { truncate } from '../format/quantity.js'
import { formatMoment } from '../format/time.js'
import { newId } from '../offline/new-id.js'
import { WaitingList } from '../offline/waiting-list.js'
import { summarizeCall, summaryText } from './call-summary.js'
import { Composer } from './composer.js'
import { useDraft } from './draft.js'
import { FailureNotice } from './failure.js'
import { MessageList } from './message-list.js'
import { QuestionForm } from './question-form.js'
import { useTurns } from './use-turns.js'
import { Welcome } from './welcome.js'

/** A conversation that exists. `first` is sent at once: it is the message that opened it. */
export function Conversation({
  id,
  first,
  onFirstSent,
}: {
  id: string
  first: string | undefined
  onFirstSent: () => void
}) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const waits = useOutbox().some(({ sessionId }) => sessionId === id)
  const [draft, setDraft] = useDraft(id)
  const { messages, running, failure, loaded, readAt, send } = useTurns({ id, first, onFirstSent, onUnsent: setDraft })
  const asking = useAsking(id)
  const stop = () => void attempt('stop the turn', () => api.stop(id))
  useEscape(running, stop)

  return (
    <>
      <MessageList messages={messages} running={running}>
        {loaded && messages.length === 0 && !failure && !waits && <Welcome onTry={send} />}
        {readAt !== undefined && <p className="read-at">As it was on {formatMoment(readAt)}</p>}
        <WaitingList sessionId={id} onWithdrawn={(text) => setDraft(draft === '' ? text : `${draft}\n${text}`)} />
        {failure && <FailureNotice failure={failure} />}
        <StandingQuestions sessionId={id} />
      </MessageList>
      <div className="dock">
        {asking.length > 0 && (
          <button type="button" className="asking-line" onClick={focusAsking}>
            Waits for you: {truncate(asking.join(', '), 80)} <kbd>Ctrl J</kbd>
          </button>
        )}
        <Composer
          draft={draft}
          running={running}
          onDraft={setDraft}
          onStop={stop}
          onSend={(text) => {
            setDraft('')
            send(text)
          }}
        />
      </div>
      <Announcer running={running} asking={asking} />
    </>
  )
}

/** A conversation that begins with its first message; without the node that waits to be sent. */
export function NewConversation({ onStarted }: { onStarted: (id: string, first: string | undefined) => void }) {
  const { api, outbox } = useStudio()
  const offline = useOffline()
  const attempt = useAttempt()
  const [draft, setDraft] = useDraft('new')
  const [starting, setStarting] = useState(false)

  async function start(text: string): Promise<void> {
    if (starting) return
    setStarting(true)
    const started = await attempt('start the conversation', async () => {
      const id = offline ? undefined : await create()
      if (id === undefined) await startLater(text)
      else onStarted(id, text)
      setDraft('')
    })
    if (!started) setStarting(false)
  }

  /** @returns Nothing where the node turns out to be away. */
  async function create(): Promise<string | undefined> {
    try {
      return (await api.createSession()).id
    } catch (error) {
      if (describeProblem(error).kind === 'offline') return undefined
      throw error
    }
  }
  async function startLater(text: string): Promise<void> {
    const id = newId()
    await outbox.add({ sessionId: id, text })
    onStarted(id, undefined)
  }

  return (
    <>
      <div className="messages">
        <div className="messages-content">
          <Welcome onTry={start} />
        </div>
      </div>
      <div className="dock">
        <Composer draft={draft} running={false} onDraft={setDraft} onSend={start} onStop={() => undefined} />
      </div>
    </>
  )
}

/** Puts the focus on the first thing that waits for a decision or an answer. */
export function focusAsking(): void {
  const waiting = document.querySelector<HTMLElement>('[data-asking]')
  const target = waiting?.matches('form') ? waiting.querySelector<HTMLElement>('button, input') : waiting
  target?.focus()
  target?.scrollIntoView({ block: 'nearest' })
}

/** What waits for a person in this conversation, in words. */
function useAsking(id: string): string[] {
  const approvals = useLive((live) => live.approvals)
  const questions = useLive((live) => live.questions)
  return [
    ...approvals.flatMap(({ sessionId, tool, input }) =>
      sessionId === id ? [summaryText(summarizeCall(tool, input))] : [],
    ),
    ...questions.flatMap(({ sessionId, question }) => (sessionId === id ? [question] : [])),
  ]
}

function useEscape(active: boolean, action: () => void): void {
  useEffect(() => {
    if (!active) return
    const onKeyDown = (event: KeyboardEvent) => {
      const inside = document.querySelector('dialog[open], [popover]:popover-open')
      if (event.key === 'Escape' && !event.defaultPrevented && !inside) action()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  })
}

/** What work that is done alone asks in this conversation; no message of it has them. */
function StandingQuestions({ sessionId }: { sessionId: string }) {
  const questions = useLive((live) => live.questions)
  return questions
    .filter((question) => question.sessionId === sessionId && question.turnId === question.callId)
    .map((question) => (
      <article key={question.id} className="card card-warm" aria-label="A question">
        <QuestionForm question={question} />
      </article>
    ))
}

/** Tells a screen reader where the turn stands; the list of messages tells the answer once it is whole. */
function Announcer({ running, asking }: { running: boolean; asking: readonly string[] }) {
  const text = asking.length > 0 ? `Salp waits for you: ${asking.join(', ')}` : running ? 'Salp is working' : ''
  return (
    <p className="visually-hidden" role="status">
      {truncate(text, 300)}
    </p>
  )
}
