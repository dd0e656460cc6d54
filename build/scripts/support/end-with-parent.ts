/**
 * Ends this process, politely, when the shell that npm put in between is gone: a signal that ends npm ends that shell
 * as well, but neither hands it on, and the work would go on without anybody to end it.
 */
export function endWithParent(): void {
  if (process.platform === 'win32' || process.env['npm_lifecycle_event'] === undefined) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, 250)
  timer.unref()
}
