/** What the app asks for by default: read, chat, answer approvals and questions. Everything else is asked on first use. */
export const defaultScopes: readonly string[] = [
  'operator.read',
  'operator.write',
  'operator.approvals',
  'operator.questions',
]

/** Needed to reset, compact and delete conversations and to change the gateway; contains all other scopes. */
export const adminScope = 'operator.admin'
