import { chmod, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Adds a line to a known_hosts file in one write, so that two writers never mix; the rest of the file stays as it is,
 * with the missing end of its last line put in first. A new file is 0600 in a 0700 folder; `private` also tightens an
 * existing one, which is for Hawser's own file only.
 */
export async function addKnownHostsLine(
  file: string,
  line: string,
  options: { readonly private: boolean },
): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const handle = await open(file, 'a+', 0o600)
  try {
    const { size } = await handle.stat()
    const last = Buffer.alloc(1)
    if (size > 0) await handle.read(last, 0, 1, size - 1)
    const gap = size > 0 && last[0] !== 0x0a ? '\n' : ''
    await handle.appendFile(`${gap}${line}\n`)
    await handle.datasync()
  } finally {
    await handle.close()
  }
  if (options.private) await chmod(file, 0o600)
}
