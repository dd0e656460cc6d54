/** Words of the tray icon, its menu and the few system dialogs of the desktop face. */
export const trayText = {
  appName: 'Hawser',
  demo: (name: string): string => `${name} (demo)`,
  /** One line: the gateway and what is true of it. */
  truth: (name: string, state: string): string => `${name} · ${state}`,
  state: {
    idle: 'not connected',
    stopped: 'stopped',
    starting: 'starting',
    connecting: 'connecting',
    connectingStage: (stage: string): string => `connecting: ${stage}`,
    ready: 'ready',
    readyWithLatency: (ms: number): string => `ready · ${ms} ms`,
    waiting: 'waiting',
    /** A clock time, not a countdown: an open menu cannot count. */
    waitingUntil: (time: string): string => `next try at ${time}`,
    blocked: 'needs you',
  },
  stage: {
    network: 'network',
    ssh: 'SSH',
    forward: 'forward',
    gateway: 'gateway',
    auth: 'signing in',
    pairing: 'pairing',
    ready: 'greeting',
  },
  noGateway: 'No gateway yet',
  needsYou: (name: string, why: string): string => `${name} needs you: ${why}`,
  needsYouUnnamed: (why: string): string => `Hawser needs you: ${why}`,
  prompt: {
    'host-key': 'confirm the server’s identity',
    passphrase: 'passphrase of a key',
    'ssh-password': 'password',
    'ssh-code': 'one-time code',
    'gateway-secret': 'token or password of the gateway',
    pairing: 'approve this device',
    scope: 'a permission',
  },
  working: (runs: number): string =>
    runs === 1 ? 'Agent is working (1 run)' : `Agent is working (${runs} runs)`,
  openChat: 'Open chat',
  addGateway: 'Add a gateway…',
  gateways: 'Gateways',
  selected: (label: string): string => `✓ ${label}`,
  showInTray: 'Show this one in the tray',
  connect: 'Connect',
  disconnect: 'Disconnect',
  cancel: 'Stop connecting',
  retryNow: 'Retry now',
  start: 'Start and connect',
  dashboard: 'Open dashboard in browser',
  settings: 'Settings…',
  status: 'Status…',
  quit: 'Quit Hawser',
  /** Shown once where the desktop has no place for tray icons. */
  noTray:
    'This desktop shows no tray icons, so Hawser keeps a window instead: closing it quits the app. On GNOME, the AppIndicator extension brings the tray back.',
  /** What a second start is told. */
  alreadyRuns: 'Hawser is already running; its window is in front.',
  /** Said where a link is of a kind that is never opened. */
  linkRefused: 'Hawser opens only web and mail links.',
} as const
