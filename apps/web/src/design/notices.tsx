/** Short messages at the edge of the page, for what happened elsewhere than where the reader looks. */

import { createContext, type ReactNode, useCallback, useContext, useState } from 'react'
import { describeProblem } from '../api/problem.js'

const NoticeContext = createContext<(text: string) => void>(() => undefined)

/** Shows one notice at a time; the next replaces it, and it goes by itself. */
export function NoticeProvider({ children }: { children: ReactNode }) {
  const [notice, setNotice] = useState<{ text: string; key: number }>()
  const show = useCallback((text: string) => setNotice((before) => ({ text, key: (before?.key ?? 0) + 1 })), [])
  return (
    <NoticeContext value={show}>
      {children}
      <div className="notices" role="status">
        {notice && (
          <p key={notice.key} className="notice" onAnimationEnd={() => setNotice(undefined)}>
            {notice.text}
          </p>
        )}
      </div>
    </NoticeContext>
  )
}

/** Shows a notice. */
export function useNotice(): (text: string) => void {
  return useContext(NoticeContext)
}

/** Runs an action and tells when it fails. @returns Whether it succeeded. */
export function useAttempt(): (what: string, action: () => Promise<unknown>) => Promise<boolean> {
  const show = useNotice()
  return useCallback(
    async (what, action) => {
      try {
        await action()
        return true
      } catch (error) {
        const { title, detail } = describeProblem(error)
        show(`Could not ${what}: ${detail || title}`)
        return false
      }
    },
    [show],
  )
}
