/** What a call gave back, in the shape that suits its tool. */

import type { RecalledMemory, Task } from '@salp/agent'
import { Icon } from '../design/icon.js'
import { formatBytes } from '../format/quantity.js'
import { RecallChips } from './provenance.js'

// The agent's own tools write these shapes; a tool of another make falls through to plain JSON.
interface Outputs {
  list_files: { entries: { path: string; kind: 'file' | 'folder'; sizeBytes?: number }[]; truncated: boolean }
  run_command: { exitCode: number | null; signal?: string; stdout: string; stderr: string; truncated: boolean }
  recall: { hits: RecalledMemory[] }
  list_tasks: { tasks: Task[] }
  create_task: { task: Task }
  update_task: { task: Task }
  ask_human: { answer: string }
}

type Known = { [Tool in keyof Outputs]: { tool: Tool; output: Outputs[Tool] } }[keyof Outputs]

const marks: Record<keyof Outputs, string> = {
  list_files: 'entries',
  run_command: 'stdout',
  recall: 'hits',
  list_tasks: 'tasks',
  create_task: 'task',
  update_task: 'task',
  ask_human: 'answer',
}

/** Shows the output of a call. */
export function CallOutput({ tool, output }: { tool: string; output: unknown }) {
  const call = { tool, output }
  if (isKnown(call)) return <KnownOutput call={call} />
  if (typeof output === 'string') return <Scrolled className="file">{output || 'No output'}</Scrolled>
  return <Scrolled className="file">{JSON.stringify(output, null, 2)}</Scrolled>
}

/** What a command printed so far, or in the end. */
export function Terminal({ stdout, stderr = '', footer }: { stdout: string; stderr?: string; footer?: string }) {
  return (
    <Scrolled className="terminal">
      {stdout}
      {stderr !== '' && <span className="terminal-error">{stderr}</span>}
      {footer && <span className="terminal-footer">{footer}</span>}
    </Scrolled>
  )
}

function isKnown(call: { tool: string; output: unknown }): call is Known {
  const mark = Object.entries(marks).find(([tool]) => tool === call.tool)?.[1]
  return mark !== undefined && typeof call.output === 'object' && call.output !== null && mark in call.output
}

function KnownOutput({ call }: { call: Known }) {
  switch (call.tool) {
    case 'run_command': {
      const { stdout, stderr, exitCode, signal, truncated } = call.output
      const end = signal ? `ended by ${signal}` : `exit code ${exitCode}`
      return <Terminal stdout={stdout} stderr={stderr} footer={truncated ? `${end}, output cut` : end} />
    }
    case 'list_files':
      return <FileList {...call.output} />
    case 'recall':
      return call.output.hits.length === 0 ? (
        <p className="muted">Nothing in memory fits.</p>
      ) : (
        <RecallChips hits={call.output.hits} />
      )
    case 'list_tasks':
      return <TaskLines tasks={call.output.tasks} />
    case 'create_task':
    case 'update_task':
      return <TaskLines tasks={[call.output.task]} />
    case 'ask_human':
      return <p className="answer">{call.output.answer}</p>
  }
}

function FileList({ entries, truncated }: Outputs['list_files']) {
  if (entries.length === 0) return <p className="muted">This folder is empty.</p>
  return (
    <ul className="files">
      {entries.map(({ path, kind, sizeBytes }) => (
        <li key={path}>
          <Icon name={kind} size={15} />
          <span>{path}</span>
          {sizeBytes !== undefined && <span className="muted">{formatBytes(sizeBytes)}</span>}
        </li>
      ))}
      {truncated && <li className="muted">There is more than is listed here.</li>}
    </ul>
  )
}

function TaskLines({ tasks }: { tasks: readonly Task[] }) {
  if (tasks.length === 0) return <p className="muted">No tasks.</p>
  return (
    <ul className="files">
      {tasks.map(({ id, title, status }) => (
        <li key={id}>
          <Icon name={status === 'done' ? 'check' : 'tasks'} size={15} />
          <span>
            #{id} {title}
          </span>
          <span className="muted">{status.replace('_', ' ')}</span>
        </li>
      ))}
    </ul>
  )
}

function Scrolled({ className, children }: { className: string; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: long output is scrolled with the arrow keys
    <pre className={className} tabIndex={0}>
      {children}
    </pre>
  )
}
