/** How to connect a language model. */

import { CopyButton } from '../design/copy-button.js'

const commands = [
  {
    name: 'A model on this machine',
    command: 'ollama serve',
    note: 'Ollama, LM Studio, llama.cpp and vLLM are found by themselves when Salp starts.',
  },
  {
    name: 'Any OpenAI-compatible server',
    command: 'SALP_MODEL_URL=http://127.0.0.1:11434/v1 npm start',
    note: 'SALP_MODEL names the model, SALP_MODEL_KEY the key, where the server needs them.',
  },
  { name: 'A provider', command: 'OPENAI_API_KEY=… npm start', note: 'So do the keys of other providers.' },
]

/** Explains the reflex model, and the ways to a real one. */
export function ModelHelp() {
  return (
    <div className="model-help">
      <p className="popover-lead">Rules answer now: the reflex model</p>
      <p>It understands plain commands and uses every tool, but it does not converse. To connect a language model:</p>
      <ul>
        {commands.map(({ name, command, note }) => (
          <li key={name}>
            <strong>{name}</strong>
            <span className="command-line">
              <code>{command}</code>
              <CopyButton text={command} label={`Copy the command for: ${name}`} />
            </span>
            <small>{note}</small>
          </li>
        ))}
      </ul>
    </div>
  )
}
