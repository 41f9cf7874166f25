/** Waits for a person to stop typing. */

import { useEffect, useState } from 'react'

const pauseMs = 200

/** The value, once it has not changed for a moment; an emptied one at once. */
export function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), value === '' ? 0 : pauseMs)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
