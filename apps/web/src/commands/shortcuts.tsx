/** Every key there is. */

import { Dialog, DialogHead } from '../design/dialog.js'
import { Keys } from './palette.js'

const groups: readonly { title: string; keys: readonly (readonly [keys: string, what: string])[] }[] = [
  {
    title: 'Anywhere',
    keys: [
      ['Ctrl K', 'Find a command or a conversation'],
      ['Ctrl J', 'Go to what waits for you'],
      ['Alt N', 'New conversation'],
      ['Alt B', 'Show or hide the side panel'],
      ['Alt 1–4', 'Mind, Memory, Tasks, Log'],
      ['/', 'Write a message'],
      ['?', 'This list'],
    ],
  },
  {
    title: 'On the memory page',
    keys: [
      ['/', 'Search'],
      ['↑ ↓ ← →', 'Move the picture of names'],
      ['+ −', 'Zoom it'],
      ['0', 'Show all names'],
    ],
  },
  {
    title: 'On a cartridge',
    keys: [
      ['Ctrl S', 'Build it'],
      ['Ctrl F', 'Search in the editor'],
      ['Esc Tab', 'Leave the editor'],
    ],
  },
  {
    title: 'While Salp works',
    keys: [['Esc', 'Stop the turn']],
  },
  {
    title: 'On a call that waits',
    keys: [
      ['A', 'Approve'],
      ['S', 'Approve for this session'],
      ['D', 'Deny'],
      ['E', 'Edit the input'],
    ],
  },
  {
    title: 'In the message box',
    keys: [
      ['Enter', 'Send'],
      ['Shift Enter', 'New line'],
    ],
  },
]

/** The list of shortcuts. */
export function ShortcutsSheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog label="Keyboard shortcuts" onClose={onClose}>
      <DialogHead title="Keyboard shortcuts" onClose={onClose} />
      <div className="shortcuts">
        {groups.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([combination, what]) => (
                <div key={combination}>
                  <dt>
                    <Keys keys={combination} />
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className="muted pad">On a Mac, Ctrl is ⌘ and Alt is ⌥.</p>
    </Dialog>
  )
}
