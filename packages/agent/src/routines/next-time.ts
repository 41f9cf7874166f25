/** When a trigger is due next. */

import { SalpError } from '@salp/core'
import { Cron } from 'croner'
import type { Trigger } from '../protocol-routines.js'

/**
 * The first time after `after` at which a trigger is due, or looks.
 *
 * @param after - In ms since the epoch.
 * @returns In ms since the epoch; nothing for one that is past, or does not go by time.
 * @throws {@link TriggerError} (`agent/routine-invalid`) if a pattern or a time zone means nothing.
 */
export function nextTime(trigger: Trigger, after: number): number | undefined {
  switch (trigger.type) {
    case 'cron':
      return nextOfCron(trigger, after)
    case 'at':
      return trigger.at > after ? trigger.at : undefined
    case 'webhook':
      return undefined
    default:
      return after + trigger.minutes * 60_000
  }
}

function nextOfCron({ cron, timezone }: Extract<Trigger, { type: 'cron' }>, after: number): number | undefined {
  try {
    const pattern = new Cron(cron, { mode: '5-part', paused: true, ...(timezone !== undefined && { timezone }) })
    return pattern.nextRun(new Date(after))?.getTime()
  } catch (cause) {
    throw new TriggerError(timezone === undefined ? `"${cron}"` : `"${cron}" in "${timezone}"`, cause)
  }
}

/** A time that means nothing: `agent/routine-invalid`. */
class TriggerError extends SalpError {
  constructor(time: string, cause: unknown) {
    super(
      'agent/routine-invalid',
      `Cannot tell when ${time} is. Write minute, hour, day, month and weekday, such as "30 7 * * 1-5", and a zone such as "Europe/Zurich"`,
      { cause },
    )
  }
}
