/** Keeps zod, inside the AI SDK, from compiling code: the content security policy forbids it. Import this first. */

import { config } from 'zod/v4/core'

config({ jitless: true })
