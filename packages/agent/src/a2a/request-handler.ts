/** Requests of the protocol, answered with tasks. */

import type {
  AgentCard,
  ListTasksRequest,
  ListTasksResponse,
  Message,
  StreamResponse,
  Task,
  TaskPushNotificationConfig,
} from '@a2a-js/sdk'
import { TaskState } from '@a2a-js/sdk'
import {
  ExtendedAgentCardNotConfiguredError,
  RequestMalformedError,
  TaskNotCancelableError,
  TaskNotFoundError,
  UnsupportedOperationError,
} from '@a2a-js/sdk/errors'
import type { A2ARequestHandler, ServerCallContext } from '@a2a-js/sdk/server'
import type { Hooks } from './hooks.js'
import { isFinal } from './message.js'
import type { Caller, StoredTask, TaskStore } from './task-store.js'
import type { A2aTasks } from './tasks.js'

/** What answering asks for. */
export interface RequestHandlerDeps {
  readonly tasks: A2aTasks
  readonly store: Pick<TaskStore, 'list'>
  readonly hooks: Hooks
  readonly card: AgentCard
}

/** Key of the signal in a context's state: it aborts when whoever asked has left. */
export const goneKey = 'gone'

/** Name of the user who has the token. */
const ownerName: Caller = 'owner'

/** Tasks on one page of a list. */
const page = { usual: 50, most: 100 } as const

/** Creates the handler that the SDK's transports call. */
export function createRequestHandler({ tasks, store, hooks, card }: RequestHandlerDeps): A2ARequestHandler {
  const callerOf = ({ user }: ServerCallContext): Caller => (user?.userName === ownerName ? 'owner' : 'stranger')
  const goneOf = ({ state }: ServerCallContext): AbortSignal => {
    const gone = state.get(goneKey)
    return gone instanceof AbortSignal ? gone : new AbortController().signal
  }
  const find = (id: string, context: ServerCallContext): StoredTask => {
    if (id.trim() === '') throw new RequestMalformedError('Name the task')
    const task = tasks.find(id, callerOf(context))
    if (task === undefined) throw new TaskNotFoundError(`There is no task "${id}"`)
    return task
  }
  /** Hands a message to its task, a new one where it names none. */
  const take = (
    message: Message | undefined,
    hook: TaskPushNotificationConfig | undefined,
    context: ServerCallContext,
  ): StoredTask => {
    if (message === undefined || message.messageId === '')
      throw new RequestMalformedError('Send a message, with a messageId')
    const known = message.taskId === '' ? undefined : find(message.taskId, context)
    if (known !== undefined && message.contextId !== '' && message.contextId !== known.sessionId)
      throw new RequestMalformedError('The task belongs to another context')
    if (known !== undefined) tasks.say(known, message)
    const task = known ?? tasks.begin(callerOf(context), message)
    if (hook !== undefined) hooks.set({ ...hook, taskId: task.id }, context.requestedVersion)
    const { extensions = [] } = card.capabilities ?? {}
    for (const { uri } of extensions)
      if (context.requestedExtensions?.includes(uri) === true) context.addActivatedExtension(uri)
    return task
  }

  async function* stream(
    take: () => StoredTask,
    context: ServerCallContext,
  ): AsyncGenerator<StreamResponse, void, undefined> {
    yield* tasks.watch(take(), { signal: goneOf(context) })
  }

  return {
    getAgentCard: async () => card,
    async getAuthenticatedExtendedAgentCard() {
      throw new ExtendedAgentCardNotConfiguredError('There is one card, and everybody may see it')
    },
    async sendMessage({ message, configuration }, context) {
      const task = take(message, configuration?.taskPushNotificationConfig, context)
      const { returnImmediately = false, historyLength } = configuration ?? {}
      if (!returnImmediately) await drain(tasks.watch(task, { signal: goneOf(context) }))
      return limited(tasks.show(find(task.id, context)), historyLength)
    },
    sendMessageStream: ({ message, configuration }, context) =>
      stream(() => take(message, configuration?.taskPushNotificationConfig, context), context),
    getTask: async ({ id, historyLength }, context) => limited(tasks.show(find(id, context)), historyLength),
    async cancelTask({ id }, context) {
      const task = find(id, context)
      if (isFinal(tasks.view(task).standing.state))
        throw new TaskNotCancelableError(`Cannot cancel task "${id}": it has ended`)
      await tasks.cancel(task)
      return tasks.show(find(id, context))
    },
    resubscribe: ({ id }, context) =>
      stream(() => {
        const task = find(id, context)
        if (isFinal(tasks.view(task).standing.state))
          throw new UnsupportedOperationError(`Cannot follow task "${id}": it has ended`)
        return task
      }, context),
    async listTasks(request, context) {
      if (callerOf(context) === 'stranger')
        throw new UnsupportedOperationError('Tasks are listed for whoever has the token')
      return listTasks({ tasks, store }, request)
    },
    async createTaskPushNotificationConfig(config, context) {
      find(config.taskId, context)
      return hooks.set(config, context.requestedVersion)
    },
    async getTaskPushNotificationConfig({ taskId, id }, context) {
      find(taskId, context)
      const [first, ...others] = hooks.list(taskId)
      // Version 0.3 lets a client ask for the one that there is.
      const found = id === '' && others.length === 0 ? first : [first, ...others].find((hook) => hook?.id === id)
      if (found === undefined) throw new TaskNotFoundError(`Task "${taskId}" tells no address "${id}"`)
      return found
    },
    async listTaskPushNotificationConfigs({ taskId }, context) {
      find(taskId, context)
      return { configs: hooks.list(taskId), nextPageToken: '' }
    },
    async deleteTaskPushNotificationConfig({ taskId, id }, context) {
      find(taskId, context)
      hooks.remove(taskId, id)
    },
  }
}

/** Reads a stream to its end. */
async function drain(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of events) {
    // Only its end is of interest.
  }
}

function limited(task: Task, historyLength: number | undefined): Task {
  if (historyLength === undefined) return task
  return { ...task, history: historyLength <= 0 ? [] : task.history.slice(-historyLength) }
}

function listTasks(
  { tasks, store }: Pick<RequestHandlerDeps, 'tasks' | 'store'>,
  { contextId, status, pageSize, pageToken, historyLength, statusTimestampAfter, includeArtifacts }: ListTasksRequest,
): ListTasksResponse {
  const size = Math.min(Math.max(pageSize ?? page.usual, 1), page.most)
  const since = statusTimestampAfter === undefined ? 0 : Date.parse(statusTimestampAfter)
  const sessionId = contextId === '' ? undefined : contextId
  const matching = store.list('owner', { sessionId, below: undefined }).filter((task) => {
    if (status === TaskState.TASK_STATE_UNSPECIFIED && since === 0) return true
    const shown = tasks.show(task)
    const isWanted = status === TaskState.TASK_STATE_UNSPECIFIED || shown.status?.state === status
    return isWanted && Date.parse(shown.status?.timestamp ?? '') >= since
  })
  const rest = matching.filter(({ id }) => pageToken === '' || id < pageToken)
  const shown = rest.slice(0, size)
  return {
    tasks: shown.map((task) => {
      const whole = limited(tasks.show(task), historyLength ?? 0)
      return includeArtifacts === true ? whole : { ...whole, artifacts: [] }
    }),
    nextPageToken: rest.length > size ? (shown.at(-1)?.id ?? '') : '',
    pageSize: size,
    totalSize: matching.length,
  }
}
