/**
 * Ends the process now, with this code. Where `stuck` (a keychain dialog is open), `process.exit` would wait for the
 * thread that waits for the dialog, for as long as it is open (measured with libuv's pool); becoming another program
 * that exits with the code ends all threads at once. What was written to stdout must have been flushed before.
 */
export function exitProcess(code: number, stuck: boolean): never {
  if (stuck) {
    if (process.platform !== 'win32' && typeof process.execve === 'function') {
      process.execve('/bin/sh', ['sh', '-c', `exit ${code}`], {})
    }
    process.kill(process.pid, 'SIGKILL')
  }
  process.exit(code)
}
