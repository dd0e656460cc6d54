import path from 'node:path'

/** What the desktop app understands of its command line; everything else there belongs to Chromium. */
export interface DesktopArguments {
  /** Absolute path given by `--data-dir`, or null. */
  readonly dataDir: string | null
  /** True for a start without a window, as at login. */
  readonly hidden: boolean
}

/** Reads `--data-dir DIR`, `--data-dir=DIR` and `--hidden`. A relative DIR counts from `cwd`. */
export function parseDesktopArguments(argv: readonly string[], cwd: string): DesktopArguments {
  const name = '--data-dir'
  const at = argv.findIndex((argument) => argument === name || argument.startsWith(`${name}=`))
  const found = argv[at]
  const value = found === name ? argv[at + 1] : found?.slice(name.length + 1)
  return {
    dataDir: value === undefined || value === '' ? null : path.resolve(cwd, value),
    hidden: argv.includes('--hidden'),
  }
}
