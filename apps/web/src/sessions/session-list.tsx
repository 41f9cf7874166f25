/** The conversations, by day: open, rename, delete. */

import type { SessionSummary } from '@salp/agent'
import { type FormEvent, useRef, useState } from 'react'
import { describeProblem } from '../api/problem.js'
import { useLive, useOutbox, useStudio } from '../api/studio.js'
import { ConfirmDialog } from '../design/dialog.js'
import { Icon } from '../design/icon.js'
import { useAttempt } from '../design/notices.js'
import { Salp } from '../design/salp.js'
import { dayHeading, formatAgo, formatMoment } from '../format/time.js'
import { type PageName, pages } from './pages.js'
import { openSession } from './route.js'
import type { SessionsView } from './use-sessions.js'

/** Lists the conversations; `onOpened` is told after each choice, so that a sheet can close. */
export function SessionList({
  sessions,
  current,
  page,
  onOpened,
}: {
  sessions: SessionsView
  current: string | undefined
  /** The page that is open in place of a conversation. */
  page: PageName | undefined
  onOpened: () => void
}) {
  const [deleting, setDeleting] = useState<SessionSummary>()
  const { api, kept } = useStudio()
  const attempt = useAttempt()
  const now = Date.now()
  const groups = Map.groupBy(sessions.value ?? [], ({ updatedAt }) => dayHeading(updatedAt, now))
  const open = (id: string | undefined) => {
    openSession(id)
    onOpened()
  }

  return (
    <nav className="sessions" aria-label="Sessions">
      <div className="brand">
        <Salp size={22} />
        <span>Salp</span>
      </div>
      <button type="button" className="button new-session" aria-keyshortcuts="Alt+N" onClick={() => open(undefined)}>
        <Icon name="plus" /> New conversation
      </button>
      {pages.map(({ name, hash, icon }) => (
        <a
          key={name}
          className="button-quiet page-link"
          href={hash}
          aria-current={page === name ? 'page' : undefined}
          onClick={onOpened}
        >
          <Icon name={icon} /> {name}
        </a>
      ))}
      <div className="sessions-scroll">
        {sessions.readAt !== undefined && (
          <p className="muted pad">Salp is away: this is the list of {formatMoment(sessions.readAt)}.</p>
        )}
        {sessions.error !== undefined && !sessions.value && (
          <p className="muted pad">{describeProblem(sessions.error).title}</p>
        )}
        {sessions.value?.length === 0 && <p className="muted pad">Your conversations will be listed here.</p>}
        {[...groups].map(([heading, members]) => (
          <section key={heading} aria-label={heading}>
            <h2 className="list-heading">{heading}</h2>
            <ul>
              {members.map((session) => (
                <SessionRow
                  key={session.id}
                  session={session}
                  now={now}
                  isCurrent={session.id === current}
                  onOpen={() => open(session.id)}
                  onDelete={() => setDeleting(session)}
                  onRenamed={sessions.reload}
                />
              ))}
            </ul>
          </section>
        ))}
      </div>
      {deleting && (
        <ConfirmDialog
          title="Delete this conversation?"
          detail={`“${titleOf(deleting)}” and its messages are deleted. What was remembered and the tasks stay.`}
          action="Delete"
          onClose={() => setDeleting(undefined)}
          onConfirm={async () => {
            if (!(await attempt('delete the conversation', () => api.deleteSession(deleting.id)))) return
            await kept.forgetConversation(deleting.id).catch(() => undefined)
            sessions.reload()
            if (deleting.id === current) openSession(undefined)
          }}
        />
      )}
    </nav>
  )
}

/** What a conversation is called. */
export function titleOf({ title }: SessionSummary): string {
  return title.trim() || 'New conversation'
}

function SessionRow({
  session,
  now,
  isCurrent,
  onOpen,
  onDelete,
  onRenamed,
}: {
  session: SessionSummary
  now: number
  isCurrent: boolean
  onOpen: () => void
  onDelete: () => void
  onRenamed: () => void
}) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const [renaming, setRenaming] = useState(false)
  const cancelled = useRef(false)
  const waits = useLive(
    ({ approvals, questions }) =>
      approvals.some(({ sessionId }) => sessionId === session.id) ||
      questions.some(({ sessionId }) => sessionId === session.id),
  )
  const unsent = useOutbox().some(({ sessionId }) => sessionId === session.id)
  const title = titleOf(session)

  async function rename(next: string): Promise<void> {
    setRenaming(false)
    const changed = next.trim() !== '' && next.trim() !== title && !cancelled.current
    cancelled.current = false
    if (changed && (await attempt('rename the conversation', () => api.renameSession(session.id, next.trim()))))
      onRenamed()
  }

  if (renaming) {
    return (
      <li className="session session-renaming">
        <form
          onSubmit={(event: FormEvent<HTMLFormElement>) => {
            event.preventDefault()
            event.currentTarget.querySelector('input')?.blur()
          }}
        >
          <input
            aria-label="Title"
            defaultValue={title}
            // biome-ignore lint/a11y/noAutofocus: the field replaces the button that was just pressed
            autoFocus
            onFocus={(event) => event.target.select()}
            onBlur={(event) => rename(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return
              event.stopPropagation()
              cancelled.current = true
              event.currentTarget.blur()
            }}
          />
        </form>
      </li>
    )
  }
  return (
    <li className={isCurrent ? 'session session-current' : 'session'}>
      <button type="button" className="session-open" aria-current={isCurrent ? 'page' : undefined} onClick={onOpen}>
        <span className="session-title">{title}</span>
        <span className="session-note">
          {waits
            ? 'Waits for you'
            : unsent
              ? 'Waits to be sent'
              : session.active
                ? 'Working'
                : formatAgo(session.updatedAt, now)}
        </span>
        {(waits || session.active) && <span className={waits ? 'dot dot-warm' : 'dot dot-live'} />}
      </button>
      <span className="session-actions">
        <button
          type="button"
          className="button-quiet button-icon button-small"
          aria-label={`Rename ${title}`}
          onClick={() => setRenaming(true)}
        >
          <Icon name="edit" size={15} />
        </button>
        <button
          type="button"
          className="button-quiet button-icon button-small"
          aria-label={`Delete ${title}`}
          onClick={onDelete}
        >
          <Icon name="trash" size={15} />
        </button>
      </span>
    </li>
  )
}
