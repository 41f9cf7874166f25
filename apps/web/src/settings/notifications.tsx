/** Which devices are told what waits for a person, and of what. */

import type { PushDevice, PushKinds } from '@salp/agent'
import { useEffect, useState } from 'react'
import { describeProblem } from '../api/problem.js'
import { useResource } from '../api/resource.js'
import { useOffline, useStudio } from '../api/studio.js'
import { useAttempt, useNotice } from '../design/notices.js'
import { Section } from '../design/page.js'
import { PanelProblem } from '../design/panel-problem.js'
import { formatAgo } from '../format/time.js'
import {
  currentSubscription,
  nameOf,
  obstacleOf,
  orderOf,
  type PushObstacle,
  readSupport,
  subscribe,
} from './push-device.js'

const obstacles: Readonly<Record<Exclude<PushObstacle, undefined>, string>> = {
  'not-secure':
    'Browsers tell nothing to pages that come by plain HTTP from another machine. Put HTTPS in front of Salp, or open it on its own machine.',
  'not-installed':
    'On an iPhone or iPad, install Studio first: Share, then “Add to Home Screen”, and open it from there.',
  'not-supported': 'This browser cannot be told anything while Studio is closed.',
  blocked: 'Notifications of this page are blocked in the settings of this browser. Allow them there, then come back.',
}

const kindNames: readonly { readonly kind: keyof PushKinds; readonly name: string }[] = [
  { kind: 'approvals', name: 'A call waits for your word' },
  { kind: 'questions', name: 'Salp asks you something' },
  { kind: 'tasks', name: 'A task done alone is done, or needs you' },
]

const everything: PushKinds = { approvals: true, questions: true, tasks: true }

const outcomes = {
  taken: 'Sent. It should be here any moment',
  gone: 'The push service does not know this device any more. Switch it on again',
  later: 'The push service could not be reached',
  refused: 'The push service refused it',
} as const

/** Shows this device first, then the others. */
export function Notifications() {
  const { api } = useStudio()
  const attempt = useAttempt()
  const notice = useNotice()
  const offline = useOffline()
  const { value, error, reload } = useResource(api.push, '')
  const [own, setOwn] = useState<PushSubscription>()
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    // A browser without subscriptions has none.
    currentSubscription().then(setOwn, () => undefined)
  }, [])
  const here = value?.devices.find(({ endpoint }) => endpoint === own?.endpoint)
  const others = value?.devices.filter((device) => device !== here) ?? []
  const obstacle = obstacleOf(readSupport())

  async function act(what: string, action: () => Promise<unknown>): Promise<void> {
    setBusy(true)
    await attempt(what, action)
    setBusy(false)
    reload()
  }
  async function switchOn(publicKey: string): Promise<void> {
    const subscription = await subscribe(publicKey)
    await api.subscribePush(orderOf(subscription, { label: nameOf(navigator.userAgent), kinds: everything }))
    setOwn(subscription)
  }
  async function switchOff(device: PushDevice): Promise<void> {
    await api.unsubscribePush(device.endpoint)
    if (device === here) {
      await own?.unsubscribe()
      setOwn(undefined)
    }
  }
  const change = (subscription: PushSubscription, device: PushDevice, kinds: PushKinds) =>
    act('change what this device is told', () =>
      api.subscribePush(orderOf(subscription, { label: device.label, kinds })),
    )

  return (
    <Section name="Notifications">
      <p className="muted">
        Salp tells this device what waits for you while Studio is closed. Only the device can read it; nothing is
        decided before you open it.
      </p>
      {error !== undefined &&
        !value &&
        (describeProblem(error).kind === 'missing' ? (
          <p className="settings-obstacle">
            This node keeps everything on its machine (agent.airGap), so it tells no device.
          </p>
        ) : (
          <PanelProblem error={error} onRetry={reload} />
        ))}
      {value && obstacle !== undefined && <p className="settings-obstacle">{obstacles[obstacle]}</p>}
      {value && obstacle === undefined && !here && (
        <button
          type="button"
          className="button button-primary"
          disabled={busy || offline}
          onClick={() => act('switch notifications on', () => switchOn(value.publicKey))}
        >
          Tell this device
        </button>
      )}
      {here && own && (
        <fieldset className="choices" disabled={busy || offline}>
          <legend>This device hears when</legend>
          {kindNames.map(({ kind, name }) => (
            <label key={kind} className="choice">
              <input
                type="checkbox"
                checked={here.kinds[kind]}
                onChange={({ target }) => change(own, here, { ...here.kinds, [kind]: target.checked })}
              />{' '}
              {name}
            </label>
          ))}
          <div className="actions">
            <button
              type="button"
              className="button"
              onClick={() =>
                act('send a test', async () => notice(outcomes[(await api.testPush(here.endpoint)).outcome]))
              }
            >
              Send a test
            </button>
            <button
              type="button"
              className="button"
              onClick={() => act('switch notifications off', () => switchOff(here))}
            >
              Tell it nothing more
            </button>
          </div>
        </fieldset>
      )}
      {others.length > 0 && (
        <>
          <h3>Other devices</h3>
          <ul className="devices">
            {others.map((device) => (
              <li key={device.endpoint}>
                <span>
                  {device.label}
                  <small className="muted">
                    {device.reachedAt === undefined
                      ? ` since ${formatAgo(device.createdAt, Date.now())}`
                      : ` last told ${formatAgo(device.reachedAt, Date.now())}`}
                  </small>
                </span>
                <button
                  type="button"
                  className="button"
                  aria-label={`Remove ${device.label}`}
                  disabled={busy || offline}
                  onClick={() => act('remove the device', () => switchOff(device))}
                >
                  Remove
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  )
}
