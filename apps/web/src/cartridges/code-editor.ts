/** The editor of a source, in a chunk of its own: loaded when a cartridge is opened. */

import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { html } from '@codemirror/lang-html'
import { javascript } from '@codemirror/lang-javascript'
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language'
import { linter, lintGutter, lintKeymap, type Diagnostic as Mark, setDiagnostics } from '@codemirror/lint'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { EditorState, type Text } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'
import type { SourceDiagnostic } from './problems.js'

/** How an editor is made. */
export interface CodeEditorOptions {
  readonly text: string
  /** Accessible name. */
  readonly label: string
  readonly language: 'typescript' | 'html' | 'json'
  /** What is wrong with a text; asked for 300 ms after the last change. Without it nothing is marked. */
  readonly check?: ((text: string, signal: AbortSignal) => Promise<readonly SourceDiagnostic[]>) | undefined
  readonly onChange: (text: string) => void
  /** Ctrl-S or the command key with S. */
  readonly onSubmit: () => void
}

/** An editor in the page. */
export interface CodeEditor {
  /** Shows another text, with the cursor where it was if that is still there. */
  setText(text: string): void
  /** Marks what a build said. */
  mark(diagnostics: readonly SourceDiagnostic[]): void
  /** Puts the cursor there. Both count from 1. */
  goTo(line: number, column: number): void
  destroy(): void
}

const checkDelayMs = 300

/** Creates an editor inside an element. */
export function createCodeEditor(
  parent: HTMLElement,
  { text, label, language, check, onChange, onSubmit }: CodeEditorOptions,
): CodeEditor {
  let checking = new AbortController()
  let silent = false
  let shown = text
  const checks =
    check === undefined
      ? []
      : [
          lintGutter(),
          linter(
            async (view) => {
              checking.abort()
              checking = new AbortController()
              const { signal } = checking
              const { doc } = view.state
              try {
                return marksOf(doc, await check(doc.toString(), signal))
              } catch (error) {
                // Overtaken, or the node is away: there is nothing to mark, and saving tells of it.
                if (!signal.aborted) console.warn('The source could not be checked', error)
                return []
              }
            },
            { delay: checkDelayMs },
          ),
        ]
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        highlightActiveLineGutter(),
        foldGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        search({ top: true }),
        indentUnit.of('  '),
        EditorState.tabSize.of(2),
        language === 'html' ? html() : language === 'json' ? javascript() : javascript({ typescript: true }),
        syntaxHighlighting(colours),
        look,
        EditorView.contentAttributes.of({ 'aria-label': label }),
        keymap.of([
          {
            key: 'Mod-s',
            preventDefault: true,
            run: () => {
              onSubmit()
              return true
            },
          },
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...foldKeymap,
          ...lintKeymap,
          indentWithTab,
        ]),
        checks,
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return
          checking.abort()
          shown = update.state.doc.toString()
          if (!silent) onChange(shown)
        }),
      ],
    }),
  })
  return {
    setText(next) {
      if (next === shown) return
      silent = true
      view.dispatch({ changes: replacement(shown, next) })
      silent = false
    },
    mark(diagnostics) {
      view.dispatch(setDiagnostics(view.state, marksOf(view.state.doc, diagnostics)))
    },
    goTo(line, column) {
      const at = offsetOf(view.state.doc, line, column)
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) })
      view.focus()
    },
    destroy() {
      checking.abort()
      view.destroy()
    },
  }
}

function marksOf(doc: Text, diagnostics: readonly SourceDiagnostic[]): Mark[] {
  return diagnostics.map(({ line, column, endLine, endColumn, severity, message, hint, code }) => {
    const from = offsetOf(doc, line, column)
    return {
      from,
      to: Math.max(from, offsetOf(doc, endLine, endColumn)),
      severity,
      source: code,
      message: hint === null ? message : `${message}\n${hint}`,
    }
  })
}

/** A place in the text as it is now, which may be shorter than the one that was spoken of. */
function offsetOf(doc: Text, line: number, column: number): number {
  const { from, to } = doc.line(Math.max(1, Math.min(line, doc.lines)))
  return Math.max(from, Math.min(from + column - 1, to))
}

