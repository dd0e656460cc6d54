import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'

export interface LogFileOptions {
  /** For example `<data dir>/log/hawser.log`; its directory is made. */
  readonly file: string
  /** Bytes after which a new file is begun. Default 1 MiB. */
  readonly maxBytes?: number
  /** Files kept, the current one included: `hawser.log`, `hawser.1.log`, `hawser.2.log`. Default 3. */
  readonly keep?: number
}

/** A log file that is begun anew when it is full. */
export interface LogFile {
  readonly write: (line: string) => void
  readonly close: () => void
}

/**
 * Opens a log file, mode 0600. Lines are written at once, so that the last ones before a crash are there. Never throws:
 * a full disk costs log lines, not the app; writing is tried again with the next line.
 */
export function openLogFile(options: LogFileOptions): LogFile {
  const maxBytes = options.maxBytes ?? 1024 * 1024
  let descriptor: number | null = null
  let size = 0
  const open = (): number => {
    mkdirSync(path.dirname(options.file), { recursive: true, mode: 0o700 })
    // A link in its place would lead our lines somewhere else.
    const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)
    const opened = openSync(options.file, flags, 0o600)
    if (process.platform !== 'win32') fchmodSync(opened, 0o600)
    size = fstatSync(opened).size
    return opened
  }
  const close = (): void => {
    if (descriptor !== null) closeSync(descriptor)
    descriptor = null
  }
  return {
    write(line) {
      try {
        descriptor ??= open()
        const bytes = Buffer.from(line)
        if (size > 0 && size + bytes.length > maxBytes) {
          close()
          rotate(options.file, options.keep ?? 3)
          descriptor = open()
        }
        size += writeSync(descriptor, bytes)
      } catch {
        tryTo(close)
        descriptor = null
      }
    },
    close: () => tryTo(close),
  }
}

/** `hawser.1.log` becomes `hawser.2.log`, `hawser.log` becomes `hawser.1.log`; the oldest is overwritten. */
function rotate(file: string, keep: number): void {
  const { dir, name, ext } = path.parse(file)
  const numbered = (number: number): string =>
    number === 0 ? file : path.join(dir, `${name}.${number}${ext}`)
  for (let number = keep - 2; number >= 0; number -= 1) {
    tryTo(() => renameSync(numbered(number), numbered(number + 1)))
  }
}

function tryTo(act: () => void): void {
  try {
    act()
  } catch {
    // See above: the log never stops the app.
  }
}
