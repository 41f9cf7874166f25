/** A question of the agent, answered where it was asked. */

import type { Question } from '@salp/agent'
import { type FormEvent, useId, useState } from 'react'
import { useStudio } from '../api/studio.js'
import { useAttempt } from '../design/notices.js'

/** Offers the options, and room for any other answer. */
export function QuestionForm({ question: { id, question, options } }: { question: Question }) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const field = useId()
  const [text, setText] = useState('')
  const [sent, setSent] = useState(false)

  async function answer(value: string): Promise<void> {
    setSent(true)
    if (!(await attempt('send your answer', () => api.answer(id, value)))) setSent(false)
  }
  function submit(event: FormEvent): void {
    event.preventDefault()
    if (text.trim() !== '') void answer(text.trim())
  }

  return (
    <form className="question" onSubmit={submit} data-asking="">
      <label htmlFor={field}>{question}</label>
      {options.length > 0 && (
        <div className="actions">
          {options.map((option) => (
            <button key={option} type="button" className="button" disabled={sent} onClick={() => answer(option)}>
              {option}
            </button>
          ))}
        </div>
      )}
      <div className="question-own">
        <input
          id={field}
          value={text}
          placeholder={options.length > 0 ? 'Or something else' : 'Your answer'}
          disabled={sent}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="button button-primary" disabled={sent || text.trim() === ''}>
          Answer
        </button>
      </div>
    </form>
  )
}
