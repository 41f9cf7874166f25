/** Serves Studio, and signs in whoever may open it. */

import { fileURLToPath } from 'node:url'
import { serveStatic } from '@hono/node-server/serve-static'
import { type AccessOptions, signIn } from '@salp/agent'
import type { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'

const folder = fileURLToPath(new URL('studio', import.meta.url))

/** Adds the pages. Scripts, styles and pictures come from here alone, and no other site may frame them. */
export function serveStudio(app: Hono, access: AccessOptions): void {
  app.use(
    '*',
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
      referrerPolicy: 'no-referrer',
      strictTransportSecurity: false,
    }),
  )
  app.get('/', async (context, next) => {
    const onward = signIn(context, access)
    if (onward !== undefined) return context.redirect(onward)
    context.header('cache-control', 'no-cache')
    await next()
  })
  app.use(
    '*',
    serveStatic({
      root: folder,
      onFound: (path, context) => {
        if (path.includes('/assets/')) context.header('cache-control', 'public, max-age=31536000, immutable')
      },
    }),
  )
}
