/** What a browser without the token sees. */

import { type FormEvent, useState } from 'react'
import { Salp } from '../design/salp.js'

/** Asks for the token, and opens the page with it once: the node then sets a cookie. Nothing is stored here. */
export function SignIn() {
  const [token, setToken] = useState('')
  function submit(event: FormEvent): void {
    event.preventDefault()
    if (token.trim() !== '') location.assign(`/?token=${encodeURIComponent(token.trim())}${location.hash}`)
  }
  return (
    <main className="sign-in">
      <Salp size={56} />
      <h1>Sign in to this Salp</h1>
      <p>
        It is protected by a token. The terminal shows it when Salp starts, and it stands in the file <code>token</code>{' '}
        of its home folder, usually <code>~/.salp/token</code>.
      </p>
      <form className="add-line" onSubmit={submit}>
        <input
          type="password"
          aria-label="Token"
          placeholder="Paste the token"
          autoComplete="off"
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <button type="submit" className="button button-primary" disabled={token.trim() === ''}>
          Sign in
        </button>
      </form>
    </main>
  )
}
