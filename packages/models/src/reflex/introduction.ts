/** What the reflex model says of itself. */

import type { Topic } from './intent.js'

/** How to get a real model; said where it is asked for, or plainly missing. */
const connect = `To connect a language model, do one of these and start Salp again:

- set \`SALP_MODEL_URL\` to any OpenAI-compatible endpoint, such as \`http://127.0.0.1:11434/v1\` (with \`SALP_MODEL\` and \`SALP_MODEL_KEY\` where it needs them);
- run Ollama (\`ollama pull qwen3\`), LM Studio, llama.cpp or vLLM on this machine: they are found by themselves;
- set a key, such as \`OPENAI_API_KEY\`, \`ANTHROPIC_API_KEY\` or \`GROQ_API_KEY\`.`

const identity =
  'I am the **reflex model** of Salp. There is no language model behind me: I understand a set of phrases by rules, act through the same tools and permissions as any model would, and never make anything up.'

/** What can be said, by the tool that it needs. */
const abilities: readonly (readonly [tools: readonly string[], line: string])[] = [
  [
    ['remember', 'recall', 'forget'],
    '**Memory** – “remember that the deploy key rotates on Fridays”, “when does the deploy key rotate?”, “forget the deploy key”',
  ],
  [
    ['create_task', 'list_tasks', 'update_task'],
    '**Tasks** – “create a task to review the README”, “list my tasks”, “finish task 1”',
  ],
  [
    ['list_files', 'read_file', 'search_files'],
    '**Files** – “list the files in docs”, “read README.md”, “show lines 10-20 of README.md”, “search for TODO in src”',
  ],
  [
    ['write_file', 'edit_file'],
    '**Changes** – “create a file notes.txt with hello”, “append bye to notes.txt”, “replace hello with hi in notes.txt”',
  ],
  [
    ['create_cartridge', 'list_cartridges'],
    '**Cartridges** – “make a snake game”, “what can you build?”, “which apps do I have?”, “publish counter for $0.01”',
  ],
  [['run_command'], '**Commands** – “run `ls -la`”'],
  [['fetch_url'], '**Web** – “fetch https://example.com”'],
  [['buy_url'], '**Buying** – “buy https://example.com/report for at most 0.05”'],
  [['agent_status'], '**Myself** – “status”, “what are you?”'],
]

/** Lists what can be done with the tools on offer. */
function help(offered: ReadonlySet<string>): string {
  const lines = abilities.filter(([tools]) => tools.some((tool) => offered.has(tool))).map(([, line]) => `- ${line}`)
  return lines.length === 0
    ? 'No tool is on offer here, so I can do nothing but answer.'
    : `You can say, for example:\n\n${lines.join('\n')}\n\nSeveral things go in one message: “create a task to test it and then list my tasks”.`
}

/** What is said on a topic. */
export function talk(topic: Topic, offered: ReadonlySet<string>): string {
  switch (topic) {
    case 'greeting':
      return 'Hello! What can I do for you? Say “help” to see what I understand.'
    case 'thanks':
      return 'You are welcome.'
    case 'farewell':
      return 'Goodbye. What you told me to remember is kept.'
    case 'identity':
      return `${identity}\n\n${help(offered)}\n\n${connect}`
    case 'help':
      return `${help(offered)}\n\nI am the reflex model: rules, no language model. Say “what are you?” to read how to connect one.`
    case 'connect':
      return connect
    case 'no-subject':
      return 'Tell me about what: “what do you know about the deploy key?”, “forget the deploy key”.'
    case 'no-command':
      return 'Tell me the exact command, such as “run `npm test`”: without a language model I do not guess one.'
    case 'no-delete':
      return 'I have no tool that deletes files. You can say the command instead, such as “run `rm notes.txt`”.'
  }
}

/** What is said to a message that no rule matches. */
export function puzzled(text: string, offered: ReadonlySet<string>): string {
  const shown = text.length > 120 ? `${text.slice(0, 120).trimEnd()}…` : text
  const quoted = shown.replace(/\s+/g, ' ')
  const hint = offered.has('remember') ? ' If it is something to keep, say “remember that …”.' : ''
  return `I did not understand “${quoted}”. ${identity}${hint}\n\n${help(offered)}\n\n${connect}`
}
