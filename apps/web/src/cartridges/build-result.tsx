/** What came of a build, in plain words. */

import type { BuildView, TestView } from '@salp/cartridge'
import { Icon } from '../design/icon.js'
import { plural } from '../format/quantity.js'
import { formatDuration } from '../format/time.js'
import type { SourceDiagnostic } from './problems.js'
import { stageWords } from './words.js'

/** Shows it; pressing a diagnostic leads to its line. */
export function BuildResult({
  result,
  versionBefore,
  onGoTo,
  onClose,
}: {
  result: BuildView
  /** The version that ran before it. */
  versionBefore: number | undefined
  onGoTo: (line: number, column: number) => void
  onClose: () => void
}) {
  const good = result.status === 'active'
  const failed = result.tests.filter(({ passed }) => !passed)
  return (
    <section className={good ? 'build build-good' : 'build build-bad'} aria-label="Build" role="status">
      <header>
        <Icon name={good ? 'check' : 'alert'} size={16} />
        <p>
          {result.status === 'active' ? (
            <>
              <strong>
                {result.version === versionBefore
                  ? `Nothing has changed: version ${result.version} runs already.`
                  : `Version ${result.version} runs.`}
              </strong>{' '}
              <span className="muted">
                Compiled in {formatDuration(result.compileMs)}, tried in {formatDuration(result.installMs)}
                {result.tests.length > 0 && `, ${plural(result.tests.length, 'test')} passed`}.
              </span>
            </>
          ) : (
            <>
              <strong>
                {stageWords[result.stage]}
                {result.message.replace(/\.$/, '')}.
              </strong>{' '}
              {versionBefore !== undefined && <span className="muted">Version {versionBefore} runs on.</span>}
            </>
          )}
        </p>
        <button type="button" className="button-quiet button-icon button-small" aria-label="Close" onClick={onClose}>
          <Icon name="close" size={14} />
        </button>
      </header>
      {result.diagnostics.length > 0 && (
        <ul className="diagnostics" aria-label="Diagnostics">
          {result.diagnostics.map((diagnostic, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two may be alike
            <DiagnosticLine key={index} diagnostic={diagnostic} onGoTo={onGoTo} />
          ))}
        </ul>
      )}
      {failed.length > 0 && <TestLines tests={failed} />}
    </section>
  )
}

function DiagnosticLine({
  diagnostic: { severity, message, hint, line, column, code, excerpt },
  onGoTo,
}: {
  diagnostic: SourceDiagnostic
  onGoTo: (line: number, column: number) => void
}) {
  return (
    <li>
      <button type="button" className={`diagnostic diagnostic-${severity}`} onClick={() => onGoTo(line, column)}>
        <span className="diagnostic-place number">
          {line}:{column}
        </span>
        <span>
          {message} <span className="muted">{code}</span>
          {excerpt !== '' && <code>{excerpt.trim()}</code>}
          {hint !== null && <span className="diagnostic-hint">{hint}</span>}
        </span>
      </button>
    </li>
  )
}

/** Tests with how they went. */
export function TestLines({ tests }: { tests: readonly TestView[] }) {
  return (
    <ul className="test-lines" aria-label="Tests">
      {tests.map(({ name, passed, detail }) => (
        <li key={name} className={passed ? 'test-passed' : 'test-failed'}>
          <Icon name={passed ? 'check' : 'close'} size={15} />
          <span>
            {name} <span className="visually-hidden">{passed ? 'passed' : 'failed'}</span>
            {detail !== undefined && <span className="test-detail">{detail}</span>}
          </span>
        </li>
      ))}
    </ul>
  )
}
