import { describe, expect, it } from 'vitest'
import { lineText, linkLine, shortly } from '../../../renderer/features/stages/link-line.ts'
import { nextSteps } from '../../../renderer/features/stages/next-steps.ts'
import { errorCodes, traitsOf, type ErrorCode } from '../../../shared/error-codes.ts'
import { appError } from '../../../shared/result.ts'
import {
  blockedConnection,
  connectingConnection,
  homeServer,
  idleConnection,
  readyConnection,
  thisComputer,
  waitingConnection,
} from '../../e2e/pages/samples.ts'

const codes = Object.keys(errorCodes) as ErrorCode[]

describe('the one-line truth', () => {
  it('says ready only for a ready link', () => {
    expect(lineText(linkLine(readyConnection('g1'), false, 0))).toBe('ready · 23 ms')
    expect(linkLine(connectingConnection('g1', 'ready'), false, 0).tone).toBe('busy')
    expect(linkLine(idleConnection('g1'), false, 0).mark).toBe('idle')
    expect(linkLine(undefined, false, 0).mark).toBe('idle')
  })

  it('counts down to the next try', () => {
    const waiting = { ...waitingConnection('g1'), retryAt: 10_000 }
    expect(linkLine(waiting, false, 2_100).more).toBe('trying again in 8 s')
    expect(linkLine(waiting, false, 10_001).more).toBe('trying again now')
  })

  it('says so when it waits for an answer, but never hides a ready link behind a question', () => {
    expect(linkLine(connectingConnection('g1'), true, 0).words).toBe('waiting for your answer')
    expect(linkLine(readyConnection('g1'), true, 0).mark).toBe('ready')
  })

  it('names every error in a few words', () => {
    for (const code of codes) {
      const words = shortly(appError(code))
      expect(words.length, code).toBeGreaterThan(4)
      expect(words.length, code).toBeLessThan(45)
    }
  })

  it('shows what needs a person in red and what heals by itself in amber', () => {
    for (const code of codes) {
      const error = appError(code)
      const stage = traitsOf(code).stage ?? 'network'
      const blocked = blockedConnection('g1', error, stage)
      expect(linkLine(blocked, false, 0).tone).toBe('stopped')
      expect(linkLine({ ...blocked, phase: 'waiting', retryAt: 5 }, false, 0).tone).toBe('busy')
    }
  })
})

describe('the next step', () => {
  it('is there for every link that hangs, and only for those', () => {
    for (const code of codes) {
      const blocked = blockedConnection('g1', appError(code), 'network')
      expect(nextSteps(homeServer, blocked).length, code).toBeGreaterThan(0)
    }
    expect(nextSteps(homeServer, readyConnection('g1'))).toEqual([])
    expect(nextSteps(homeServer, idleConnection('g1'))).toEqual([])
    expect(nextSteps(homeServer, connectingConnection('g1'))).toEqual([])
  })

  it('asks for what is missing before anything else', () => {
    const first = (code: ErrorCode, gateway = homeServer) =>
      nextSteps(gateway, blockedConnection(gateway.id, appError(code), 'auth'))[0]
    expect(first('auth.token-wrong')).toBe('enter-token')
    expect(first('auth.password-missing')).toBe('enter-password')
    expect(first('network.name-unknown')).toBe('edit')
    expect(first('local.not-installed', thisComputer)).toBe('local-paths')
    expect(first('local.not-running', thisComputer)).toBe('start-local')
    expect(first('pairing.required')).toBe('try-again')
  })

  it('lets one try at once what would be tried later', () => {
    expect(nextSteps(homeServer, waitingConnection('g1'))[0]).toBe('try-now')
  })
})
