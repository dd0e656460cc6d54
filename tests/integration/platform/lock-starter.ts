/**
 * A starter of the app, reduced to its lock: takes the data dir of argv[2] or hands over, says what happened on stdout
 * as one JSON line, and as the owner lives until it is killed or told to release on stdin.
 */
import { acquireDataDirLock } from '../../../electron/platform/data-dir-lock.ts'

const say = (value: object): boolean => process.stdout.write(`${JSON.stringify(value)}\n`)
const lock = await acquireDataDirLock(process.argv[2] ?? '', {
  face: 'browser',
  onHandover: (request) =>
    Promise.resolve({ shown: request.open, url: null, message: `shown by ${process.pid}` }),
})
if (lock.owned) {
  say({ owned: true, pid: process.pid })
  process.stdin.on('data', () => {
    void lock.release().then(() => process.exit(0))
  })
} else {
  const reply = await lock.handOver({ face: 'browser', open: true })
  say({ owned: false, pid: process.pid, owner: lock.owner, reply })
  process.exit(0)
}
