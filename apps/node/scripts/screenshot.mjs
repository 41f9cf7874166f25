/** Makes docs/studio.png from the real page: `node apps/node/scripts/screenshot.mjs` after a build. Needs Chromium. */

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const folder = mkdtempSync(join(tmpdir(), 'salp-screenshot-'))
const workspace = join(folder, 'project')
mkdirSync(join(workspace, 'docs'), { recursive: true })
writeFileSync(join(workspace, 'docs', 'guide.md'), '# Guide\n')
writeFileSync(join(workspace, 'docs', 'status.md'), '# Status\n')

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const flags = ['--home', join(folder, 'home'), '--workspace', workspace, '--port', '0', '--ready-json']
const node = spawn(process.execPath, [main, ...flags, '--set', 'model.detect=false'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const { url } = JSON.parse(await new Promise((resolve) => node.stdout.once('data', resolve)))

const browser = await chromium.launch({
  executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
})
try {
  const page = await browser.newPage({ viewport: { width: 1_360, height: 850 }, deviceScaleFactor: 2 })
  await page.goto(url)
  const said = ['remember that the deploy key rotates on Fridays', 'when does the deploy key rotate?', 'run git status']
  for (const text of said) {
    await page.getByRole('textbox', { name: 'Message' }).fill(text)
    await page.keyboard.press('Enter')
    const done = text.startsWith('run')
      ? page.getByRole('button', { name: 'Approve', exact: true })
      : page.getByRole('button', { name: 'Send' })
    await done.waitFor()
  }
  await page.waitForTimeout(1_000)
  await page.screenshot({ path: fileURLToPath(new URL('../../../docs/studio.png', import.meta.url)) })
} finally {
  await browser.close()
  node.kill('SIGTERM')
  await new Promise((resolve) => node.once('close', resolve))
  rmSync(folder, { recursive: true })
}
