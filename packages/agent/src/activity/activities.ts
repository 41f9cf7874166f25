/** Everything that goes on, from whatever surface it came, with one way to stop each and one to stop all. */

import { type Logger, SalpError } from '@salp/core'
import type { Activity, Now } from '../protocol-activity.js'

/** A part of the agent whose work a person may see and stop. */
export interface ActivitySource {
  /** @returns What goes on; ids carry the name of the source, so that no two share one. */
  list(): readonly Activity[]
  /** Stops one of them. One that has ended meanwhile is no failure. */
  stop(id: string): void | Promise<void>
}

/** The switch that lets nothing run: it outlives the process. */
export interface Pause {
  /** Why nothing may run; nothing while it may. */
  reason(): string | undefined
  begin(reason: string): void
  end(): void
}

/** What activities ask of the application. */
export interface ActivitiesDeps {
  readonly sources: readonly ActivitySource[]
  readonly pause: Pause
  readonly log: Logger
}

/** What goes on, and how to end it. */
export interface Activities extends Pick<Pause, 'end'> {
  /** What needs a person first, then the oldest. */
  now(): Now
  /** @throws {@link ActivityError} (`agent/activity-unknown`) if nothing of that id goes on. */
  stop(id: string): Promise<void>
  /**
   * Pauses the agent, then stops everything.
   *
   * @returns How many were stopped, and the titles of those that could not be.
   */
  stopAll(reason: string): Promise<{ stopped: number; failed: string[] }>
  /** Lets nothing new run; what goes on goes on without calls. */
  begin(reason: string): void
}

const order: readonly Activity['state'][] = ['waiting', 'blocked', 'running', 'queued']

/** Creates the view over all sources. */
export function createActivities({ sources, pause, log }: ActivitiesDeps): Activities {
  const list = (): { source: ActivitySource; activity: Activity }[] =>
    sources.flatMap((source) => source.list().map((activity) => ({ source, activity })))

  return {
    now() {
      const activities = list()
        .map(({ activity }) => activity)
        .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.since - b.since)
      const paused = pause.reason()
      return { ...(paused !== undefined && { paused }), activities }
    },
    async stop(id) {
      const found = list().find(({ activity }) => activity.id === id)
      if (found === undefined) throw new ActivityError(id)
      await found.source.stop(id)
    },
    async stopAll(reason) {
      pause.begin(reason)
      const all = list().filter(({ activity }) => activity.state !== 'blocked')
      const ends = await Promise.allSettled(all.map(async ({ source, activity }) => source.stop(activity.id)))
      const failed = ends.flatMap((end, index) => {
        if (end.status === 'fulfilled') return []
        const title = all[index]?.activity.title ?? ''
        log.error('Something could not be stopped', { activity: title, error: end.reason })
        return [title]
      })
      return { stopped: all.length - failed.length, failed }
    },
    begin: pause.begin,
    end: pause.end,
  }
}

/** Something to stop that does not go on, or no longer: `agent/activity-unknown`. */
export class ActivityError extends SalpError {
  constructor(id: string) {
    super('agent/activity-unknown', `Cannot stop "${id}": nothing of that name goes on`)
  }
}
