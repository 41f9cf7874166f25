import { describe, expect, test } from 'vitest'
import { hashOf, readNotice } from './show-notices.js'

const notice = { title: 'Salp asks you', body: 'Which?', tag: 'question:1', hash: '#/now?ask=1' }

describe('readNotice()', () => {
  test('reads what the node sends', () => {
    expect(readNotice(JSON.stringify(notice))).toEqual({ ...notice, decides: false })
    expect(readNotice(JSON.stringify({ ...notice, decides: true })).decides).toBe(true)
  })

  test.each(['', 'null', '[]', '{"title":1}', '{"hash":"https://elsewhere.test"}', '{"hash":"javascript:1"}'])(
    'leads to the page of what goes on for %j',
    (text) => {
      expect(readNotice(text)).toMatchObject({ title: 'Salp', hash: '#/now' })
    },
  )
})

describe('hashOf()', () => {
  test('stands on the button that was pressed, and presses nothing', () => {
    const notification = { data: notice.hash, close: () => undefined }
    expect(hashOf({ action: '', notification })).toBe('#/now?ask=1')
    expect(hashOf({ action: 'deny', notification })).toBe('#/now?ask=1&choice=deny')
    expect(hashOf({ action: 'other', notification })).toBe('#/now?ask=1')
  })
})
