/** Words about secrets and what may not be changed. */
export const secretWords = {
  demoFixed: 'the demo cannot be changed',
  adminPurpose: {
    reset: 'start this conversation anew',
    compact: 'shorten this conversation',
    delete: 'delete this conversation',
  },
  settingsKeptAside: (file: string) =>
    `Your settings file could not be read, so Hawser started with fresh settings. The old file was kept as ${file}.`,
  outboxKeptAside: (file: string) =>
    `The file of messages that were waiting to be sent could not be read. It was kept as ${file}; your messages are in there.`,
  privateLink: 'this link is private, so no browser can reach the dashboard; switch its local port on first',
  linkNotAllowed: 'only http, https and mailto links are opened',
} as const
