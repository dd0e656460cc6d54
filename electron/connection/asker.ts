import type { PromptOf } from '../../shared/model/prompt.ts'
import type { SshPrompter } from '../ssh/engine.ts'

type Question<K extends 'gateway-secret' | 'pairing'> = Omit<
  PromptOf<K>,
  'id' | 'gatewayId' | 'gatewayName' | 'askedAt' | 'kind' | 'canRemember'
>

/** Whoever answers the questions of a link: a person through the app's prompts, or through a terminal. */
export interface Asker {
  readonly ssh: SshPrompter
  /** Resolves to true when a new secret is in place and the link may be tried again; false for "not now". */
  gatewaySecret(question: Question<'gateway-secret'>, signal: AbortSignal): Promise<boolean>
  /** Resolves to true when the user says it was approved; false for "not now". */
  pairing(question: Question<'pairing'>, signal: AbortSignal): Promise<boolean>
}
