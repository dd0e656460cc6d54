/** How many ended runs are remembered, so that late words about them start nothing. */
const rememberedRuns = 500

/** Stands for a run whose name is not known. */
const unnamed = ''

/** Which runs are going on at a gateway, in any conversation, as far as this link has heard. */
export class ActiveRuns {
  readonly #bySession = new Map<string, Set<string>>()
  readonly #ended = new Set<string>()
  readonly #onChange: () => void

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  get count(): number {
    let count = 0
    for (const runs of this.#bySession.values()) count += runs.size
    return count
  }

  started(sessionKey: string, runId: string): void {
    if (this.#ended.has(runId)) return
    this.#change(() => {
      this.#runsOf(sessionKey).delete(unnamed)
      this.#runsOf(sessionKey).add(runId)
    })
  }

  ended(sessionKey: string, runId: string): void {
    this.#ended.add(runId)
    const [oldest] = this.#ended
    if (this.#ended.size > rememberedRuns && oldest !== undefined) this.#ended.delete(oldest)
    this.#change(() => this.#bySession.get(sessionKey)?.delete(runId))
  }

  /** What the gateway says is active in a conversation; null: something, but not what. */
  settle(sessionKey: string, runIds: readonly string[] | null): void {
    this.#change(() => {
      if (runIds === null) {
        if (this.#runsOf(sessionKey).size === 0) this.#runsOf(sessionKey).add(unnamed)
      } else this.#bySession.set(sessionKey, new Set(runIds))
    })
  }

  clear(): void {
    this.#change(() => this.#bySession.clear())
  }

  #runsOf(sessionKey: string): Set<string> {
    const runs = this.#bySession.get(sessionKey) ?? new Set()
    this.#bySession.set(sessionKey, runs)
    return runs
  }

  #change(change: () => void): void {
    const before = this.count
    change()
    if (this.count !== before) this.#onChange()
  }
}
