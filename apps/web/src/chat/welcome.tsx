/** An empty conversation: what one can ask, ready to be tried. */

import { Icon, type IconName } from '../design/icon.js'
import { SalpChain } from '../design/salp.js'

const suggestions: readonly { icon: IconName; text: string; note: string }[] = [
  { icon: 'memory', text: 'remember that the deploy key rotates on Fridays', note: 'It keeps who said it, and when' },
  { icon: 'tasks', text: 'create a task to review the README', note: 'It stays on the list until it is done' },
  { icon: 'folder', text: 'list the files in docs', note: 'Reading needs no approval' },
  { icon: 'terminal', text: 'run ls', note: 'Anything that runs or writes asks you first' },
]

/** Greets, and offers things to try. */
export function Welcome({ onTry }: { onTry: (text: string) => void }) {
  return (
    <div className="welcome">
      <SalpChain />
      <h2>What shall we do?</h2>
      <p className="welcome-lead">
        Salp reads, remembers and acts on this machine. It asks before it changes anything.
      </p>
      <ul className="suggestions" aria-label="Things to try">
        {suggestions.map(({ icon, text, note }) => (
          <li key={text}>
            <button type="button" className="suggestion" aria-label={text} onClick={() => onTry(text)}>
              <Icon name={icon} />
              <span>
                {text}
                <small>{note}</small>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
