/** What a person may set for this device: notifications, installing, what is kept here, signing out. */

import { useEffect, useState } from 'react'
import { useOffline, useOutbox, useStudio } from '../api/studio.js'
import { ConfirmDialog } from '../design/dialog.js'
import { useAttempt, useNotice } from '../design/notices.js'
import { Section } from '../design/page.js'
import { type Theme, useTheme } from '../design/theme.js'
import { plural } from '../format/quantity.js'
import { Install } from './install.js'
import { Notifications } from './notifications.js'
import { signOutHere } from './sign-out.js'

/** Shows the settings. */
export function SettingsPage() {
  return (
    <div className="page">
      <div className="page-sections settings-sections">
        <Notifications />
        <Install />
        <KeptHere />
        <Appearance />
        <SignOut />
      </div>
    </div>
  )
}

function KeptHere() {
  const { kept } = useStudio()
  const attempt = useAttempt()
  const [count, setCount] = useState<number>()
  useEffect(() => {
    kept.countConversations().then(setCount, () => undefined)
  }, [kept])
  return (
    <Section name="Kept on this device">
      {count === undefined ? (
        <p className="muted">This browser keeps nothing for Studio, so nothing can be read while Salp is away.</p>
      ) : (
        <>
          <p className="muted">
            The 30 conversations that were seen last can be read while Salp is away
            {count === 0 ? '; there is none yet' : `: ${count} by now`}. They are cleared when you sign out.
          </p>
          <button
            type="button"
            className="button"
            disabled={count === 0}
            onClick={() =>
              attempt('forget the conversations', async () => {
                await kept.clear({ outbox: false })
                setCount(0)
              })
            }
          >
            Forget them now
          </button>
        </>
      )}
    </Section>
  )
}

const themes: readonly { readonly theme: Theme; readonly name: string }[] = [
  { theme: 'system', name: 'As the system' },
  { theme: 'light', name: 'Light' },
  { theme: 'dark', name: 'Dark' },
]

function Appearance() {
  const [current, , choose] = useTheme()
  return (
    <Section name="Appearance">
      <fieldset className="choices">
        <legend className="visually-hidden">Theme</legend>
        {themes.map(({ theme, name }) => (
          <label key={theme} className="choice">
            <input type="radio" name="theme" checked={current === theme} onChange={() => choose(theme)} /> {name}
          </label>
        ))}
      </fieldset>
    </Section>
  )
}

function SignOut() {
  const { api, kept } = useStudio()
  const notice = useNotice()
  const offline = useOffline()
  const waiting = useOutbox().length
  const [asking, setAsking] = useState(false)
  const lost =
    waiting === 0
      ? ''
      : ` ${plural(waiting, 'message')} that ${waiting === 1 ? 'waits' : 'wait'} to be sent will be lost.`
  return (
    <Section name="Sign out">
      <p className="muted">
        Forgets what is kept on this device, and tells it nothing more. On the machine that Salp runs on, Studio signs
        in by itself again.
      </p>
      <button type="button" className="button" aria-haspopup="dialog" onClick={() => setAsking(true)}>
        Sign out
      </button>
      {asking && (
        <ConfirmDialog
          title="Sign out of this Salp?"
          detail={`What is kept on this device is forgotten.${lost}${offline ? ' Salp is away: the device stays signed in until you do this again when it is back.' : ''}`}
          action="Sign out"
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            const problems = await signOutHere({ api, kept })
            if (problems.length === 0) location.replace('/')
            else notice(`Not everything was done: ${problems.join(', ')}`)
          }}
        />
      )}
    </Section>
  )
}
