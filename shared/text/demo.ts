/** Words of the demo. */
export const demoWords = {
  gatewayName: 'Demo server',
} as const
