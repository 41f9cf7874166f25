/** Draws the icons of the installed Studio from `icons/`: `node apps/web/scripts/make-icons.mjs`. Needs Chromium, at `CHROME_PATH`. */

import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

// Playwright stands with the tests of the node.
const { chromium } = createRequire(new URL('../../node/package.json', import.meta.url))('playwright-core')

const folder = (name) => new URL(`../${name}`, import.meta.url)

/** Every icon: what it is drawn from, its size in px, and whether its ground is part of it. */
const icons = [
  { file: 'icon-192.png', from: 'app.svg', size: 192, ground: true },
  { file: 'icon-512.png', from: 'app.svg', size: 512, ground: true },
  { file: 'badge-96.png', from: 'badge.svg', size: 96, ground: false },
]

const browser = await chromium.launch({
  executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
})
try {
  for (const { file, from, size, ground } of icons) {
    const page = await browser.newPage({ viewport: { width: size, height: size } })
    const svg = readFileSync(folder(`icons/${from}`)).toString('base64')
    const style = `width:${size}px;height:${size}px;display:block`
    await page.setContent(`<body style="margin:0"><img src="data:image/svg+xml;base64,${svg}" style="${style}">`)
    await page.locator('img').evaluate((image) => image.decode())
    writeFileSync(folder(`public/${file}`), await page.screenshot({ omitBackground: !ground }))
    await page.close()
  }
} finally {
  await browser.close()
}
