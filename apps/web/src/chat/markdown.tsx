/** Markdown as React elements. Raw HTML in it is shown as the text it is, so nothing in a message can act. */

import { lexer, type MarkedToken, type Token, type Tokens } from 'marked'
import { Fragment, memo, type ReactNode } from 'react'
import { CopyButton } from '../design/copy-button.js'
import { decodeEntities, isOwnPlace, safeHref } from './markdown-text.js'

/** Renders Markdown; while it streams in, only blocks that changed are rendered again. */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  return (
    <div className="markdown">
      {lexer(text).map((token, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks are only ever appended, and have no other name
        <Block key={index} token={token} />
      ))}
    </div>
  )
})

const Block = memo(
  function Block({ token }: { token: Token }) {
    return renderBlock(token as MarkedToken)
  },
  (before, after) => before.token.raw === after.token.raw && before.token.type === after.token.type,
)

function renderBlock(token: MarkedToken): ReactNode {
  switch (token.type) {
    case 'heading': {
      // The page has its h1; a message starts below it.
      const Heading = (['h2', 'h3', 'h4', 'h5', 'h6'] as const)[Math.max(token.depth, 2) - 2] ?? 'h6'
      return <Heading>{inline(token.tokens)}</Heading>
    }
    case 'paragraph':
      return <p>{inline(token.tokens)}</p>
    case 'code':
      return <CodeBlock code={token.text} language={token.lang ?? ''} />
    case 'blockquote':
      return <blockquote>{blocks(token.tokens)}</blockquote>
    case 'list':
      return renderList(token)
    case 'table':
      return renderTable(token)
    case 'hr':
      return <hr />
    case 'html':
      return <p>{token.text.trim()}</p>
    case 'text':
      return token.tokens ? inline(token.tokens) : decodeEntities(token.text)
    default:
      return null
  }
}

function renderList({ ordered, start, items }: Tokens.List): ReactNode {
  const rows = items.map((item, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: items have no other name
    <li key={index} className={item.task ? 'task-item' : undefined}>
      {item.task && (
        <input
          type="checkbox"
          aria-label={item.checked ? 'Done' : 'To do'}
          checked={item.checked ?? false}
          readOnly
          disabled
        />
      )}
      {blocks(item.tokens)}
    </li>
  ))
  return ordered ? <ol start={start === '' ? 1 : start}>{rows}</ol> : <ul>{rows}</ul>
}

function renderTable({ header, rows, align }: Tokens.Table): ReactNode {
  const alignment = (index: number) => ({ textAlign: align[index] ?? 'start' }) as const
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table wider than the page is scrolled with the arrow keys
    <section className="table-scroll" aria-label="Table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {header.map((cell, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: cells have no other name
              <th key={index} style={alignment(index)}>
                {inline(cell.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, rowIndex) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name
            <tr key={rowIndex}>
              {row.map((cell, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: cells have no other name
                <td key={index} style={alignment(index)}>
                  {inline(cell.tokens)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function blocks(tokens: readonly Token[]): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: tokens have no other name
  return tokens.map((token, index) => <Fragment key={index}>{renderBlock(token as MarkedToken)}</Fragment>)
}

function inline(tokens: readonly Token[]): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: tokens have no other name
  return tokens.map((token, index) => <Fragment key={index}>{renderInline(token as MarkedToken)}</Fragment>)
}

function renderInline(token: MarkedToken): ReactNode {
  switch (token.type) {
    case 'strong':
      return <strong>{inline(token.tokens)}</strong>
    case 'em':
      return <em>{inline(token.tokens)}</em>
    case 'del':
      return <del>{inline(token.tokens)}</del>
    case 'codespan':
      return <code>{token.text}</code>
    case 'br':
      return <br />
    case 'link':
      return <Link href={token.href}>{inline(token.tokens)}</Link>
    // Nothing is loaded from elsewhere: an image is offered as a link.
    case 'image':
      return <Link href={token.href}>{token.text || token.href}</Link>
    case 'html':
      return /^<br\s*\/?>$/i.test(token.text) ? <br /> : token.text
    case 'text':
      return token.tokens ? inline(token.tokens) : decodeEntities(token.text)
    case 'escape':
      return decodeEntities(token.text)
    default:
      return token.raw
  }
}

function Link({ href, children }: { href: string; children: ReactNode }) {
  const safe = safeHref(href)
  if (!safe) return children
  if (isOwnPlace(safe)) return <a href={safe}>{children}</a>
  return (
    <a href={safe} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  )
}

/** Code with its language and a button that copies it. */
function CodeBlock({ code, language }: { code: string; language: string }) {
  return (
    <figure className="code-block">
      <figcaption>
        <span>{language || 'text'}</span>
        <CopyButton text={code} label="Copy code" />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: wide code is scrolled with the arrow keys */}
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
    </figure>
  )
}
