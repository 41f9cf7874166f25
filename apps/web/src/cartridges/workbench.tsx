/** A cartridge with its code: written, built, run, tested, looked into and published in one place. */

import type { BuildView, CartridgeView } from '@salp/cartridge'
import { useCallback, useDeferredValue, useEffect, useRef, useState } from 'react'
import { describeProblem } from '../api/problem.js'
import { useStudio } from '../api/studio.js'
import { diffLines } from '../chat/diff-lines.js'
import { DiffView } from '../chat/diff-view.js'
import { Icon } from '../design/icon.js'
import { useAttempt, useNotice } from '../design/notices.js'
import { BuildResult } from './build-result.js'
import type { DraftField, DraftSaver, SaveState } from './draft-saver.js'
import { Editor, type EditorHandle } from './editor.js'
import { KeysView } from './keys-view.js'
import { LogsView, type PageLine } from './logs-view.js'
import { Preview } from './preview.js'
import { PublishView } from './publish-view.js'
import { type CartridgeViewName, cartridgesHash, cartridgeViews } from './route.js'
import { SettingsView } from './settings-view.js'
import { TestsView } from './tests-view.js'
import { useDraftSaver } from './use-draft-saver.js'
import { VersionsView } from './versions-view.js'
import { kindWords, languageWords } from './words.js'

const keptPageLines = 500

/** Shows one. `onChanged` asks the node for it again. */
export function Workbench({
  view,
  shown,
  connected,
  onChanged,
}: {
  view: CartridgeView
  shown: CartridgeViewName
  connected: boolean
  onChanged: () => void
}) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const notice = useNotice()
  const { saver, draft, state } = useDraftSaver(view)
  const [building, setBuilding] = useState(false)
  const [result, setResult] = useState<{ build: BuildView; before: number | undefined }>()
  const [lines, setLines] = useState<readonly PageLine[]>([])
  const [file, setFile] = useState<'source' | 'page'>('source')
  const editor = useRef<EditorHandle>(null)
  const { id, kind, language, version } = view
  const saved = state.status === 'saved'

  // What the node says of it follows what was saved.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the step to saved matters
  useEffect(() => {
    if (saved) onChanged()
  }, [saved])

  async function build(): Promise<void> {
    if (building) return
    setBuilding(true)
    try {
      await attempt('build', async () => {
        if (!(await saver.flush())) return notice('Could not build: what you wrote could not be saved first')
        const build = await api.buildCartridge(id)
        setResult({ build, before: version })
        if (build.diagnostics.length > 0) editor.current?.mark(build.diagnostics)
        onChanged()
      })
    } finally {
      setBuilding(false)
    }
  }
  const latest = useRef(build)
  useEffect(() => {
    latest.current = build
  })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const wanted = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 's'
      // The editor has its own, and says so by preventing the browser's.
      if (!wanted || event.defaultPrevented) return
      event.preventDefault()
      void latest.current()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])

  const onLog = useCallback(
    (level: number, text: string) =>
      setLines((before) => [...before, { at: Date.now(), level, text }].slice(-keptPageLines)),
    [],
  )
  // The views beside the code follow when there is time.
  const calm = useDeferredValue(draft)
  const hasPage = draft.page !== undefined
  const onPage = hasPage && file === 'page'
  const words = kindWords[kind]
  return (
    <div className={connected ? 'workbench' : 'workbench page-stale'}>
      <header className="workbench-head">
        <a
          className="button-quiet button-icon"
          href={cartridgesHash()}
          aria-label="All cartridges"
          title="All cartridges"
        >
          <Icon name="back" />
        </a>
        <div className="workbench-name">
          <h2>{draft.name}</h2>
          <p className="muted">
            {words.name} in {languageWords[language]} ·{' '}
            {version === undefined ? 'not built yet' : `version ${version}${view.changed ? ', changed since' : ''}`}
            {view.published && ' · public'}
          </p>
        </div>
        <SaveNote state={state} onRetry={() => void saver.flush()} />
        <button
          type="button"
          className="button button-primary"
          aria-keyshortcuts="Control+S"
          title="Build (Ctrl S)"
          disabled={building}
          onClick={() => void build()}
        >
          {building ? 'Building' : 'Build'}
        </button>
      </header>
      <div className="workbench-code">
        {state.status === 'conflict' && <Conflict state={state} saver={saver} />}
        {hasPage && (
          <div className="workbench-files" role="tablist" aria-label="Files">
            {(['source', 'page'] as const).map((name) => (
              <button
                key={name}
                type="button"
                role="tab"
                className="button-quiet button-small"
                aria-selected={name === file}
                onClick={() => setFile(name)}
              >
                {name === 'source' ? 'Program' : 'Page'}
              </button>
            ))}
          </div>
        )}
        <Editor
          key={onPage ? 'page' : 'source'}
          ref={editor}
          label={onPage ? 'Page' : 'Source'}
          language={onPage ? 'html' : 'typescript'}
          text={onPage ? (draft.page ?? '') : draft.source}
          check={
            onPage
              ? undefined
              : async (source, signal) => (await api.checkSource({ kind, language, source }, { signal })).diagnostics
          }
          onChange={(text) => saver.change(onPage ? { page: text } : { source: text })}
          onSubmit={() => void build()}
        />
        {result && (
          <BuildResult
            result={result.build}
            versionBefore={result.before}
            onClose={() => setResult(undefined)}
            onGoTo={(line, column) => {
              setFile('source')
              editor.current?.goTo(line, column)
            }}
          />
        )}
      </div>
      <div className="workbench-side">
        <section className="workbench-run" aria-label="Running">
          <Preview view={view} onLog={onLog} onUsed={onChanged} />
        </section>
        <nav className="workbench-tabs" aria-label="About it">
          {cartridgeViews.map(({ id: name, name: label }) => (
            <a
              key={name}
              className="button-quiet button-small"
              href={cartridgesHash({ id, view: name })}
              aria-current={name === shown ? 'page' : undefined}
            >
              {name === 'publish' && kind === 'cognitive' ? 'Port' : label}
            </a>
          ))}
        </nav>
        <div className="workbench-view">
          {shown === 'tests' && (
            <TestsView view={view} draft={calm} onChange={saver.change} built={result?.build.tests} />
          )}
          {shown === 'logs' && <LogsView id={id} page={lines} use={view.use} />}
          {shown === 'keys' && <KeysView view={view} />}
          {shown === 'versions' && <VersionsView view={view} draft={calm} onChanged={onChanged} />}
          {shown === 'settings' && <SettingsView view={view} draft={draft} onChange={saver.change} />}
          {shown === 'publish' && <PublishView view={view} onChanged={onChanged} />}
        </div>
      </div>
    </div>
  )
}

