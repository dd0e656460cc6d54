/** The only three Electron IPC channels: a command and its answer, an event, and "this page listens now". */
export const callChannel = 'hawser:call'
export const eventChannel = 'hawser:event'
export const listeningChannel = 'hawser:listening'
