/** Names in the list of conversations. */
export const chatListText = {
  main: 'Main conversation',
} as const
