import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conversationSchema } from '../../../shared/model/chat.ts'
import { play, readFrames, ScriptedSession, Stage, type Frame } from './replay.ts'

const names = ['turn', 'abort', 'queued-and-stopped', 'errors', 'old-gateway', 'reconnect'] as const
const junk = fc.oneof(
  fc.constantFrom(null, true, 0, -1, 1e20, '', 'agent:main:main', [], {}),
  fc.string(),
  fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 3 }),
)
const mutation = fc.record({
  frame: fc.nat(),
  at: fc.nat(),
  junk,
  kind: fc.constantFrom('set', 'drop', 'twice'),
})
type Mutation = Parameters<Parameters<typeof mutation.map>[0]>[0]

/** Puts junk somewhere into a frame, drops a field of it, or sends it twice. */
function mutate(frames: readonly Frame[], { frame, at, junk: value, kind }: Mutation): Frame[] {
  const index = frame % frames.length
  const copy = structuredClone(frames[index])
  if (copy === undefined) return [...frames]
  if (kind === 'twice') return [...frames.slice(0, index), copy, ...frames.slice(index)]
  const places: [Record<string, unknown>, string][] = []
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [key, child] of Object.entries(node)) {
      places.push([node as Record<string, unknown>, key])
      walk(child)
    }
  }
  walk(copy)
  const [holder, key] = places[at % Math.max(1, places.length)] ?? []
  if (holder !== undefined && key !== undefined) {
    if (kind === 'drop') delete holder[key]
    else holder[key] = value
  }
  return [...frames.slice(0, index), copy, ...frames.slice(index + 1)]
}

describe('frames that are not what they should be', () => {
  it('neither stop a conversation nor part a page from it', { timeout: 60_000 }, async () => {
    const runs = fc.array(mutation, { minLength: 20, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), runs, async (name, mutations) => {
        const frames = mutations.reduce<Frame[]>(mutate, readFrames(name))
        const protocol = name === 'old-gateway' ? 3 : 4
        const sessionKey =
          name === 'errors' ? 'agent:main:err2' : name === 'reconnect' ? 'agent:main:rc' : 'agent:main:main'
        const stage = new Stage()
        const session = new ScriptedSession({ protocol })
        stage.attach(session)
        await stage.open(sessionKey)
        const inStep = async (): Promise<void> => {
          const opened = await stage.fresh()
          expect(stage.mirror).toEqual(opened)
        }
        await play(frames, session, stage, { stepMs: 30, eachStep: inStep })
        expect(stage.misfits).toBe(0)
        expect(conversationSchema.safeParse(stage.mirror).error).toBeUndefined()
      }),
      { numRuns: 330 },
    )
  })
})
