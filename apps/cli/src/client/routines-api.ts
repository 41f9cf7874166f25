/** Requests about what the agent does by itself. */

import type { Routine, RoutineChange, RoutineInput, RoutineRun } from '@salp/agent'
import type { Send } from './send.js'

/** Every request about routines. */
export interface RoutinesApi {
  list(): Promise<{ routines: Routine[] }>
  get(id: number): Promise<{ routine: Routine; runs: RoutineRun[] }>
  /** The secret of a webhook is in this answer alone. */
  add(routine: RoutineInput): Promise<{ routine: Routine; secret?: string }>
  change(id: number, change: RoutineChange): Promise<Routine>
  remove(id: number): Promise<void>
  run(id: number): Promise<RoutineRun>
  briefing(period: 'day' | 'week'): Promise<{ text: string }>
}

/** Creates the requests. */
export function createRoutinesApi({ request }: Send): RoutinesApi {
  return {
    list: () => request('GET', '/api/routines'),
    get: (id) => request('GET', `/api/routines/${id}`),
    add: (body) => request('POST', '/api/routines', { body }),
    change: (id, body) => request('PATCH', `/api/routines/${id}`, { body }),
    remove: (id) => request('DELETE', `/api/routines/${id}`),
    run: (id) => request('POST', `/api/routines/${id}/run`),
    briefing: (period) => request('GET', `/api/briefing?period=${period}`),
  }
}
