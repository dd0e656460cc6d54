import type { AppFailure } from '../../shared/result.ts'
import { stageWords } from '../../shared/text/stages.ts'
import { refuseRedacted, signInPlan } from './credentials.ts'
import { Refusal, shakeHands } from './handshake.ts'
import { LiveSession } from './live-session.ts'
import { compatProfile, nativeProfile, wantsCompatProfile } from './profiles.ts'
import type { GatewayOpenOptions, GatewaySession, GatewayStageEvent, OpenGateway } from './session.ts'

/**
 * Opens a session. One call may take up to four WebSocket attempts: the native profile, once more with the compat
 * profile where an old gateway answers, and once with the other credential where the first proved wrong. Waiting and
 * trying again later is the supervisor's business.
 */
export const openGateway: OpenGateway = async (options) => {
  refuseRedacted(options.credentials)
  const onStage = once(options.onStage)
  const plan = signInPlan(options)
  let profile = nativeProfile(options.platform)
  let presented = plan.first()
  for (;;) {
    options.log.debug('connecting', { profile: profile.name })
    try {
      const session = await shakeHands(
        options,
        profile,
        presented,
        onStage,
        (greeted) => new LiveSession(options, greeted),
      )
      return welcome(session, options, onStage)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      options.log.info('the gateway refused', {
        code: error.failure.code,
        detail: error.failure.error.detail,
      })
      if (profile.name === 'native' && wantsCompatProfile(error.error)) {
        profile = compatProfile
        continue
      }
      const next = plan.after(error)
      if (next === null) throw refused(plan.verdict(error), onStage)
      presented = next
    }
  }
}

/** Tells the stages that hello-ok proves, and hands on the device token that came with it. */
function welcome(session: LiveSession, options: GatewayOpenOptions, onStage: StageListener): GatewaySession {
  const { facts } = session
  options.log.info('signed in', {
    protocol: facts.protocol,
    version: facts.version,
    method: facts.authMethod,
  })
  onStage({ stage: 'auth', message: stageWords.secretAccepted })
  onStage({ stage: 'pairing', message: stageWords.paired })
  if (session.deviceToken !== null) options.onDeviceToken(session.deviceToken)
  return session
}

/** A refusal for pairing means that the secret was right. */
function refused(verdict: AppFailure, onStage: StageListener): AppFailure {
  if (verdict.code.startsWith('pairing.')) onStage({ stage: 'auth', message: stageWords.secretAccepted })
  return verdict
}

type StageListener = (event: GatewayStageEvent) => void

/** Each stage is told once, however many attempts it takes. */
function once(listener: StageListener): StageListener {
  const told = new Set<string>()
  return (event) => {
    if (told.has(event.stage)) return
    told.add(event.stage)
    listener(event)
  }
}
