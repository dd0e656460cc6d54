import type { ConversationChange } from '../../shared/model/chat.ts'

/** Changes of one open conversation, in the order they are to be applied. */
export interface ConversationEvent {
  readonly gatewayId: string
  readonly sessionKey: string
  readonly revision: number
  readonly changes: readonly ConversationChange[]
}
