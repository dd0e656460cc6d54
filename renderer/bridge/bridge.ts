import * as z from 'zod/mini'
import {
  commands,
  events,
  type AppEvent,
  type Call,
  type CommandName,
  type CommandOutput,
  type EventName,
} from '../../shared/contract/index.ts'
import { appErrorSchema, type AppError, type Result } from '../../shared/result.ts'
import { text } from '../../shared/text/pages.ts'
import { LinkLost, type LinkState, type Transport } from './transport.ts'

/** The page's side of the contract: typed, and validated on arrival. */
export interface Bridge {
  readonly call: Call
  /** Valid events only; `onBroken` of {@link createBridge} hears of the others. */
  onEvent(listener: (event: AppEvent) => void): () => void
  onState(listener: (state: LinkState) => void): () => void
  state(): LinkState
  close(): void
}

const envelope = z.union([
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: appErrorSchema }),
])

const isEventName = (name: unknown): name is EventName =>
  typeof name === 'string' && Object.hasOwn(events, name)

const internal = (detail: string): { readonly ok: false; readonly error: AppError } => ({
  ok: false,
  error: { code: 'internal', message: text.bridge.broken, next: text.bridge.brokenNext, detail },
})

/**
 * Puts the contract on a transport. An answer that does not fit its schema becomes an `internal` error; an event
 * that does not fit is not passed on, and `onBroken` is told, so that the mirror of the state is fetched anew.
 */
export function createBridge(transport: Transport, onBroken: (reason: string) => void): Bridge {
  const call = async <N extends CommandName>(name: N, input: unknown): Promise<Result<CommandOutput<N>>> => {
    let raw: unknown
    try {
      raw = await transport.call(name, input)
    } catch (error) {
      if (!(error instanceof LinkLost)) return internal(String(error))
      const words = text.bridge
      return { ok: false, error: { code: 'link.down', message: words.cut, next: words.cutNext } }
    }
    const answer = envelope.safeParse(raw)
    if (!answer.success) return internal(`${name}: ${z.prettifyError(answer.error)}`)
    if (!answer.data.ok) return { ok: false, error: answer.data.error }
    const value = commands[name].output.safeParse(answer.data.value)
    if (!value.success) return internal(`${name}: ${z.prettifyError(value.error)}`)
    return { ok: true, value: value.data as CommandOutput<N> }
  }

  return {
    call,
    onEvent: (listener) =>
      transport.onEvent((raw) => {
        const name = (raw as { name?: unknown } | null)?.name
        // A newer core may send events that this page does not know: nothing of ours can be stale by them.
        if (!isEventName(name)) return
        const payload = events[name].safeParse((raw as { payload?: unknown }).payload)
        if (payload.success) listener({ name, payload: payload.data } as AppEvent)
        else onBroken(`${name}: ${z.prettifyError(payload.error)}`)
      }),
    onState: (listener) => transport.onState(listener),
    state: () => transport.state(),
    close: () => transport.close(),
  }
}
