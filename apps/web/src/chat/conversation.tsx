/** One conversation: its messages, the turn that runs in it, and where the next message is written. */

import { useEffect, useState } from 'react'
import { useLive, useStudio } from '../api/studio.js'
import { useAttempt } from '../design/notices.js'
import { truncate } from '../format/quantity.js'
import { summarizeCall, summaryText } from './call-summary.js'
import { Composer } from './composer.js'
import { useDraft } from './draft.js'
import { FailureNotice } from './failure.js'
import { MessageList } from './message-list.js'
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
  const [draft, setDraft] = useDraft(id)
  const { messages, running, failure, loaded, send } = useTurns({ id, first, onFirstSent, onUnsent: setDraft })
  const asking = useAsking(id)
  const stop = () => void attempt('stop the turn', () => api.stop(id))
  useEscape(running, stop)

  return (
    <>
      <MessageList messages={messages} running={running}>
        {loaded && messages.length === 0 && !failure && <Welcome onTry={send} />}
        {failure && <FailureNotice failure={failure} />}
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

/** A conversation that begins with its first message. */
export function NewConversation({ onStarted }: { onStarted: (id: string, first: string) => void }) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const [draft, setDraft] = useDraft('new')
  const [starting, setStarting] = useState(false)

  async function start(text: string): Promise<void> {
    if (starting) return
    setStarting(true)
    const started = await attempt('start the conversation', async () => {
      const { id } = await api.createSession()
      setDraft('')
      onStarted(id, text)
    })
    if (!started) setStarting(false)
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

/** Tells a screen reader where the turn stands; the list of messages tells the answer once it is whole. */
function Announcer({ running, asking }: { running: boolean; asking: readonly string[] }) {
  const text = asking.length > 0 ? `Salp waits for you: ${asking.join(', ')}` : running ? 'Salp is working' : ''
  return (
    <p className="visually-hidden" role="status">
      {truncate(text, 300)}
    </p>
  )
}
