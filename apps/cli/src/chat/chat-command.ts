/** What was typed in a chat: something to say, or a command. */

import { suggest } from '../commands/suggest.js'

/** A line that was understood. */
export type ChatLine =
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'help' | 'new' | 'stop' | 'quit' | 'sessions' | 'nothing' }
  /** Goes on with another conversation, by its number in the list or its id. */
  | { readonly type: 'open'; readonly which: string }
  | { readonly type: 'unknown'; readonly message: string }

/** Commands, with what they do. */
export const chatCommands = [
  ['/help', 'this list'],
  ['/new', 'begin a new conversation'],
  ['/sessions', 'recent conversations; "/sessions 2" goes on with the second'],
  ['/stop', 'stop the turn that runs here; Ctrl-C or Escape while it does'],
  ['/quit', 'leave; so does Ctrl-D'],
] as const

/** Reads a line. Two slashes begin a text with one. */
export function parseChatLine(line: string): ChatLine {
  const text = line.trim()
  if (text === '') return { type: 'nothing' }
  if (text.startsWith('//')) return { type: 'say', text: text.slice(1) }
  const [, name = '', rest = ''] = /^\/([a-z]*)(?:\s+(\S+))?\s*$/i.exec(text) ?? []
  // A path such as /etc/hosts is something to say.
  if (name === '') return { type: 'say', text }
  switch (name.toLowerCase()) {
    case 'help':
    case 'new':
    case 'stop':
    case 'quit':
      return { type: name.toLowerCase() as 'help' | 'new' | 'stop' | 'quit' }
    case 'exit':
      return { type: 'quit' }
    case 'sessions':
      return rest === '' ? { type: 'sessions' } : { type: 'open', which: rest }
    default: {
      const near = suggest(
        `/${name}`,
        chatCommands.map(([command]) => command),
      )
      return {
        type: 'unknown',
        message: `There is no command /${name}.${near} /help shows them all; // begins a text with a slash`,
      }
    }
  }
}

/** Completes a line that begins a command. */
export function completeChatLine(line: string): string[] {
  return line.startsWith('/')
    ? chatCommands.map(([command]) => command).filter((command) => command.startsWith(line))
    : []
}
