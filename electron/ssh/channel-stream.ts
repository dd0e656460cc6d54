import { Duplex } from 'node:stream'
import type { Channel } from 'ssh2'

/**
 * An SSH channel as a well-behaved stream. ssh2's own channel drops writes silently once it is closing, swallows the
 * error of `destroy` and never counts as destroyed, so whoever waits for it could wait for ever.
 */
export class ChannelStream extends Duplex {
  readonly #channel: Channel
  #bytesRead = 0
  #writing: ((error?: Error | null) => void) | null = null
  #remoteClosed = false

  constructor(channel: Channel) {
    super({ allowHalfOpen: true, emitClose: true, autoDestroy: true })
    this.#channel = channel
    channel.on('data', (chunk: Buffer) => {
      this.#bytesRead += chunk.length
      if (!this.push(chunk)) channel.pause()
    })
    channel.on('end', () => this.push(null))
    channel.on('error', (error: Error) => this.destroy(error))
    channel.on('close', () => {
      this.#remoteClosed = true
      const writing = this.#writing
      this.#writing = null
      // A write that was on its way when the other side closed will never be finished by ssh2.
      writing?.(new Error('the channel was closed'))
      if (!this.readableEnded) this.push(null)
      if (!this.writableEnded) this.end()
    })
    // Half-closing is up to the stream above; stderr does not exist on a forward but must not fill up.
    if ('stderr' in channel && 'resume' in channel.stderr) channel.stderr.resume()
  }

  /** Bytes received so far. */
  get bytesRead(): number {
    return this.#bytesRead
  }

  override _read(): void {
    this.#channel.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (this.#remoteClosed || !this.#channel.writable) {
      callback(new Error('the channel is closed'))
      return
    }
    this.#writing = callback
    this.#channel.write(chunk, (error) => {
      if (this.#writing !== callback) return
      this.#writing = null
      callback(error ?? null)
    })
  }

  override _final(callback: (error?: Error | null) => void): void {
    if (!this.#remoteClosed) this.#channel.end()
    callback()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#writing = null
    this.#channel.removeAllListeners('data')
    this.#channel.resume()
    if (!this.#remoteClosed) this.#channel.close()
    callback(error)
  }
}
