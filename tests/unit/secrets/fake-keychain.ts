import { KeychainError, type Keychain, type KeychainProblem } from '../../../electron/secrets/keychain.ts'

/** A keychain in memory that can be locked, taken away or made slow. Knows "absent" also while locked, as the real one. */
export class FakeKeychain implements Keychain {
  readonly name = 'Secret Service'
  readonly entries = new Map<string, string>()
  problem: KeychainProblem | null = null
  calls = 0
  answer: Promise<void> = Promise.resolve()

  async get(account: string): Promise<string | null> {
    await this.#enter()
    if (this.problem === 'locked' && !this.entries.has(account)) return null
    this.#fail()
    return this.entries.get(account) ?? null
  }

  async set(account: string, value: string): Promise<void> {
    await this.#enter()
    this.#fail()
    this.entries.set(account, value)
  }

  async delete(account: string): Promise<boolean> {
    await this.#enter()
    if (this.problem === 'locked' && !this.entries.has(account)) return false
    this.#fail()
    return this.entries.delete(account)
  }

  busy(): boolean {
    return false
  }

  async #enter(): Promise<void> {
    this.calls += 1
    await this.answer
  }

  #fail(): void {
    if (this.problem !== null) throw new KeychainError(this.problem, `fake: ${this.problem}`)
  }
}
