/** What a call is about to do, shown in full: a command, a diff, or its fields. */

import { diffReplacement, parseUnifiedDiff } from './diff-lines.js'
import { DiffView } from './diff-view.js'

/** Shows the input of a call. Renders nothing where its summary already tells all. */
export function CallInput({ tool, input }: { tool: string; input: unknown }) {
  const fields =
    typeof input === 'object' && input !== null ? new Map<string, unknown>(Object.entries(input)) : undefined
  if (!fields) return null
  const text = (name: string) => {
    const value = fields.get(name)
    return typeof value === 'string' ? value : ''
  }
  switch (tool) {
    case 'run_command':
      return (
        <pre className="terminal">
          <span className="terminal-prompt">{text('folder') === '.' ? '' : text('folder')}$ </span>
          {text('command')}
        </pre>
      )
    case 'write_file':
      return <DiffView lines={diffReplacement('', text('content'))} />
    case 'edit_file':
      return <DiffView lines={diffReplacement(text('find'), text('replace'))} />
    case 'patch_file':
      return <DiffView lines={parseUnifiedDiff(text('patch'))} />
    case 'read_file':
    case 'list_files':
    case 'search_files':
    case 'remember':
    case 'recall':
    case 'list_tasks':
    case 'agent_status':
    case 'ask_human':
      return null
    default:
      return (
        <dl className="facts">
          {[...fields].map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
            </div>
          ))}
        </dl>
      )
  }
}
