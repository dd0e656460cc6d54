import type {
  AnyAuthMethod,
  KeyboardInteractiveCallback,
  ParsedKey,
  Prompt,
  SignCallback,
  SigningRequestOptions,
} from 'ssh2'
import type { SshAgent } from './agent.ts'
import { BaseAgent } from './ssh2.ts'

/** A key that can be offered, in the order they are to be tried. */
export type KeyCandidate =
  | {
      readonly kind: 'agent'
      readonly label: string
      readonly publicKey: Buffer
      readonly key: ParsedKey
      readonly agent: SshAgent
    }
  | { readonly kind: 'open'; readonly label: string; readonly publicKey: Buffer; readonly key: ParsedKey }
  /** Encrypted. `key` is its public half: the server is asked first whether it would do; null where even that is hidden. */
  | { readonly kind: 'locked'; readonly label: string; readonly file: string; readonly key: ParsedKey | null }

/** What a connection lacked. It is given up, a person is asked, and a new one is made: no socket waits for an answer. */
export type Need =
  | { readonly kind: 'passphrase'; readonly file: string }
  | { readonly kind: 'password'; readonly again: boolean }
  | { readonly kind: 'code' }

export interface CodeQuestion {
  readonly instruction: string
  readonly fields: readonly { readonly label: string; readonly echo: boolean }[]
}

export interface SignInOptions {
  readonly user: string
  readonly candidates: readonly KeyCandidate[]
  readonly password: string | null
  /** Asked while the server waits. Null: no answer. */
  readonly askCode: (question: CodeQuestion) => Promise<readonly string[] | null>
  /** The connection is of no more use: end it. */
  readonly giveUp: () => void
}

/** More than any server allows: a guard against one that never says no. */
const mostTries = 40

/**
 * The order of a sign-in on one connection: keys, then keyboard-interactive, then password, as OpenSSH does, and only
 * what the server offers. It never sends a password twice, and asks nobody but for one-time codes.
 */
export class SignIn {
  readonly #options: SignInOptions
  readonly #keys: KeyCandidate[]
  readonly #tried: string[] = []
  #calls = 0
  #refused = 0
  #need: Need | null = null
  /** What the server takes; null while it has not said. */
  #offered: ReadonlySet<string> | null = null
  #last: AnyAuthMethod['type'] | null = null
  /** An agent signed: the server took the key, so a "no" after it means "and now something else". */
  #agentSigned = false
  #listWanted = false
  #interactiveTried = false
  #passwordSent = false
  /** The password was the last thing the server got to see. */
  #passwordBlamed = false

  constructor(options: SignInOptions) {
    this.#options = options
    this.#keys = [...options.candidates]
  }

  /** Set when a person has to be asked before another connection makes sense. */
  get need(): Need | null {
    return this.#need
  }

  /** What was tried, in words, for the error text. */
  get tried(): readonly string[] {
    return this.#tried
  }

