/** Messages and tasks of the protocol, as far as they carry text. */

import { type Artifact, Message, type Part, Role, type Task, TaskState, type TaskStatus } from '@a2a-js/sdk'
import { ContentTypeNotSupportedError, RequestMalformedError } from '@a2a-js/sdk/errors'
import type { Standing, StoredTask, TaskStateName } from './task-store.js'

/** Longest text of one message, in characters. */
const maxMessageLength = 100_000

const states: Readonly<Record<TaskStateName, TaskState>> = {
  working: TaskState.TASK_STATE_WORKING,
  'input-required': TaskState.TASK_STATE_INPUT_REQUIRED,
  completed: TaskState.TASK_STATE_COMPLETED,
  failed: TaskState.TASK_STATE_FAILED,
  canceled: TaskState.TASK_STATE_CANCELED,
  rejected: TaskState.TASK_STATE_REJECTED,
}

/** Whether a task in that state does not change any more. */
export function isFinal(state: TaskStateName): boolean {
  return state !== 'working' && state !== 'input-required'
}

/** The state on the wire. */
function toState(state: TaskStateName): TaskState {
  return states[state]
}

/** Text as a part. */
export function textPart(value: string): Part {
  return { content: { $case: 'text', value }, metadata: undefined, filename: '', mediaType: 'text/plain' }
}

/**
 * The text of a message.
 *
 * @throws ContentTypeNotSupportedError for a part that is no text, RequestMalformedError for too much of it.
 */
export function textOf({ parts }: Pick<Message, 'parts'>): string {
  const texts = parts.map(({ content }) => {
    if (content?.$case === 'text') return content.value
    if (content?.$case === 'data') return JSON.stringify(content.value)
    throw new ContentTypeNotSupportedError('Cannot take the message: only text is read here, no files')
  })
  const text = texts.join('\n')
  if (text.length > maxMessageLength)
    throw new RequestMalformedError(`Cannot take the message: it has more than ${maxMessageLength} characters`)
  return text
}

/** Something that the agent says in a task. */
export function agentMessage(
  { id, sessionId }: Pick<StoredTask, 'id' | 'sessionId'>,
  { messageId, text, metadata }: { messageId: string; text: string; metadata?: Standing['metadata'] },
): Message {
  return {
    ...{
      messageId,
      contextId: sessionId,
      taskId: id,
      role: Role.ROLE_AGENT,
      parts: text === '' ? [] : [textPart(text)],
    },
    ...{ metadata: metadata === undefined ? undefined : { ...metadata }, extensions: [], referenceTaskIds: [] },
  }
}

/** What a turn made, as the one artifact of its task. */
export function answerOf(text: string): Artifact {
  return {
    ...{ artifactId: 'answer', name: 'answer', description: '', parts: [textPart(text)] },
    ...{ metadata: undefined, extensions: [] },
  }
}

/** A standing on the wire. */
export function toStatus(task: StoredTask, { state, text, metadata, at }: Standing): TaskStatus {
  const says = text !== undefined || metadata !== undefined
  return {
    state: toState(state),
    message: says ? agentMessage(task, { messageId: `${task.id}-${state}`, text: text ?? '', metadata }) : undefined,
    timestamp: new Date(at).toISOString(),
  }
}

/** A task on the wire. @param answer - The final text, where there is one to give. */
export function toTask(
  task: StoredTask,
  { standing, answer, history }: { standing: Standing; answer?: string | undefined; history: Message[] },
): Task {
  const first = Message.fromJSON(task.message)
  return {
    ...{ id: task.id, contextId: task.sessionId, status: toStatus(task, standing), metadata: undefined },
    artifacts: answer === undefined ? [] : [answerOf(answer)],
    history: [{ ...first, contextId: task.sessionId, taskId: task.id }, ...history],
  }
}
