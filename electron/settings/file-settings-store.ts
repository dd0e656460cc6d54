import path from 'node:path'
import { failure, type AppFailure } from '../../shared/result.ts'
import type { Logger } from '../log/logger.ts'
import type { Clock } from '../platform/clock.ts'
import { reasonOf } from '../platform/data-dir.ts'
import { Emitter } from '../platform/disposable.ts'
import { createFileAtomic, keepAside, readFileCapped, writeFileAtomic } from '../platform/files.ts'
import { formatSettings, freshSettings, parseSettings, salvageIds } from './settings-schema.ts'
import type { Settings, SettingsStore } from './settings-store.ts'

export interface OpenSettingsOptions {
  /** Must exist. */
  readonly dataDir: string
  readonly clock: Pick<Clock, 'now'>
  readonly log: Logger
  /** Makes an id nobody else has, for example `crypto.randomUUID`. */
  readonly random: () => string
  /**
   * False for a face that does not own the data dir: it reads, makes the file where there is none (the ids in it name
   * the device), and changes nothing else. Default true.
   */
  readonly owner?: boolean
}

const maxBytes = 4 * 1024 * 1024

/**
 * Opens `settings.json` in the data dir. A file that is broken or of a newer Hawser is kept aside under a new name
 * and a fresh one is begun; the ids that name keychain entries and device are saved from it where they can be read.
 * Rejects with `data.read-failed` or `data.write-failed`.
 */
export async function openSettingsStore(options: OpenSettingsOptions): Promise<SettingsStore> {
  const file = path.join(options.dataDir, 'settings.json')
  const opened = await load(file, options)
  return new FileSettingsStore(file, opened.settings, opened.keptAside, options)
}

interface Opened {
  readonly settings: Settings
  readonly keptAside: string | null
}

async function load(file: string, options: OpenSettingsOptions): Promise<Opened> {
  const text = await read(file)
  if (text === null) return begin(file, options)
  const parsed = parseSettings(text)
  switch (parsed.outcome) {
    case 'ok':
      if (parsed.migrated && options.owner !== false) await write(file, parsed.settings)
      return { settings: parsed.settings, keptAside: null }
    case 'newer':
      return setAside(file, text, 'newer', `written by a newer version (${parsed.version})`, options)
    case 'broken':
      return setAside(file, text, 'broken', parsed.reason, options)
  }
}

/** First run. Two processes may begin at once: the first file stands, and both use it. */
async function begin(file: string, options: OpenSettingsOptions): Promise<Opened> {
  const settings = freshSettings(options.random(), options.random())
  const created = await createFileAtomic(file, formatSettings(settings)).catch((error: unknown) => {
    throw writeFailure(file, error)
  })
  return created ? { settings, keptAside: null } : load(file, options)
}

async function setAside(
  file: string,
  text: string,
  why: 'broken' | 'newer',
  reason: string,
  options: OpenSettingsOptions,
): Promise<Opened> {
  if (options.owner === false) throw failure('data.read-failed', { file, reason })
  const ids = salvageIds(text)
  const settings = freshSettings(ids.dataDirId ?? options.random(), ids.instanceId ?? options.random())
  const aside = await keepAside(file, why, options.clock.now()).catch((error: unknown) => {
    throw writeFailure(file, error)
  })
  options.log.warn('settings file set aside', { reason, aside, savedIds: ids.dataDirId !== null })
  await write(file, settings)
  return { settings, keptAside: aside }
}

async function read(file: string): Promise<string | null> {
  try {
    return await readFileCapped(file, maxBytes)
  } catch (error) {
    throw failure('data.read-failed', { file, reason: reasonOf(error) }, { cause: error })
  }
}

async function write(file: string, settings: Settings): Promise<void> {
  const text = formatSettings(settings)
  await writeFileAtomic(file, text).catch((error: unknown) => {
    throw writeFailure(file, error)
  })
}

const writeFailure = (file: string, error: unknown): AppFailure =>
  failure('data.write-failed', { file, reason: reasonOf(error) }, { cause: error })

class FileSettingsStore implements SettingsStore {
  readonly keptAside: string | null
  readonly #file: string
  readonly #readOnly: boolean
  readonly #changed: Emitter<void>
  #settings: Settings
  #queue: Promise<void> = Promise.resolve()

  constructor(file: string, settings: Settings, keptAside: string | null, options: OpenSettingsOptions) {
    this.#file = file
    this.#settings = settings
    this.keptAside = keptAside
    this.#readOnly = options.owner === false
    this.#changed = new Emitter((error) =>
      options.log.error('a settings listener failed', { error: String(error) }),
    )
  }

  get(): Settings {
    return this.#settings
  }

  update(change: (settings: Settings) => Settings): Promise<void> {
    const turn = this.#queue.then(() => this.#apply(change))
    this.#queue = turn.catch(() => undefined)
    return turn
  }

  onChange(listener: () => void): ReturnType<SettingsStore['onChange']> {
    return this.#changed.on(listener)
  }

  async #apply(change: (settings: Settings) => Settings): Promise<void> {
    const next = change(this.#settings)
    if (next === this.#settings) return
    if (this.#readOnly) {
      throw failure('data.write-failed', { file: this.#file, reason: 'another face owns it' })
    }
    await write(this.#file, next)
    this.#settings = next
    this.#changed.emit()
  }
}
