import { failure, type AppFailure } from '../../shared/result.ts'
import { describePortOwner, findPortOwner } from '../platform/port-owner.ts'
import type { ChildExit, Spawner } from '../platform/spawn.ts'

/** OpenClaw's exit code for everything that only another configuration can heal (EX_CONFIG). */
const exitConfig = 78
const portTaken = /EADDRINUSE|already (?:running|listening|in use)|address in use/i
const politeEnd = /shutdown\] completed|received SIG(?:TERM|INT)|shutting down/i

/**
 * What the end of a gateway that nobody here asked to end means: `ended` on purpose by somebody else, `crashed` (worth
 * another start), or a failure that another start would only repeat. `logTail`: its last lines.
 */
export async function judgeExit(
  exit: ChildExit,
  wasReady: boolean,
  logTail: readonly string[],
  port: number,
  spawner: Pick<Spawner, 'run'>,
): Promise<'ended' | 'crashed' | AppFailure> {
  const lastLines = logTail.slice(-30)
  if (!wasReady && lastLines.some((line) => portTaken.test(line))) {
    const owner = await findPortOwner(port, spawner)
    return failure('local.port-taken', { port, owner: owner === null ? undefined : describePortOwner(owner) })
  }
  if (exit.code === exitConfig) {
    return failure('local.config-invalid', { reason: lastComplaint(lastLines) })
  }
  if (exit.code === 0 || exit.signal === 'SIGTERM' || exit.signal === 'SIGINT') return 'ended'
  // Not our own child: how it ended is not told, but its last words tell a stop from a crash.
  const unknown = exit.code === null && exit.signal === null
  return unknown && lastLines.slice(-5).some((line) => politeEnd.test(line)) ? 'ended' : 'crashed'
}

/** The line of the log a person should read first. */
export function lastComplaint(lines: readonly string[]): string | undefined {
  const complaint = lines.findLast((line) => /invalid|error|missing|refus|blocked|must|unknown/i.test(line))
  return (complaint ?? lines.at(-1))?.replace(/^[\dT:.+Z-]{20,} /, '').slice(0, 300)
}
