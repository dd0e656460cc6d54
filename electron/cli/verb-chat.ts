import { randomUUID } from 'node:crypto'
import { traitsOf } from '../../shared/error-codes.ts'
import { AppFailure, toAppError } from '../../shared/result.ts'
import { sendOneTurn } from '../chat/one-turn.ts'
import { resolvedFacts, type VerbContext } from './context.ts'
import { reach } from './reach.ts'

/** `hawser chat`: one turn; the reply streams to stdout. Returns the exit code. */
export async function runChat(
  context: VerbContext,
  message: string,
  sessionKey: string | null,
): Promise<number> {
  const { output, target, signal, rooms } = context
  const way = await reach(context)
  const fail = (thrown: unknown): number => {
    const error = toAppError(signal.aborted ? signal.reason : thrown)
    const { exit } = traitsOf(error.code)
    output.result({
      result: 'failed',
      exit,
      error,
      target: resolvedFacts(target, way.link),
      engine: way.link?.engine ?? null,
    })
    return exit
  }
  try {
    if (way.error !== null) throw new AppFailure(way.error)
    if (way.session === null) throw new Error('a way without an error has a session')
    const turn = await sendOneTurn(way.session, {
      sessionKey: sessionKey ?? way.session.facts.mainSessionKey,
      text: message,
      key: randomUUID(),
      onDelta: (delta) => ('replace' in delta ? output.replace(delta.replace) : output.delta(delta.delta)),
      signal,
      clock: rooms.clock,
    })
    output.line({ final: turn.text, runId: turn.runId, state: turn.state })
    output.text('')
    return turn.error === null ? 0 : fail(new AppFailure(turn.error))
  } catch (thrown) {
    return fail(thrown)
  } finally {
    await way.close()
  }
}
