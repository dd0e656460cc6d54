import type { Asker } from '../connection/asker.ts'
import type { GatewayCredentials } from '../gateway/session.ts'
import type { SecretName, SecretStore } from '../secrets/secret-store.ts'
import type { PromptPort } from './prompt-board.ts'

/** Secrets given by the environment of a command-line run. Used once each, never stored, never shown. */
export interface EnvironmentSecrets {
  readonly token: string | null
  readonly password: string | null
  readonly sshPassword: string | null
  readonly sshPassphrase: string | null
  readonly sshCode: string | null
}

export const noEnvironmentSecrets: EnvironmentSecrets = {
  token: null,
  password: null,
  sshPassword: null,
  sshPassphrase: null,
  sshCode: null,
}

export interface SignInOptions {
  /** Under which its secrets are kept. */
  readonly gatewayId: string
  /** As prompts name it; read when asked, since a gateway can be renamed. */
  readonly gatewayName: () => string
  /** The id faces know; null for a target that is not saved. */
  readonly promptGatewayId: string | null
  readonly prompts: PromptPort
  readonly secrets: SecretStore
  readonly environment: EnvironmentSecrets
}

export interface SignIn {
  readonly asker: Asker
  credentials(): Promise<GatewayCredentials>
}

/**
 * Where the secrets of a sign-in come from, in this order: the environment, the keychain (or this run's memory), a
 * person. What a person types is kept for this run so that a reconnect need not ask again, and in the keychain only if
 * the box was ticked. What fails is forgotten.
 */
export function createSignIn(options: SignInOptions): SignIn {
  const { gatewayId, secrets, prompts, environment } = options
  const about = (): { gatewayId: string | null; gatewayName: string } => ({
    gatewayId: options.promptGatewayId,
    gatewayName: options.gatewayName(),
  })
  const canRemember = (): boolean => options.promptGatewayId !== null && secrets.view().store === 'keychain'
  const usedFromEnvironment = new Set<keyof EnvironmentSecrets>()

  const fromEnvironment = (name: keyof EnvironmentSecrets): string | null => {
    if (usedFromEnvironment.has(name)) return null
    usedFromEnvironment.add(name)
    return environment[name]
  }

  /** A stored secret unless it just failed; then the environment's; then whatever the person types. */
  const obtain = async (
    name: SecretName,
    again: boolean,
    variable: 'sshPassword' | 'sshPassphrase',
    ask: () => Promise<{ readonly secret: string; readonly remember: boolean } | null>,
  ): Promise<string | null> => {
    if (again) await secrets.delete(name)
    else {
      const given = environment[variable] ?? (await secrets.get(name))
      if (given !== null) return given
    }
    const answer = await ask()
    if (answer === null) return null
    await secrets.set(name, answer.secret, { remember: answer.remember })
    return answer.secret
  }

  const asker: Asker = {
    ssh: {
      hostKey: (question, signal) => prompts.ask('host-key', { ...question, ...about() }, signal),
      passphrase: (question, signal) =>
        obtain(
          { kind: 'ssh-passphrase', gatewayId, detail: question.keyFile },
          question.again,
          'sshPassphrase',
          () => prompts.ask('passphrase', { ...question, ...about(), canRemember: canRemember() }, signal),
        ),
      password: (question, signal) =>
        obtain(
          { kind: 'ssh-password', gatewayId, detail: `${question.user}@${question.host}` },
          question.again,
          'sshPassword',
          () => prompts.ask('ssh-password', { ...question, ...about(), canRemember: canRemember() }, signal),
        ),
      code: async (question, signal) => {
        const given = question.fields.length === 1 ? fromEnvironment('sshCode') : null
        if (given !== null) return [given]
        const answer = await prompts.ask('ssh-code', { ...question, ...about() }, signal)
        return answer?.responses ?? null
      },
    },
    gatewaySecret: async (question, signal) => {
      const name: SecretName = { kind: `gateway-${question.secret}`, gatewayId }
      const answer = await prompts.ask(
        'gateway-secret',
        { ...question, ...about(), canRemember: canRemember() },
        signal,
      )
      if (answer === null) return false
      usedFromEnvironment.add(question.secret)
      await secrets.set(name, answer.secret, { remember: answer.remember })
      return true
    },
    pairing: async (question, signal) =>
      (await prompts.ask('pairing', { ...question, ...about() }, signal)) !== null,
  }

  return {
    asker,
    credentials: async () => {
      // A secret typed after the environment's one failed comes first from then on.
      const pick = async (name: 'token' | 'password'): Promise<string | null> => {
        const stored = await secrets.get({ kind: `gateway-${name}`, gatewayId })
        return usedFromEnvironment.has(name) ? stored : (environment[name] ?? stored)
      }
      return {
        token: await pick('token'),
        password: await pick('password'),
        deviceToken: await secrets.get({ kind: 'device-token', gatewayId, detail: 'operator' }),
      }
    },
  }
}
