import { config } from 'zod/mini'

/** Must be imported before any schema is built: zod's fast path needs `eval`, which the page's policy forbids. */
config({ jitless: true })
