/** Words for what a gateway reports of itself. */
export const statusWords = {
  parts: {
    health: 'health',
    status: 'status',
    channels: 'channels',
    presence: 'presence',
    sessions: 'conversations',
    system: 'system',
  },
  healthy: 'The gateway says it is well.',
  strained: (reasons: string) => `The gateway works, but is under strain: ${reasons}.`,
  unhealthy: 'The gateway reports a problem.',
  unknown: 'The gateway does not say how it is.',
  accounts: {
    off: 'switched off',
    notConfigured: 'not set up',
    notLinked: 'not linked',
    connected: 'connected',
    running: 'running',
    stopped: 'not running',
  },
} as const
