/** What the icon says by its shape. In order of precedence when several could be said: the first wins. */
export const trayIconStates = ['needs-you', 'working', 'ready', 'connecting', 'off'] as const
export type TrayIconState = (typeof trayIconStates)[number]
