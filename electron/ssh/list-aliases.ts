import { configFiles, includedFiles, readLines } from './ssh-config.ts'
import type { SshEnvironment } from './ssh-environment.ts'

export interface SshAlias {
  readonly name: string
  /** The file that declares it. */
  readonly file: string
}

/** Host names a person wrote into the SSH configuration (Include followed), for a picker: no wildcards, each once. */
export function listSshAliases(environment: SshEnvironment, configFile: string | null): readonly SshAlias[] {
  const aliases = new Map<string, SshAlias>()
  const seen = new Set<string>()
  const read = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    for (const line of readLines(file)) {
      if (line.keyword === 'include') for (const included of includedFiles(line, environment)) read(included)
      if (line.keyword !== 'host') continue
      for (const name of line.args) {
        if (!/[*?!%]/.test(name) && !name.startsWith('-') && !aliases.has(name)) {
          aliases.set(name, { name, file })
        }
      }
    }
  }
  for (const file of configFiles(environment, configFile)) read(file)
  return [...aliases.values()]
}
