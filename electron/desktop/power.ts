import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os'
import { powerMonitor } from 'electron'
import type { Clock } from '../platform/clock.ts'
import { disposable, DisposableStore, type Disposable } from '../platform/disposable.ts'

/** Electron has no event for a changed network, so the addresses are compared this often (ms). */
export const networkPollMs = 5_000

export interface PowerOptions {
  readonly clock: Clock
  /** Told why every link should be probed now. */
  readonly onHint: (reason: string) => void
  /** Told that the system is going down. */
  readonly onShutdown: () => void
  readonly addresses?: () => string
}

/** Hints that links may have died unnoticed: the machine woke, was unlocked, or has other addresses. Never proofs. */
export function watchPower(options: PowerOptions): Disposable {
  const store = new DisposableStore()
  const { clock, onHint, onShutdown, addresses = currentAddresses } = options
  let known = addresses()
  const look = (reason: string | null): void => {
    const now = addresses()
    if (now !== known) onHint('network changed')
    else if (reason !== null) onHint(reason)
    known = now
  }
  const onResume = (): void => look('resume')
  const onUnlock = (): void => look('unlock')
  powerMonitor.on('resume', onResume)
  powerMonitor.on('unlock-screen', onUnlock)
  powerMonitor.on('shutdown', onShutdown)
  store.add(disposable(() => powerMonitor.removeListener('resume', onResume)))
  store.add(disposable(() => powerMonitor.removeListener('unlock-screen', onUnlock)))
  store.add(disposable(() => powerMonitor.removeListener('shutdown', onShutdown)))

  let timer: Disposable | null = null
  const poll = (): void => {
    look(null)
    timer = clock.after(networkPollMs, poll)
  }
  timer = clock.after(networkPollMs, poll)
  store.add(disposable(() => timer?.dispose()))
  return store
}

/** All addresses of this computer that others could reach, as one comparable line. */
export function currentAddresses(
  interfaces: Readonly<Record<string, NetworkInterfaceInfo[] | undefined>> = networkInterfaces(),
): string {
  return Object.entries(interfaces)
    .flatMap(([name, list = []]) =>
      // Link-local and temporary IPv6 addresses come and go while the network stays.
      list
        .filter((entry) => !entry.internal && !entry.address.startsWith('fe80:'))
        .map(
          (entry) =>
            `${name} ${entry.family === 'IPv6' ? entry.address.split(':').slice(0, 4).join(':') : entry.address}`,
        ),
    )
    .filter((line, index, all) => all.indexOf(line) === index)
    .sort()
    .join('\n')
}
