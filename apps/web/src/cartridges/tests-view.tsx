/** What a version is held to before it is let in. */

import type { CartridgeDraft, CartridgeTest, CartridgeView, Kind, TestView } from '@salp/cartridge'
import { useState } from 'react'
import { useStudio } from '../api/studio.js'
import { Icon } from '../design/icon.js'
import { useAttempt } from '../design/notices.js'
import { plural } from '../format/quantity.js'
import { TestLines } from './build-result.js'
import type { DraftChange } from './draft-saver.js'

/** Lists the tests of the draft with how they went last, runs them, and lets them be written. */
export function TestsView({
  view,
  draft,
  built,
  onChange,
}: {
  view: CartridgeView
  draft: CartridgeDraft
  /** How they went in the last build. */
  built: readonly TestView[] | undefined
  onChange: (change: DraftChange) => void
}) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const [run, setRun] = useState<{ tests: readonly TestView[]; instead: typeof built }>()
  const [running, setRunning] = useState(false)
  const [editing, setEditing] = useState(false)
  // A build after a run has the last word.
  const results = run !== undefined && run.instead === built ? run.tests : (built ?? [])
  const passed = results.filter((test) => test.passed).length

  async function runAll(): Promise<void> {
    setRunning(true)
    await attempt('run the tests', async () => {
      const { tests } = await api.testCartridge(view.id)
      setRun({ tests, instead: built })
    })
    setRunning(false)
  }

  if (editing)
    return (
      <TestsEditor
        tests={draft.tests}
        kind={view.kind}
        onCancel={() => setEditing(false)}
        onSave={(tests) => {
          onChange({ tests })
          setEditing(false)
        }}
      />
    )
  return (
    <section className="side-section" aria-label="Tests">
      <header className="side-head">
        <p className="muted">
          {draft.tests.length === 0
            ? 'None yet. With tests, a version that breaks something is never let in.'
            : results.length === 0
              ? `${plural(draft.tests.length, 'test')}; each build has to pass them.`
              : `${passed} of ${results.length} passed.`}
        </p>
        <span className="actions">
          <button type="button" className="button-quiet button-small" onClick={() => setEditing(true)}>
            <Icon name="edit" size={15} /> Edit
          </button>
          <button
            type="button"
            className="button button-small"
            disabled={running || view.version === undefined || draft.tests.length === 0}
            onClick={() => void runAll()}
          >
            {running ? 'Running' : 'Run'}
          </button>
        </span>
      </header>
      {results.length > 0 ? (
        <TestLines tests={results} />
      ) : (
        <ul className="test-lines" aria-label="Tests">
          {draft.tests.map(({ name }) => (
            <li key={name}>
              <Icon name="minus" size={15} /> <span>{name}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

const examples: Readonly<Record<Kind, CartridgeTest>> = {
  backend: {
    name: 'answers',
    request: { method: 'GET', path: '/', query: '', headers: {}, body: '' },
    status: 200,
    contains: 'hello',
  },
  cognitive: { name: 'answers', input: { a: 1 }, output: { b: 2 } },
  frontend: { name: 'counts a click', events: [{ type: 'event', event: 'click', id: 'add' }], contains: '1' },
  interactive: { name: 'moves by itself', keys: [], frames: 30, changes: true },
}

function TestsEditor({
  tests,
  kind,
  onSave,
  onCancel,
}: {
  tests: readonly CartridgeTest[]
  kind: Kind
  onSave: (tests: CartridgeTest[]) => void
  onCancel: () => void
}) {
  const [text, setText] = useState(JSON.stringify(tests.length === 0 ? [examples[kind]] : tests, null, 2))
  const [problem, setProblem] = useState<string>()
  return (
    <form
      className="side-section"
      aria-label="Edit tests"
      onSubmit={(event) => {
        event.preventDefault()
        try {
          const parsed: unknown = JSON.parse(text)
          if (!Array.isArray(parsed)) throw new TypeError('tests stand in a list: [ … ]')
          onSave(parsed as CartridgeTest[])
        } catch (error) {
          setProblem(error instanceof Error ? error.message : String(error))
        }
      }}
    >
      <label className="field">
        Tests, as JSON
        <textarea
          className="mono tests-text"
          rows={14}
          spellCheck={false}
          value={text}
          aria-invalid={problem !== undefined || undefined}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      {problem !== undefined && (
        <p className="field-error" role="alert">
          {problem}
        </p>
      )}
      <div className="actions">
        <button type="submit" className="button button-small button-primary">
          Keep
        </button>
        <button type="button" className="button button-small" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  )
}
