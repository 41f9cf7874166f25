/** Registers the same slugs as other processes do at once; prints how many it won. */

import { argv, stdout } from 'node:process'
import { openRegistry, openTables } from './open-registry.js'

const [path = '', owner = '', times = ''] = argv.slice(2)
const db = openTables(path)
let id = 0
const { registry } = openRegistry({ db, ids: () => `${owner}-${id++}` })
const { signal } = new AbortController()

let won = 0
for (let n = 0; n < Number(times); n++) {
  const input = { slug: `slug-${n}`, target: 'https://a.example', price: '1' }
  if ((await registry.create(input, { owner, signal })).status === 'created') won++
}
db.close()
stdout.write(String(won))
