import type { CommandInput, CommandName, CommandOutput } from '../../shared/contract/index.ts'
import { failure } from '../../shared/result.ts'
import { secretWords } from '../../shared/text/secrets.ts'
import { goOnce } from '../connection/check.ts'
import type { Connection } from '../connection/connection.ts'
import type { GatewaySession } from '../gateway/session.ts'
import { readLogTail, readStatus } from '../status/read-status.ts'
import type { AppParts } from './app-parts.ts'

type Handlers = { readonly [N in CommandName]: (input: CommandInput<N>) => Promise<CommandOutput<N>> }

/** What each command does. Input has been validated; whatever is thrown becomes the command's error. */
export function createHandlers(parts: AppParts): Handlers {
  const { rooms, state, gateways, links, prompts, face } = parts
  const { secrets, chat, local, clock } = rooms

  const connection = (gatewayId: string): Connection => links.get(gatewayId)
  const session = (gatewayId: string): GatewaySession => {
    const live = connection(gatewayId).session()
    if (live === null) throw failure('link.down', { name: gateways.find(gatewayId).name })
    return live
  }
  const connect = async (gatewayId: string): Promise<void> => {
    await gateways.setWanted(gatewayId, true)
    connection(gatewayId).connect()
  }

  return {
    'app.snapshot': async () => state.snapshot(),
    'app.quit': async () => {
      face.quit()
      return {}
    },
    'app.open-link': async ({ url }) => {
      await face.openLink(vettedLink(url))
      return {}
    },
    'app.dismiss-notice': async ({ noticeId }) => {
      state.set(
        'notices',
        state.get('notices').filter(({ id }) => id !== noticeId),
      )
      return {}
    },
    'app.set-preferences': async ({ patch }) => {
      await parts.setPreferences(patch)
      return {}
    },
    'app.start-demo': async () => {
      const gateway = await gateways.startDemo(rooms.startDemo)
      connection(gateway.id).connect()
      return gateway
    },

    'gateways.add': async ({ draft, connect: now }) => {
      const gateway = await gateways.add(draft, now)
      if (now) connection(gateway.id).connect()
      return gateway
    },
    'gateways.edit': async ({ gatewayId, draft }) => {
      const gateway = await gateways.edit(gatewayId, draft)
      // Moving to another computer left the old one first.
      if (gateway.wanted) connection(gatewayId).connect()
      return gateway
    },
    'gateways.duplicate': ({ gatewayId }) => gateways.duplicate(gatewayId),
    'gateways.remove': async ({ gatewayId }) => {
      await gateways.remove(gatewayId)
      await chat.forget(gatewayId)
      return {}
    },
    'gateways.select': async ({ gatewayId }) => {
      await gateways.select(gatewayId)
      return {}
    },
    'gateways.import-offers': async () => ({
      offers: (await rooms.importOffers()).map(({ offer }) => offer),
    }),
    'gateways.import': async ({ file, connect: now }) => {
      const found = (await rooms.importOffers()).find(({ offer }) => offer.file === file)
      if (found === undefined) throw failure('input.invalid', { reason: 'nothing to import there any more' })
      const gateway = await gateways.add(found.offer.draft, now)
      if (found.secret !== null) {
        await secrets.set({ kind: found.secretKind, gatewayId: gateway.id }, found.secret, { remember: true })
      }
      if (now) connection(gateway.id).connect()
      return gateway
    },
    'gateways.set-secret': async ({ gatewayId, kind, secret }) => {
      gateways.find(gatewayId)
      await secrets.set({ kind, gatewayId }, secret, { remember: true })
      connection(gatewayId).retry()
      return {}
    },

    'ssh.resolve': ({ target }) => rooms.resolveSsh(target),
    'ssh.aliases': async () => ({ aliases: [...(await rooms.sshAliases())] }),

    'connection.connect': async ({ gatewayId }) => {
      await connect(gatewayId)
      return {}
    },
    'connection.disconnect': async ({ gatewayId }) => {
      await gateways.setWanted(gatewayId, false)
      await connection(gatewayId).disconnect()
      return {}
    },
    'connection.retry': async ({ gatewayId }) => {
      if (connection(gatewayId).view().phase === 'idle') await connect(gatewayId)
      else connection(gatewayId).retry()
      return {}
    },
    'connection.check': async ({ gatewayId }) => {
      const way = await goOnce(
        parts.attemptTarget(gateways.find(gatewayId)),
        parts.silentRooms(gatewayId),
        AbortSignal.timeout(parts.checkTimeoutMs),
      )
      await way.close()
      return { stages: [...way.stages] }
    },
    'connection.open-dashboard': async ({ gatewayId }) => {
      const { place } = gateways.find(gatewayId)
      await face.openLink(dashboardUrl(place, connection(gatewayId), local.view().port))
      return {}
    },

    'prompts.answer': async ({ promptId, answer }) => {
      prompts.answer(promptId, answer)
      return {}
    },
    'prompts.dismiss': async ({ promptId }) => {
      prompts.dismiss(promptId)
      return {}
    },

    'chat.open': ({ gatewayId, sessionKey }) => {
      gateways.find(gatewayId)
      return chat.open(gatewayId, sessionKey)
    },
    'chat.older': async ({ gatewayId, sessionKey }) => {
      await chat.older(gatewayId, sessionKey)
      return {}
    },
    'chat.sessions': async ({ gatewayId }) => ({ sessions: [...(await chat.sessions(gatewayId))] }),
    'chat.send': async ({ gatewayId, sessionKey, key, text }) => {
      gateways.find(gatewayId)
      await chat.send(gatewayId, sessionKey, key, text)
      return {}
    },
    'chat.abort': async ({ gatewayId, sessionKey }) => {
      await chat.abort(gatewayId, sessionKey)
      return {}
    },
    'chat.discard': async ({ gatewayId, key }) => {
      await chat.discard(gatewayId, key)
      return {}
    },
    'chat.resend': async ({ gatewayId, key }) => {
      await chat.resend(gatewayId, key)
      return {}
    },
    'chat.reset': async ({ gatewayId, sessionKey }) => {
      await parts.withAdmin(gatewayId, secretWords.adminPurpose.reset, () =>
        chat.reset(gatewayId, sessionKey),
      )
      return {}
    },
    'chat.compact': async ({ gatewayId, sessionKey }) => {
      await parts.withAdmin(gatewayId, secretWords.adminPurpose.compact, () =>
        chat.compact(gatewayId, sessionKey),
      )
      return {}
    },
    'chat.delete': async ({ gatewayId, sessionKey }) => {
      await parts.withAdmin(gatewayId, secretWords.adminPurpose.delete, () =>
        chat.delete(gatewayId, sessionKey),
      )
      return {}
    },

    'status.read': ({ gatewayId }) => readStatus(gatewayId, session(gatewayId), () => clock.now()),
    'status.log-tail': async ({ gatewayId, lines }) => {
      const live = session(gatewayId)
      const tail = await readLogTail(live, lines)
      return { ...tail, lines: [...tail.lines], host: live.facts.host, readAt: clock.now() }
    },

    'local.look': async () => {
      await local.look()
      return {}
    },
    'local.start': async () => {
      await local.start()
      return {}
    },
    'local.stop': async () => {
      await local.stop()
      return {}
    },

    'secrets.remove': async ({ entryId }) => {
      await parts.removeSecret(entryId)
      return {}
    },
  }
}

/** Lets only links through that open a page or a letter. */
function vettedLink(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed === null || !['http:', 'https:', 'mailto:'].includes(parsed.protocol)) {
    throw failure('input.invalid', { reason: secretWords.linkNotAllowed })
  }
  return parsed.href
}

/** The gateway serves its dashboard on the same port as its WebSocket. */
function dashboardUrl(
  place: { readonly kind: string; readonly url?: string },
  connection: Connection,
  localGatewayPort: number | null,
): string {
  if (place.kind === 'direct' && place.url !== undefined) {
    const url = new URL(place.url)
    return `${url.protocol === 'wss:' ? 'https' : 'http'}://${url.host}/`
  }
  if (place.kind === 'local') {
    if (localGatewayPort === null) throw failure('local.not-running')
    return `http://127.0.0.1:${localGatewayPort}/`
  }
  const { localPort } = connection.view()
  if (localPort.state !== 'listening') throw failure('input.invalid', { reason: secretWords.privateLink })
  return `http://127.0.0.1:${localPort.port}/`
}