/** The part that differs, so that cursor and folds elsewhere stay. */
function replacement(before: string, after: string): { from: number; to: number; insert: string } {
  const shorter = Math.min(before.length, after.length)
  let from = 0
  while (from < shorter && before[from] === after[from]) from++
  let tail = 0
  while (tail < shorter - from && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  return { from, to: before.length - tail, insert: after.slice(from, after.length - tail) }
}

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword, tags.self, tags.null], color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp, tags.attributeValue], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.atom], color: 'var(--code-number)' },
  { tag: [tags.typeName, tags.className, tags.namespace, tags.tagName], color: 'var(--code-type)' },
  {
    tag: [
      tags.function(tags.variableName),
      tags.function(tags.propertyName),
      tags.definition(tags.function(tags.variableName)),
    ],
    color: 'var(--code-function)',
  },
  { tag: [tags.comment, tags.meta], color: 'var(--ink-faint)', fontStyle: 'italic' },
  { tag: [tags.punctuation, tags.operator, tags.bracket], color: 'var(--ink-soft)' },
  { tag: tags.invalid, color: 'var(--bad)' },
])

const look = EditorView.theme({
  '&': { height: '100%', fontSize: '0.8125rem', backgroundColor: 'var(--glass)', color: 'var(--ink)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--code)', lineHeight: '1.6', fontVariantLigatures: 'none' },
  '.cm-content': { caretColor: 'var(--ink)', paddingBlock: '0.6rem' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)', borderLeftWidth: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'color-mix(in oklch, var(--tide) 24%, transparent)',
  },
  '.cm-activeLine': { backgroundColor: 'color-mix(in oklch, var(--tide) 6%, transparent)' },
  '.cm-gutters': { backgroundColor: 'var(--glass)', color: 'var(--ink-faint)', border: 'none' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--ink)' },
  '.cm-foldGutter .cm-gutterElement': { cursor: 'pointer' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'var(--tide-soft)',
    outline: '1px solid var(--line-strong)',
  },
  '.cm-selectionMatch': { backgroundColor: 'var(--tide-soft)' },
  '.cm-searchMatch': { backgroundColor: 'var(--nucleus-soft)', outline: '1px solid var(--nucleus)' },
  '.cm-panels': { backgroundColor: 'var(--water-deep)', color: 'var(--ink)', borderColor: 'var(--line)' },
  '.cm-panel.cm-search': { padding: '0.4rem 0.6rem' },
  '.cm-panel input, .cm-panel button, .cm-panel label': { fontSize: '0.8125rem', fontFamily: 'var(--text)' },
  '.cm-textfield': { width: '12rem' },
  '.cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--glass-raised)',
    border: '1px solid var(--line)',
    borderRadius: 'var(--round-small)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--glass-raised)',
    border: '1px solid var(--line)',
    borderRadius: 'var(--round-small)',
    boxShadow: 'var(--shadow)',
  },
  '.cm-tooltip-lint': { padding: '0.2rem' },
  '.cm-diagnostic': { fontFamily: 'var(--text)', fontSize: '0.8125rem', whiteSpace: 'pre-line', maxWidth: '34rem' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--nucleus)' },
  '.cm-diagnostic-info': { borderLeftColor: 'var(--tide)' },
  '.cm-diagnosticSource': { color: 'var(--ink-faint)', opacity: '1' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--bad)',
    textUnderlineOffset: '0.25em',
  },
  '.cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--nucleus)',
    textUnderlineOffset: '0.25em',
  },
  '.cm-lintRange-info': {
    backgroundImage: 'none',
    textDecoration: 'underline dotted var(--tide)',
    textUnderlineOffset: '0.25em',
  },
  '.cm-lint-marker': { width: '0.7em', height: '0.7em', marginTop: '0.45em', borderRadius: '50%' },
  '.cm-lint-marker-error': { content: 'none', backgroundColor: 'var(--bad)' },
  '.cm-lint-marker-warning': { content: 'none', backgroundColor: 'var(--nucleus)' },
  '.cm-lint-marker-info': { content: 'none', backgroundColor: 'var(--tide)' },
})
