/** Words of the browser face at the terminal. */
export const serveWords = {
  opened: 'Hawser is open in your browser. It ends with Ctrl-C here.',
  openYourself: (reason: string) => `${reason} Open the address above in one. Hawser ends with Ctrl-C here.`,
  notOpened: 'Hawser is ready: open the address above in a browser. It ends with Ctrl-C here.',
  noDisplay: 'There is no display here, so no browser was opened.',
  noOpener: 'No program that opens a browser was found.',
  openFailed: 'The browser could not be opened.',
  portTaken: (port: number) => `Port ${port} of this computer is in use. Choose another --port, or none.`,
  handedOver: {
    opened: 'Hawser already runs with this data folder; it opened its page in your browser.',
    address: 'Hawser already runs with this data folder, at the address above.',
    window: 'Hawser already runs with this data folder; it shows its window.',
  },
  redirectTitle: 'Opening Hawser…',
  redirectLink: 'Open Hawser',
} as const
