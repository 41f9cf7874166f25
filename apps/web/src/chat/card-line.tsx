/** The line that a call begins with: what it is about, and where it stands. */

import { Icon, type IconName } from '../design/icon.js'
import { formatDuration } from '../format/time.js'
import type { CallSummary } from './call-summary.js'
import type { CallView } from './call-view.js'

const icons: Readonly<Record<string, IconName>> = {
  read_file: 'file',
  list_files: 'folder',
  search_files: 'search',
  write_file: 'edit',
  edit_file: 'edit',
  patch_file: 'edit',
  run_command: 'terminal',
  remember: 'memory',
  recall: 'memory',
  forget: 'memory',
  create_task: 'tasks',
  list_tasks: 'tasks',
  update_task: 'tasks',
  fetch_url: 'globe',
  ask_human: 'question',
  agent_status: 'mind',
}

/** Shows a call in one line. */
export function CardLine({
  tool,
  summary,
  view,
}: {
  tool: string
  summary: CallSummary
  view: Pick<CallView, 'label' | 'durationMs'>
}) {
  return (
    <div className="card-line">
      <span className="card-icon">
        <Icon name={icons[tool] ?? (/_cartridges?$/.test(tool) ? 'cartridge' : 'spark')} size={16} />
      </span>
      <span className="card-summary">
        {summary.phrase}{' '}
        {summary.object !== undefined &&
          (summary.prose ? <span className="card-object">{summary.object}</span> : <code>{summary.object}</code>)}
      </span>
      <span className="card-meta">
        <span className="card-tool">{tool}</span>
        <span className="card-state">{view.label}</span>
        {view.durationMs !== undefined && <span className="card-duration">{formatDuration(view.durationMs)}</span>}
      </span>
    </div>
  )
}
