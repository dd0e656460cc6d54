import { describe, expect, it } from 'vitest'
import { PromptBoard } from '../../../electron/app/prompt-board.ts'
import { createSignIn, noEnvironmentSecrets, type EnvironmentSecrets } from '../../../electron/app/sign-in.ts'
import type { SecretName, SecretStore } from '../../../electron/secrets/secret-store.ts'
import type { PromptAnswer } from '../../../shared/model/prompt.ts'
import { FakeClock, settled } from '../../fixtures/fake-clock.ts'

const never = new AbortController().signal

function board() {
  let count = 0
  return new PromptBoard(
    new FakeClock(),
    () => `p${++count}`,
    (error) => {
      throw error
    },
  )
}

const password = {
  gatewayId: 'g',
  gatewayName: 'home',
  user: 'ada',
  host: 'h',
  again: false,
  canRemember: false,
}

describe('the prompt board', () => {
  it('shows a question, takes the first valid answer and closes', async () => {
    const prompts = board()
    const answer = prompts.ask('ssh-password', password, never)
    expect(prompts.list()).toMatchObject([{ id: 'p1', kind: 'ssh-password', host: 'h' }])
    prompts.answer('p1', { kind: 'ssh-password', secret: 's', remember: false })
    expect(await answer).toEqual({ kind: 'ssh-password', secret: 's', remember: false })
    expect(prompts.list()).toEqual([])
    expect(() => prompts.answer('p1', { kind: 'ssh-password', secret: 's', remember: false })).toThrow(
      'prompt.gone',
    )
  })

  it('refuses an answer of another kind, or to another fingerprint, and stays open', () => {
    const prompts = board()
    void prompts.ask(
      'host-key',
      {
        gatewayId: 'g',
        gatewayName: 'home',
        host: 'h',
        port: 22,
        keyType: 'ED25519',
        fingerprint: 'SHA256:shown',
        compareCommand: '',
        userFile: '',
        line: '',
      },
      never,
    )
    const answers: PromptAnswer[] = [
      { kind: 'scope', allow: true },
      { kind: 'host-key', fingerprint: 'SHA256:other', addToUserFile: false },
    ]
    for (const answer of answers) expect(() => prompts.answer('p1', answer)).toThrow('input.invalid')
    expect(prompts.list()).toHaveLength(1)
  })

  it('closes when whoever asked gives up', async () => {
    const prompts = board()
    const asking = new AbortController()
    const answer = prompts.ask('ssh-password', password, asking.signal)
    asking.abort()
    expect(await answer).toBeNull()
    expect(prompts.list()).toEqual([])
  })
})

/** Secrets in a map; `remembered` holds what would have gone to the keychain. */
function fakeSecrets() {
  const values = new Map<string, string>()
  const remembered = new Set<string>()
  const keyOf = ({ kind, gatewayId, detail }: SecretName): string => `${kind} ${gatewayId} ${detail ?? ''}`
  const store: SecretStore = {
    get: (name) => Promise.resolve(values.get(keyOf(name)) ?? null),
    set: (name, value, options) => {
      values.set(keyOf(name), value)
      if (options?.remember !== false) remembered.add(keyOf(name))
      return Promise.resolve()
    },
    delete: (name) => {
      values.delete(keyOf(name))
      return Promise.resolve()
    },
    deleteEntry: () => Promise.resolve(),
    deleteGateway: () => Promise.resolve(),
    view: () => ({ store: 'keychain', storeName: '', reason: null, deviceKeyPlace: null, entries: [] }),
    onChange: () => ({ dispose() {} }),
  }
  return { store, values, remembered }
}

describe('the secrets of a sign-in', () => {
  const signIn = (environment: Partial<EnvironmentSecrets> = {}) => {
    const prompts = board()
    const secrets = fakeSecrets()
    const { asker, ...made } = createSignIn({
      gatewayId: 'g',
      promptGatewayId: 'g',
      gatewayName: () => 'home',
      prompts,
      secrets: secrets.store,
      environment: { ...noEnvironmentSecrets, ...environment },
    })
    return { prompts, secrets, asker, credentials: () => made.credentials() }
  }
  const question = { user: 'ada', host: 'h', again: false }

  it('asks once, keeps the answer for this run only, and not in the keychain unless the box was ticked', async () => {
    const { asker, prompts, secrets } = signIn()
    const first = asker.ssh.password(question, never)
    await settled()
    prompts.answer('p1', { kind: 'ssh-password', secret: 'pw', remember: false })
    expect(await first).toBe('pw')
    expect(await asker.ssh.password(question, never)).toBe('pw')
    expect(secrets.remembered.size).toBe(0)
  })

  it('forgets what failed and asks again', async () => {
    const { asker, prompts, secrets } = signIn()
    await secrets.store.set({ kind: 'ssh-password', gatewayId: 'g', detail: 'ada@h' }, 'old')
    const again = asker.ssh.password({ ...question, again: true }, never)
    await settled()
    expect(secrets.values.size).toBe(0)
    expect(prompts.list()).toMatchObject([{ again: true, canRemember: true }])
    prompts.dismiss('p1')
    expect(await again).toBeNull()
  })

  it('takes the environment before the store, and never stores it', async () => {
    const { asker, credentials, secrets } = signIn({ sshPassword: 'env', token: 'env-token' })
    expect(await asker.ssh.password(question, never)).toBe('env')
    expect((await credentials()).token).toBe('env-token')
    expect(secrets.values.size).toBe(0)
  })

  it('a token typed after the one of the environment failed comes first from then on', async () => {
    const { asker, credentials, prompts } = signIn({ token: 'wrong' })
    const asked = asker.gatewaySecret({ secret: 'token', host: 'h', again: true }, never)
    await settled()
    prompts.answer('p1', { kind: 'gateway-secret', secret: 'right', remember: false })
    expect(await asked).toBe(true)
    expect((await credentials()).token).toBe('right')
  })

  it('uses a one-time code of the environment once', async () => {
    const { asker, prompts } = signIn({ sshCode: '123456' })
    const fields = [{ label: 'Code:', echo: false }]
    const code = { user: 'ada', host: 'h', instruction: '', fields }
    expect(await asker.ssh.code(code, never)).toEqual(['123456'])
    const second = asker.ssh.code(code, never)
    await settled()
    prompts.dismiss('p1')
    expect(await second).toBeNull()
  })
})
