import { createChatService } from '../../../electron/chat/chat-service.ts'
import { silentLogger } from '../../../electron/log/logger.ts'
import { systemClock } from '../../../electron/platform/clock.ts'
import { gatewayId, openSession } from './linked-chat.ts'

/** What this process, which is meant to be killed, shall do. */
export interface ChatProcessOrder {
  readonly url: string
  readonly token: string
  readonly dataDir: string
  readonly sessionKey: string
  readonly key: string
  readonly text: string
  /** With a link the message leaves; without one it only gets onto the disk. */
  readonly link: boolean
}

const order = JSON.parse(process.argv[2] ?? '') as ChatProcessOrder
const { dataDir, sessionKey, key, text } = order
const service = await createChatService({ dataDir, clock: systemClock, log: silentLogger })
if (order.link) service.attach(gatewayId, await openSession(order))
await service.open(gatewayId, sessionKey).catch(() => undefined)
service.onConversation(({ changes }) => {
  for (const change of changes) {
    const entries = change.op === 'outbox' ? change.outbox : []
    for (const entry of entries) process.stdout.write(`${entry.key} ${entry.state}\n`)
  }
})
await service.send(gatewayId, sessionKey, key, text)
process.stdout.write('typed\n')
setInterval(() => undefined, 60_000)
