/** The seven stages of a link, in the order they are passed. Each keeps its own state; none borrows another's green. */
export const stageNames = ['network', 'ssh', 'forward', 'gateway', 'auth', 'pairing', 'ready'] as const
export type StageName = (typeof stageNames)[number]

/** `skipped` is a stage this kind of gateway does not have (no ssh on a direct link). */
export const stageStates = ['pending', 'running', 'ok', 'failed', 'blocked', 'skipped'] as const
export type StageState = (typeof stageStates)[number]
