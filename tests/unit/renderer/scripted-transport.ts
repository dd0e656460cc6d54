import type { LinkState, Transport } from '../../../renderer/bridge/transport.ts'

/** A transport that the test holds in its hands: calls wait until they are answered. */
export class ScriptedTransport implements Transport {
  readonly calls: { readonly name: string; readonly input: unknown; answer(value: unknown): void }[] = []
  readonly #events = new Set<(event: unknown) => void>()
  readonly #states = new Set<(state: LinkState) => void>()
  #state: LinkState = 'open'

  call(name: string, input: unknown): Promise<unknown> {
    return new Promise((resolve) => {
      this.calls.push({ name, input, answer: (value) => resolve({ ok: true, value }) })
    })
  }

  onEvent(listener: (event: unknown) => void): () => void {
    this.#events.add(listener)
    return () => this.#events.delete(listener)
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.#states.add(listener)
    return () => this.#states.delete(listener)
  }

  state(): LinkState {
    return this.#state
  }

  close(): void {}

  /** Answers the oldest open call of that name and lets everything that follows from it happen. */
  async answer(name: string, value: unknown): Promise<void> {
    const index = this.calls.findIndex((call) => call.name === name)
    const [call] = this.calls.splice(index, 1)
    if (index < 0 || call === undefined) throw new Error(`${name} was not called`)
    call.answer(value)
    await settle()
  }

  async send(name: string, payload: unknown): Promise<void> {
    for (const listener of this.#events) listener({ name, payload })
    await settle()
  }

  async become(state: LinkState): Promise<void> {
    this.#state = state
    for (const listener of this.#states) listener(state)
    await settle()
  }
}

/** Lets all promises that are due run. */
const settle = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })
