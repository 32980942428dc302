/** How long a failed request is remembered. */
const REMEMBERED_MS = 10_000
const MOST_REMEMBERED = 64

/**
 * Recognizes retries: a request with the method and path of one that failed a moment ago. An interceptor of undici,
 * a library or a loop of the application all look the same. Only hashes are kept.
 */
export class RepeatedRequests {
  /** By hash: until when it is remembered. Empty while nothing fails, and then nothing is hashed. */
  readonly #failed = new Map<number, number>()
  /** When the last of them is forgotten. */
  #untilMs = 0

  /** @param nowMs - of a monotonic clock */
  failed(method: unknown, path: unknown, nowMs: number): void {
    if (this.#failed.size >= MOST_REMEMBERED) this.#forget(nowMs)
    this.#untilMs = nowMs + REMEMBERED_MS
    this.#failed.set(hashOf(method, path), this.#untilMs)
  }

  /** Whether a request that begins now repeats a failed one. Each failure explains one retry. */
  isRepeated(method: unknown, path: unknown, nowMs: number): boolean {
    if (this.#failed.size === 0) return false
    if (nowMs > this.#untilMs) {
      this.#failed.clear()
      return false
    }
    const hash = hashOf(method, path)
    const untilMs = this.#failed.get(hash)
    if (untilMs === undefined) return false
    this.#failed.delete(hash)
    return nowMs <= untilMs
  }

  #forget(nowMs: number): void {
    for (const [hash, untilMs] of this.#failed) if (untilMs < nowMs) this.#failed.delete(hash)
    // The oldest is first.
    for (const hash of this.#failed.keys()) {
      if (this.#failed.size < MOST_REMEMBERED) break
      this.#failed.delete(hash)
    }
  }
}

/**
 * FNV-1a over the method and the path; only the first kilobyte of a path counts.
 * Source: Fowler, Noll and Vo, http://www.isthe.com/chongo/tech/comp/fnv/.
 */
function hashOf(method: unknown, path: unknown): number {
  let hash = 0x811c9dc5
  for (const text of [method, path]) {
    if (typeof text !== 'string') continue
    for (let at = 0; at < text.length && at < 1024; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  return hash >>> 0
}
