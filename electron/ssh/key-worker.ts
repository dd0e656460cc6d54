import { parentPort, workerData } from 'node:worker_threads'
import { decryptOpenSsh } from './private-key.ts'

// Runs beside the event loop: see decryptOpenSsh. The build makes a file of its own of it, next to the core's.
export interface KeyWorkerInput {
  readonly text: string
  readonly passphrase: string
}

const { text, passphrase } = workerData as KeyWorkerInput
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.postMessage(decryptOpenSsh(text, passphrase))
