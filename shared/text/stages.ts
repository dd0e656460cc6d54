/** Words of the stage chain. */
export const stageWords = {
  skipped: 'not needed for this gateway',
  lookingUp: (host: string) => `looking for ${host}`,
  openingSsh: 'connecting',
  waitingForAnswer: 'waiting for your answer',
  openingForward: (port: number) => `asking the server for port ${port}`,
  forwardStands: (host: string, port: number) => `${host}:${port} on the server`,
  openingGateway: 'waiting for the gateway to greet',
  gatewayGreets: 'an OpenClaw gateway answers',
  signingIn: 'presenting the token',
  secretAccepted: 'the gateway accepts our credentials',
  pairing: 'asking to be let in',
  paired: 'this device is paired',
  ready: (version: string) => `connected to OpenClaw ${version}`,
  thisComputer: 'this computer',
  keptSignIn: 'still signed in',
} as const
