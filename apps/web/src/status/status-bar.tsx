/** One line about the whole: connection, model, folder, regime, cost, version. */

import type { AgentStatus } from '@salp/agent'
import { useEffect, useState } from 'react'
import type { Connection } from '../api/event-stream.js'
import { useResource } from '../api/resource.js'
import { useLive, useStudio } from '../api/studio.js'
import { Icon } from '../design/icon.js'
import { Popover } from '../design/popover.js'
import { formatCost, formatCount } from '../format/quantity.js'
import { ModelHelp } from './model-help.js'

const refreshMs = 1_000

/** Shows the status line. */
export function StatusBar() {
  const { api } = useStudio()
  const revision = useLive((live) => live.revisions.status)
  const connection = useLive((live) => live.connection)
  const { value } = useResource(api.status, String(revision), refreshMs)
  return (
    <section className="status-bar" aria-label="Status">
      <ConnectionState connection={connection} />
      {value && (
        <>
          <ModelSlot model={value.model} />
          <span className="status-item status-workspace" title={`Workspace: ${value.workspace}`}>
            <Icon name="folder" size={14} />
            <span>{value.workspace}</span>
          </span>
          <span className="status-item status-wide" title="Regime">
            <Icon name="mind" size={14} /> {value.regime}
          </span>
          <Usage usage={value.usage} />
          <span className="status-item status-wide">{value.version}</span>
        </>
      )}
    </section>
  )
}

function ConnectionState({ connection }: { connection: Connection }) {
  const seconds = useCountdown(connection.status === 'waiting' ? connection.retryAt : undefined)
  const live = connection.status === 'open'
  const text = live
    ? 'Connected'
    : connection.status === 'waiting'
      ? `Reconnecting in ${seconds} s`
      : connection.status === 'refused'
        ? 'Signed out'
        : 'Connecting'
  return (
    <span className="status-item" role="status">
      <span className={live ? 'dot dot-live' : 'dot dot-warm'} /> {text}
    </span>
  )
}

function ModelSlot({ model: { name, provider, reflex } }: Pick<AgentStatus, 'model'>) {
  if (!reflex) {
    return (
      <span className="status-item" title={`Answers come from ${name}, through ${provider}`}>
        <Icon name="spark" size={14} />
        <span>{name}</span>
      </span>
    )
  }
  return (
    <Popover
      className="status-item status-button"
      button={
        <>
          <Icon name="spark" size={14} />
          <span>
            reflex model <span className="status-extra">— no LLM connected</span>
          </span>
        </>
      }
    >
      <ModelHelp />
    </Popover>
  )
}

function Usage({ usage: { inputTokens, outputTokens, costUsd } }: Pick<AgentStatus, 'usage'>) {
  const tokens = inputTokens + outputTokens
  return (
    <span className="status-item status-push" title={`${inputTokens} tokens in, ${outputTokens} out`}>
      {formatCount(tokens)} tokens · {formatCost(costUsd)}
    </span>
  )
}

/** Whole seconds until a moment, counted down each second. */
function useCountdown(until: number | undefined): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (until === undefined) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [until])
  return until === undefined ? 0 : Math.max(0, Math.ceil((until - now) / 1_000))
}
