import type { ConnectionView } from '../../../shared/model/connection.ts'
import { traitsOf } from '../../../shared/error-codes.ts'
import type { AppError } from '../../../shared/result.ts'
import type { StageName } from '../../../shared/stages.ts'
import { text } from '../../../shared/text/pages.ts'
import { secondsUntil } from '../../ui/format.ts'
import type { Mark } from '../../ui/mark.ts'

type Tone = 'ready' | 'busy' | 'stopped' | 'idle'

/** The one-line truth about a link. */
export interface LinkLine {
  readonly mark: Mark
  readonly tone: Tone
  /** Always said: the state in words. */
  readonly words: string
  /** When it goes on, or how fast it is; empty where there is nothing to add. */
  readonly more: string
}

/** The line while nothing is known. */
export const unknownLine: LinkLine = { mark: 'idle', tone: 'idle', words: text.link.unknown, more: '' }

/** What a link looks like from outside. `hasPrompt`: a question about this gateway is open. */
export function linkLine(connection: ConnectionView | undefined, hasPrompt: boolean, now: number): LinkLine {
  const words = text.link
  if (connection === undefined) return { mark: 'idle', tone: 'idle', words: words.idle, more: '' }
  if (hasPrompt && connection.phase !== 'ready') {
    return { mark: 'stopped', tone: 'stopped', words: words.answer, more: '' }
  }
  switch (connection.phase) {
    case 'idle':
      return { mark: 'idle', tone: 'idle', words: words.idle, more: '' }
    case 'connecting': {
      const running = connection.stages.find((stage) => stage.state === 'running')?.name
      const doing = running === undefined ? words.connecting : words.doing[running]
      return { mark: 'busy', tone: 'busy', words: doing, more: '' }
    }
    case 'ready': {
      const ms = connection.latency?.ms
      const ready = ms === undefined ? words.ready : words.readyMs(Math.round(ms))
      const more = connection.activeRuns === 0 ? '' : words.working(connection.activeRuns)
      return { mark: 'ready', tone: 'ready', words: ready, more }
    }
    case 'waiting': {
      const left = connection.retryAt === null ? null : secondsUntil(connection.retryAt, now)
      const more = left === null ? '' : left === 0 ? words.tryingNow : words.tryingIn(left)
      return { mark: 'waiting', tone: 'busy', words: waitingWords(connection), more }
    }
    case 'blocked':
      return { mark: 'stopped', tone: 'stopped', words: stoppedWords(connection), more: '' }
  }
}

/** The line as one sentence. */
export const lineText = ({ words, more }: LinkLine): string =>
  more === '' ? words : text.link.line(words, more)

/** An error in a few words: what is waited for, or what needs a person. */
export function shortly({ code }: AppError): string {
  const { kind, stage = 'network' } = traitsOf(code)
  return kind === 'transient'
    ? (text.link.waitingCode[code] ?? text.link.waitingFor[stage])
    : (text.link.stoppedCode[code] ?? text.link.stopped[stage])
}

/** The stage a link hangs at. */
function troubledStage(connection: ConnectionView): StageName {
  const stage = connection.stages.find(({ state }) => state === 'failed' || state === 'blocked')
  const ofError = connection.error === null ? undefined : traitsOf(connection.error.code).stage
  return stage?.name ?? ofError ?? 'network'
}

function waitingWords(connection: ConnectionView): string {
  const special = connection.error === null ? undefined : text.link.waitingCode[connection.error.code]
  return special ?? text.link.waitingFor[troubledStage(connection)]
}

function stoppedWords(connection: ConnectionView): string {
  const special = connection.error === null ? undefined : text.link.stoppedCode[connection.error.code]
  return special ?? text.link.stopped[troubledStage(connection)]
}
