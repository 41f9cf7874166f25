/** Asks a cartridge that answers: a service by a request, a function by JSON. */

import type { CallOrder, CallView, CartridgeView } from '@salp/cartridge'
import { type FormEvent, useId, useState } from 'react'
import { describeProblem } from '../api/problem.js'
import { useStudio } from '../api/studio.js'
import { formatBytes } from '../format/quantity.js'
import { explainTrap, formatFuel } from './words.js'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const

/** The form, and the answer under it. */
export function CallForm({ view, onUsed }: { view: CartridgeView; onUsed: () => void }) {
  const { api } = useStudio()
  const [answer, setAnswer] = useState<CallView>()
  const [problem, setProblem] = useState<string>()
  const [asking, setAsking] = useState(false)

  async function ask(order: CallOrder): Promise<void> {
    setAsking(true)
    setProblem(undefined)
    try {
      setAnswer(await api.callCartridge(view.id, order))
      onUsed()
    } catch (error) {
      const { title, detail } = describeProblem(error)
      setProblem(detail || title)
    } finally {
      setAsking(false)
    }
  }

  return (
    <div className="call">
      {view.kind === 'backend' ? (
        <RequestFields first={firstRequest(view)} asking={asking} onAsk={ask} />
      ) : (
        <ValueField first={firstInput(view)} asking={asking} onAsk={ask} onProblem={setProblem} />
      )}
      {problem !== undefined && (
        <p className="field-error" role="alert">
          {problem}
        </p>
      )}
      {answer && <Answer answer={answer} />}
    </div>
  )
}

interface RequestText {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: string
  readonly body: string
}

function RequestFields({
  first,
  asking,
  onAsk,
}: {
  first: RequestText
  asking: boolean
  onAsk: (order: CallOrder) => void
}) {
  const [request, setRequest] = useState(first)
  const id = useId()
  const set = (part: Partial<RequestText>) => setRequest({ ...request, ...part })
  function submit(event: FormEvent): void {
    event.preventDefault()
    const { method, path, query, headers, body } = request
    onAsk({
      request: { method, path: path.startsWith('/') ? path : `/${path}`, query, body, headers: parseHeaders(headers) },
    })
  }
  return (
    <form className="call-form" aria-label="Request" onSubmit={submit}>
      <div className="call-line">
        <select aria-label="Method" value={request.method} onChange={(event) => set({ method: event.target.value })}>
          {methods.map((method) => (
            <option key={method}>{method}</option>
          ))}
        </select>
        <input
          className="mono"
          aria-label="Path"
          spellCheck={false}
          value={request.path}
          onChange={(event) => set({ path: event.target.value })}
        />
        <button type="submit" className="button" disabled={asking}>
          Send
        </button>
      </div>
      <div className="call-pair">
        <label className="field" htmlFor={`${id}-query`}>
          Query
          <input
            id={`${id}-query`}
            className="mono"
            placeholder="name=value"
            spellCheck={false}
            value={request.query}
            onChange={(event) => set({ query: event.target.value })}
          />
        </label>
        <label className="field" htmlFor={`${id}-headers`}>
          Headers, one a line
          <textarea
            id={`${id}-headers`}
            className="mono"
            rows={1}
            placeholder="content-type: application/json"
            spellCheck={false}
            value={request.headers}
            onChange={(event) => set({ headers: event.target.value })}
          />
        </label>
      </div>
      {request.method !== 'GET' && request.method !== 'HEAD' && (
        <label className="field" htmlFor={`${id}-body`}>
          Body
          <textarea
            id={`${id}-body`}
            className="mono"
            rows={4}
            spellCheck={false}
            value={request.body}
            onChange={(event) => set({ body: event.target.value })}
          />
        </label>
      )}
    </form>
  )
}

function ValueField({
  first,
  asking,
  onAsk,
  onProblem,
}: {
  first: string
  asking: boolean
  onAsk: (order: CallOrder) => void
  onProblem: (text: string | undefined) => void
}) {
  const [text, setText] = useState(first)
  function submit(event: FormEvent): void {
    event.preventDefault()
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch (error) {
      onProblem(`This is not JSON: ${error instanceof Error ? error.message : String(error)}`)
      return
    }
    onAsk({ value: value as never })
  }
  return (
    <form className="call-form" aria-label="Call" onSubmit={submit}>
      <label className="field">
        JSON that goes in
        <textarea
          className="mono"
          rows={5}
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <div className="actions">
        <button type="submit" className="button" disabled={asking}>
          Ask
        </button>
      </div>
    </form>
  )
}

function Answer({ answer }: { answer: CallView }) {
  const use = [
    `version ${answer.version}`,
    `${answer.durationMs.toFixed(2)} ms`,
    ...(answer.fuel === undefined ? [] : [`${formatFuel(answer.fuel)} fuel`]),
    ...(answer.memoryBytes === undefined ? [] : [`${formatBytes(answer.memoryBytes)} of memory`]),
  ].join(' · ')
  return (
    <section className="call-answer" aria-label="Answer" aria-live="polite">
      {answer.type === 'trap' ? (
        <p className="call-status bad-text">
          <strong>{explainTrap(answer).title}</strong> {answer.message}
        </p>
      ) : answer.type === 'response' ? (
        <>
          <p className="call-status">
            <strong className={answer.status < 400 ? 'good-text' : 'bad-text'}>{answer.status}</strong>{' '}
            {answer.headers.length > 0 && (
              <code className="muted">{answer.headers.map(([name, value]) => `${name}: ${value}`).join('; ')}</code>
            )}
          </p>
          <Text text={pretty(answer.body)} />
        </>
      ) : (
        <Text text={JSON.stringify(answer.value, null, 2)} />
      )}
      <p className="muted number small-text">{use}</p>
    </section>
  )
}

function Text({ text }: { text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: long text is scrolled with the arrow keys
    <pre className="file" tabIndex={0}>
      {text === '' ? <span className="muted">Empty</span> : text}
    </pre>
  )
}

function firstRequest({ draft }: CartridgeView): RequestText {
  const { method, path, query, headers, body } = draft.tests.flatMap((test) =>
    'request' in test ? [test.request] : [],
  )[0] ?? {
    ...{ method: 'GET', path: '/', query: '', headers: {}, body: '' },
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return { method, path, query, headers: lines.join('\n'), body }
}

function firstInput({ draft }: CartridgeView): string {
  const test = draft.tests.find((test) => 'input' in test)
  return test === undefined ? 'null' : JSON.stringify(test.input, null, 2)
}

function parseHeaders(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const [, name, value] = /^\s*([^:\s]+)\s*:\s*(.*?)\s*$/.exec(line) ?? []
      return name === undefined || value === undefined ? [] : [[name, value]]
    }),
  )
}

/** JSON with line breaks; anything else as it is. */
function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
