import type { Verdict } from './lookup.ts'
import type { OutboxRecord } from './outbox-file.ts'

/**
 * `drop` it is delivered · `wait` the gateway has it · `send` · `send-fresh` under a new key ·
 * `ask` nobody can tell: the person decides · `cancelled` a stop took it out before the agent saw it.
 */
export type NextStep = 'drop' | 'wait' | 'send' | 'send-fresh' | 'ask' | 'cancelled'

export interface StepFacts {
  /** It may be an order rather than a message, so it is never sent twice by itself. */
  readonly command: boolean
  /** The gateway process that acknowledged it still lives, so it cannot have lost it. */
  readonly sameProcess: boolean
}

/**
 * The rule of exactly once: what to do with a message that may have arrived, after it was looked up.
 * Only a row in the transcript ends it, and only a proved absence (or the person) sends it again.
 */
export function nextStep(record: OutboxRecord, verdict: Verdict, facts: StepFacts): NextStep {
  if (verdict === 'row') return 'drop'
  if (verdict === 'queued' || verdict === 'active') return 'wait'
  if (record.again === 'fresh') return 'send-fresh'
  if (verdict === 'cancelled') return 'cancelled'
  if (record.again === 'same') return 'send'
  if (record.state === 'uncertain' && verdict !== 'interrupted') return 'ask'
  // The process is the same and alive: the row is on its way, and its dedupe would swallow a second one anyway.
  if (verdict === 'absent' && facts.sameProcess) return 'wait'
  if (facts.command || verdict === 'unknown') return 'ask'
  // Absent after the gateway was restarted; or interrupted: the gateway still holds it, undelivered, and takes it up
  // again only when it comes once more under the same key (measured on 2026.9.6).
  return 'send'
}
