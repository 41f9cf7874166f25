#!/usr/bin/env node
// @ts-check
/** What `npm start` and `npm test` run: plain JavaScript, no dependencies, any Node from 18 on. */

const major = Number(process.versions.node.split('.')[0])
if (major >= 18) {
  import('./main.mjs').then(({ main }) => main(process.argv.slice(2)))
} else {
  console.error(`Salp needs Node 18 or newer to fetch the rest; this is Node ${process.versions.node}.`)
  console.error('Install a newer one from https://nodejs.org and run the command again.')
  process.exitCode = 1
}
