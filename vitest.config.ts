/** Tests of everything: `unit` reads the sources, `e2e` runs what was built. */

import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const conditions = ['@salp/source', 'module', 'node', 'development|production']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    reporters: ['default', './tooling/checks/reporter.ts'],
    // By itself it leaves one core to others; a machine of two would run one file at a time.
    maxWorkers: availableParallelism(),
    // By itself it gives up after a second, which a busy machine may need.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'packages/*/{src,examples}/**/*.test.{ts,tsx}',
            'apps/*/src/**/*.test.{ts,tsx}',
            'tooling/**/*.test.ts',
          ],
          // It is there for what hangs: a busy machine takes its time.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['apps/*/test/**/*.test.ts'],
          // They start servers and browsers, which want the machine for themselves.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
