import type { ServerResponse } from 'node:http'
import { after, logFirst } from '@homeostat/signals'
import { essenceOf } from '../server/compressible-type.ts'
import type { BodyPlan } from './compression.ts'
import type { Compressor } from './compressors.ts'
import { createCompressor, FLUSH } from './compressors.ts'
import type { OwnMethods } from './own-methods.ts'

/** What was written reaches the client after this time without another write: a page that waits for its slow part is shown. */
const FLUSH_AFTER_MS = 25

const reportFault = logFirst('the compression of a response')

/**
 * A body that passes a compressor on its way to the client. The application is slowed down by the compressor, and the compressor by the
 * connection. A client that goes away ends the compressor.
 */
export class CompressedStream {
  readonly #plan: BodyPlan
  readonly #response: ServerResponse
  readonly #raw: OwnMethods
  readonly #compressor: Compressor
  readonly #isEvents: boolean
  #isEnded = false
  #plainBytes = 0
  #sentBytes = 0
  #pending = 0
  #busySince = 0
  #busyMs = 0
  #writtenAt = 0
  #flushing: Disposable | undefined

  constructor(plan: BodyPlan, response: ServerResponse, raw: OwnMethods) {
    this.#plan = plan
    this.#response = response
    this.#raw = raw
    this.#isEvents = essenceOf(response.getHeader('Content-Type')) === 'text/event-stream'
    this.#compressor = createCompressor(plan.coding!, plan.options, this.#isEvents)
    this.#compressor
      .on('data', (chunk: Buffer) => {
        this.#sentBytes += chunk.length
        if (!raw.write(chunk)) this.#compressor.pause()
      })
      .on('end', () => this.#finish())
      .on('drain', () => raw.drained())
      .on('error', error => {
        // The headers are sent, so a body that is cut off is the only honest answer.
        reportFault(error)
        response.destroy()
      })
    raw.passThrough({ isEnded: () => this.isEnded, resume: () => this.#compressor.resume() })
    response.once('close', () => this.#abandon())
    if (response.destroyed) this.#abandon()
  }

  /** Whether the application has ended the body. */
  get isEnded(): boolean {
    return this.#isEnded && !this.#response.writableFinished
  }

  write(chunk: unknown, second: unknown, third: unknown): boolean {
    const callback = typeof second === 'function' ? second : third
    const done = typeof callback === 'function' ? (callback as (error?: Error | null) => void) : undefined
    if (this.#isEnded || this.#compressor.destroyed) {
      const error = Object.assign(new Error('write after end'), { code: 'ERR_STREAM_WRITE_AFTER_END' })
      if (done) process.nextTick(done, error)
      return false
    }
    // Not bytes: Node has an error for it.
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return this.#raw.write(chunk, second, third)
    const encoding = typeof second === 'string' ? (second as BufferEncoding) : 'utf8'
    this.#writing(typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding) : chunk.length)
    const hasRoom = this.#compressor.write(chunk, encoding, error => {
      this.#written()
      done?.(error)
    })
    if (!this.#isEvents) this.#flushSoon()
    return hasRoom
  }

  end(
    chunk: unknown,
    encoding: string | undefined,
    callback: ((error?: Error | null) => void) | undefined,
  ): ServerResponse {
    if (callback !== undefined) this.#response.once('finish', callback)
    if (this.#isEnded) return this.#response
    if (chunk !== undefined) this.write(chunk, encoding, undefined)
    this.#isEnded = true
    this.#flushing?.[Symbol.dispose]()
    if (!this.#compressor.destroyed) this.#compressor.end()
    return this.#response
  }

  /** Sends what was written so far. */
  flush(): void {
    if (this.#isEnded || this.#compressor.destroyed) return
    this.#compressor.flush(FLUSH[this.#plan.coding!])
  }

  #writing(bytes: number): void {
    this.#plainBytes += bytes
    this.#writtenAt = performance.now()
    if (this.#pending++ === 0) this.#busySince = this.#writtenAt
  }

  #written(): void {
    if (--this.#pending === 0) this.#busyMs += performance.now() - this.#busySince
  }

  #flushSoon(waitMs: number = FLUSH_AFTER_MS): void {
    this.#flushing ??= after(waitMs, () => {
      this.#flushing = undefined
      const leftMs = this.#writtenAt + FLUSH_AFTER_MS - performance.now()
      if (leftMs > 1 && !this.#isEnded) this.#flushSoon(leftMs)
      else this.flush()
    })
  }

  #finish(): void {
    this.#plan.record(this.#plainBytes, this.#sentBytes, this.#busyMs / 1000)
    this.#raw.end()
    this.#raw.release()
  }

  #abandon(): void {
    this.#flushing?.[Symbol.dispose]()
    this.#compressor.destroy()
  }
}
