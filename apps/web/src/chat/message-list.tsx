/** The messages of a conversation, kept at the newest line unless the reader scrolled up. */

import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { StudioMessage } from '../api/contracts.js'
import { AgentMessage, Working } from './agent-message.js'
import { textOf } from './message-blocks.js'

const nearPx = 80

/** Lists the messages, and below them `children`: notices about the conversation. */
export function MessageList({
  messages,
  running,
  children,
}: {
  messages: readonly StudioMessage[]
  running: boolean
  children: ReactNode
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const following = useRef(true)
  const lastTop = useRef(0)
  const [away, setAway] = useState(false)
  const sent = messages.filter(({ role }) => role === 'user').length

  useEffect(() => {
    const observer = new ResizeObserver(() => {
      if (following.current) scroller.current?.scrollTo({ top: scroller.current.scrollHeight })
    })
    if (content.current) observer.observe(content.current)
    return () => observer.disconnect()
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a message of one's own is always shown
  useEffect(() => toNewest('instant'), [sent])

  function toNewest(behavior: ScrollBehavior): void {
    following.current = true
    setAway(false)
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight, behavior })
  }

  const last = messages.at(-1)
  return (
    <div
      ref={scroller}
      className="messages"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        // Content that grows moves the end away too; only a reader who scrolls up stops the following.
        if (scrollHeight - scrollTop - clientHeight < nearPx) following.current = true
        else if (scrollTop < lastTop.current) following.current = false
        lastTop.current = scrollTop
        setAway(!following.current)
      }}
    >
      <div ref={content} className="messages-content" role="log" aria-label="Messages" aria-busy={running}>
        {messages.map((message) =>
          message.role === 'user' ? (
            <UserMessage key={message.id} message={message} />
          ) : (
            <AgentMessage key={message.id} message={message} turnRuns={running && message === last} />
          ),
        )}
        {running && last?.role !== 'assistant' && (
          <div className="message message-agent">
            <Working />
          </div>
        )}
        {children}
      </div>
      {away && (
        <button type="button" className="button to-newest" onClick={() => toNewest('smooth')}>
          Jump to newest
        </button>
      )}
    </div>
  )
}

function UserMessage({ message }: { message: StudioMessage }) {
  return (
    <article className="message message-user" aria-label="You">
      {textOf(message)}
    </article>
  )
}
