/**
 * A state as shape and colour: `ready` full circle · `ok` tick · `busy` half ring · `waiting` dotted ring ·
 * `stopped` exclamation mark · `failed` cross, tried again by itself · `idle` empty ring · `skipped` dash. Words stand beside it, always.
 */
export type Mark = 'ready' | 'ok' | 'busy' | 'waiting' | 'stopped' | 'failed' | 'idle' | 'skipped'