  /** Methods the server takes, as far as it said so. */
  get offered(): readonly string[] {
    return [...(this.#offered ?? [])]
  }

  /** Credentials the server turned down. */
  get refused(): number {
    return this.#refused
  }

  /** The password was sent and nothing was said against it: with a success after it, it is the right one. */
  get passwordSent(): boolean {
    return this.#passwordSent
  }

  /** ssh2's authHandler: the next method, or false when there is none left. */
  next(left: readonly string[] | null, partial: boolean | null): AnyAuthMethod | false {
    this.#calls += 1
    if (this.#need !== null || this.#calls > mostTries) return false
    this.#learn(left, partial === true)
    const method = this.#choose()
    this.#last = method === false ? null : method.type
    return method
  }

  #learn(left: readonly string[] | null, partial: boolean): void {
    const accepted = partial || this.#agentSigned
    if (this.#last !== null && this.#last !== 'none' && !accepted) this.#refused += 1
    if (accepted) {
      this.#interactiveTried = false
      this.#passwordBlamed = false
    }
    if (this.#last !== 'agent') {
      if (left !== null) this.#offered = new Set(left)
    } else if (this.#agentSigned) {
      // ssh2 does not pass on what the server said to an agent's key.
      this.#agentSigned = false
      this.#listWanted = true
    }
  }

  #choose(): AnyAuthMethod | false {
    const { user, password } = this.#options
    // Without a list keys go first: asking for it costs a round trip.
    if (this.#listWanted || (this.#offered === null && this.#keys.length === 0)) return this.#askForList()
    if (this.#offered === null || this.#offered.has('publickey')) {
      const key = this.#nextKey()
      if (key !== null) return key
      if (this.#need !== null) return false
      if (this.#offered === null) return this.#askForList()
    }
    if (this.#passwordBlamed) return this.#wants({ kind: 'password', again: true })
    if (this.#offered.has('keyboard-interactive') && !this.#interactiveTried) {
      this.#interactiveTried = true
      return {
        type: 'keyboard-interactive',
        username: user,
        prompt: (name, instructions, _language, prompts, finish) => {
          void this.#answer(name, instructions, prompts, finish)
        },
      }
    }
    if (this.#offered.has('password') && !this.#passwordSent) {
      if (password === null) return this.#wants({ kind: 'password', again: false })
      this.#markPasswordSent()
      return { type: 'password', username: user, password }
    }
    return false
  }

  #askForList(): AnyAuthMethod {
    this.#listWanted = false
    return { type: 'none', username: this.#options.user }
  }

  #nextKey(): AnyAuthMethod | null {
    const candidate = this.#keys.shift()
    if (candidate === undefined) return null
    const { user } = this.#options
    this.#tried.push(candidate.label)
    switch (candidate.kind) {
      case 'open':
        return { type: 'publickey', username: user, key: candidate.key }
      case 'agent': {
        const agent = new OneKeyAgent(candidate.key, (key, data, options, callback) => {
          candidate.agent.sign(key, data, options, (error, signature) => {
            if (!error) this.#agentSigned = true
            callback(error, signature)
          })
        })
        return { type: 'agent', username: user, agent }
      }
      case 'locked': {
        const need: Need = { kind: 'passphrase', file: candidate.file }
        if (candidate.key === null) {
          this.#wants(need)
          return null
        }
        // Being asked to sign means that the server would take this key.
        const agent = new OneKeyAgent(candidate.key, () => {
          this.#wants(need)
          this.#options.giveUp()
        })
        return { type: 'agent', username: user, agent }
      }
    }
  }

  async #answer(
    name: string,
    instructions: string,
    prompts: readonly Prompt[],
    finish: KeyboardInteractiveCallback,
  ): Promise<void> {
    const { password } = this.#options
    const forPassword = prompts.map(isPasswordPrompt)
    if (forPassword.includes(true)) {
      if (password === null || this.#passwordSent) {
        this.#wants({ kind: 'password', again: this.#passwordSent })
        this.#options.giveUp()
        return
      }
      this.#markPasswordSent()
    }
    const others = prompts.filter((_, index) => forPassword[index] !== true)
    let codes: readonly string[] | null = []
    if (others.length > 0) {
      this.#tried.push('one-time code')
      this.#passwordBlamed = false
      codes = await this.#options.askCode({
        instruction: [name, instructions].filter((text) => text !== '').join('\n'),
        fields: others.map((prompt) => ({ label: prompt.prompt.trim(), echo: prompt.echo === true })),
      })
      if (codes === null) {
        this.#wants({ kind: 'code' })
        this.#options.giveUp()
        return
      }
    }
    const rest = [...codes]
    finish(forPassword.map((isPassword) => (isPassword ? (password ?? '') : (rest.shift() ?? ''))))
  }

  #markPasswordSent(): void {
    this.#passwordSent = true
    this.#passwordBlamed = true
    this.#tried.push('password')
  }

  #wants(need: Need): false {
    this.#need ??= need
    return false
  }
}

/** A prompt that asks for the account's password, in the languages servers speak; not for a code or a new password. */
export function isPasswordPrompt(prompt: Prompt): boolean {
  if (prompt.echo === true) return false
  if (/one.?time|otp|\bcode|token|verif|authenticat(or|ion)|duo|new |retype|again/i.test(prompt.prompt))
    return false
  return /pass(word|wort|phrase)|passwd|mot de passe|contrase|senha|wachtwoord|l\u00f6senord|parola|\u043f\u0430\u0440\u043e\u043b\u044c|\u5bc6\u7801|\u5bc6\u78bc|\u30d1\u30b9\u30ef\u30fc\u30c9/i.test(
    prompt.prompt,
  )
}

type Sign = (key: ParsedKey, data: Buffer, options: SigningRequestOptions, callback: SignCallback) => void

/** An agent of one key, so that ssh2 comes back to us after each. */
class OneKeyAgent extends BaseAgent<ParsedKey> {
  readonly #key: ParsedKey
  readonly #sign: Sign

  constructor(key: ParsedKey, sign: Sign) {
    super()
    this.#key = key
    this.#sign = sign
  }

  override getIdentities(callback: (error?: Error | null, keys?: ParsedKey[]) => void): void {
    callback(null, [this.#key])
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    if (typeof options === 'function') this.#sign(key, data, {}, options)
    else if (callback !== undefined) this.#sign(key, data, options, callback)
  }
}
