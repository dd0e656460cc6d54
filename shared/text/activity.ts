/** What an agent is doing, for the line under a conversation. Phases are the gateway's own names. */
const phases: Readonly<Record<string, string>> = {
  preparing_workspace: 'Preparing the workspace',
  naming_worktree: 'Preparing the workspace',
  creating_worktree: 'Preparing the workspace',
  running_setup: 'Running the set-up of the workspace',
  provisioning_environment: 'Preparing the environment',
  preparing_context: 'Reading the conversation',
  starting_model: 'Thinking',
}

export const activityText = {
  working: 'Working',
  phase: (phase: string): string => phases[phase] ?? 'Working',
  tool: (title: string): string => `Using ${title}`,
  approval: 'Waiting for an approval',
  compacting: 'Shortening its memory',
} as const