function SaveNote({ state, onRetry }: { state: SaveState; onRetry: () => void }) {
  if (state.status === 'failed') {
    const { title, detail } = describeProblem(state.error)
    return (
      <span className="save-note bad-text" role="status" title={detail || title}>
        Not saved
        <button type="button" className="button-quiet button-small" onClick={onRetry}>
          Try again
        </button>
      </span>
    )
  }
  const words = { saved: 'Saved', unsaved: 'Saving', saving: 'Saving', conflict: 'Not saved' }
  return (
    <span className="save-note muted" role="status">
      {words[state.status]}
    </span>
  )
}

const fieldWords: Readonly<Record<DraftField, string>> = {
  name: 'the name',
  description: 'the description',
  source: 'the program',
  page: 'the page',
  capabilities: 'the permissions',
  callTargets: 'the services it calls',
  httpHosts: 'the machines it asks',
  port: 'the port',
  tests: 'the tests',
}

function Conflict({ state, saver }: { state: Extract<SaveState, { status: 'conflict' }>; saver: DraftSaver }) {
  const { theirs, fields } = state
  const what = new Intl.ListFormat('en').format(fields.map((field) => fieldWords[field]))
  const text = fields.includes('source') ? 'source' : fields.includes('page') ? 'page' : undefined
  return (
    <section className="conflict" role="alert" aria-label="Two changes">
      <p>
        <strong>Somebody else changed {what} meanwhile.</strong> Nothing is lost: yours is in the editor, theirs is on
        the node. Which one stays?
      </p>
      {text !== undefined && (
        <details>
          <summary>What yours changes in theirs</summary>
          <DiffView lines={diffLines(theirs.draft[text] ?? '', saver.draft[text] ?? '')} />
        </details>
      )}
      <div className="actions">
        <button type="button" className="button button-small" onClick={() => void saver.keepMine()}>
          Keep mine
        </button>
        <button type="button" className="button button-small" onClick={() => saver.takeTheirs()}>
          Take theirs
        </button>
      </div>
    </section>
  )
}
