import type { AppEvent, CommandInput, CommandName, CommandOutput } from '../../shared/contract/index.ts'
import type { Snapshot } from '../../shared/model/snapshot.ts'
import type { Result } from '../../shared/result.ts'
import type { Disposable } from '../platform/disposable.ts'

/** What a face gets of the core, and all it gets. */
export interface AppCore {
  snapshot(): Snapshot
  /** Validates the input against the contract, runs the command, never rejects. `input` may be anything a page sent. */
  call<N extends CommandName>(name: N, input: CommandInput<N>): Promise<Result<CommandOutput<N>>>
  /** The same for input that is not trusted to be well-formed, not even the name. */
  callUnknown(name: unknown, input: unknown): Promise<Result<unknown>>
  onEvent(listener: (event: AppEvent) => void): Disposable
  /** The machine woke, was unlocked or changed its network: probe every link now. */
  nudge(reason: string): void
  /** A window that shows state is in sight (or not): liveness is checked more often while it is. */
  setWatched(watched: boolean): void
  /** Disconnects everything within 3 s and writes what must not be lost. */
  close(): Promise<void>
}

/** What the face lends the core: the few things only it can do. */
export interface FacePorts {
  /** Opens an already vetted http(s) or mailto link outside the app. */
  openLink(url: string): Promise<void>
  /** Asked for by `app.quit`. */
  quit(): void
  /** Switches start at login; absent where the system cannot. Resolves to what now stands. */
  setStartAtLogin?(enabled: boolean, hidden: boolean): Promise<boolean>
}
