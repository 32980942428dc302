import type { GuardedQueue } from './guarded-queue.ts'
import { beatMsOf, graceMsOf, renewalMsOf } from './guarded-queue.ts'
import { GuardedServer } from './guarded-server.ts'
import type { News, Order, TokenRenewals } from './messages.ts'
import type { ServerDescription } from './server-description.ts'
import { TokenSlots, type LoopPulse } from './shared-memory.ts'

/** Without workers the thread only waits for messages; this keeps its clock. */
const IDLE_MS = 1000

export interface LockRenewerOptions {
  readonly pulse: LoopPulse
  /** The clock of the loop. */
  readonly clock: () => number
  readonly limitMs: number
  readonly send: (news: News) => void
}

/** A worker whose locks the thread renews. */
interface Guarded {
  readonly queue: GuardedQueue
  readonly slots: TokenSlots
  /** The next renewal of this block, in milliseconds since its begin; infinite once the locks are released. */
  dueMs: number
  isBusy: boolean
}

/** Renewals of one token within a block. */
type Count = { -readonly [K in keyof TokenRenewals]: TokenRenewals[K] }

/**
 * Renews the locks of a process's jobs while its event loop is blocked. It stops when the loop runs again. When the block has
 * lasted for the limit it releases the locks, so BullMQ's next check takes over a job that never ends. Where it cannot release them
 * they expire soon after.
 */
export class LockRenewer {
  readonly #options: LockRenewerOptions
  readonly #servers = new Map<string, GuardedServer>()
  readonly #descriptions = new Map<string, ServerDescription>()
  readonly #workers = new Map<number, Guarded>()
  /** By worker and token. */
  #counts = new Map<string, Count>()
  #beat: number
  #isAnnounced = false

  constructor(options: LockRenewerOptions) {
    this.#options = options
    this.#beat = options.pulse.lastBeat
  }

  /** How often {@link look} has to be called. */
  get pauseMs(): number {
    let least = IDLE_MS
    for (const { queue } of this.#workers.values()) least = Math.min(least, beatMsOf(queue.lockMs))
    const { pulse, clock, limitMs } = this.#options
    const leftMs = Math.ceil(limitMs - pulse.sinceBeat(clock()))
    return leftMs > 0 ? Math.min(least, leftMs) : least
  }

  obey(order: Order): void {
    switch (order.kind) {
      case 'server':
        return void this.#descriptions.set(order.server, order.description)
      case 'worker':
        // It may be known with a former server.
        this.#end(order.id)
        this.#workers.set(order.id, { queue: order, slots: new TokenSlots(order.tokens), dueMs: 0, isBusy: false })
        return this.#serverOf(order)?.add(order)
      case 'ended':
        return this.#end(order.id)
    }
  }

  /** Looks at the pulse. */
  look(): void {
    const { pulse, clock, limitMs } = this.#options
    const beat = pulse.lastBeat
    if (beat !== this.#beat) this.#beats(beat)
    if (!pulse.isRenewing) return
    const blockedMs = pulse.sinceBeat(clock())
    for (const guarded of this.#workers.values()) {
      if (guarded.isBusy || guarded.dueMs === Infinity) continue
      if (blockedMs >= limitMs) {
        guarded.dueMs = Infinity
        void this.#release(guarded)
        continue
      }
      if (blockedMs < guarded.queue.firstMs || blockedMs < guarded.dueMs) continue
      this.#announce()
      guarded.dueMs = blockedMs + renewalMsOf(guarded.queue.lockMs)
      void this.#renew(guarded, blockedMs)
    }
  }

  /** The loop beats again. */
  #beats(beat: number): void {
    if (this.#isAnnounced) this.#options.send({ kind: 'block', beat: this.#beat, renewals: [...this.#counts.values()] })
    this.#beat = beat
    this.#isAnnounced = false
    this.#counts = new Map()
    for (const guarded of this.#workers.values()) guarded.dueMs = 0
  }

  /** Once per block: a witness may look at the stack now. */
  #announce(): void {
    if (this.#isAnnounced) return
    this.#isAnnounced = true
    this.#options.pulse.announceBlock()
  }

  async #renew(guarded: Guarded, blockedMs: number): Promise<void> {
    const { queue, slots } = guarded
    const tokens = slots.taken()
    if (tokens.length === 0) return
    const lockMs = Math.min(queue.lockMs, this.#options.limitMs - blockedMs + graceMsOf(queue.lockMs))
    const counts = this.#counts
    guarded.isBusy = true
    const renewed = await this.#serverOf(queue)?.change(queue, {
      task: 'renew',
      tokens: tokens.map(token => `${queue.tokenPrefix}${token}`),
      lockMs,
    })
    guarded.isBusy = false
    for (const { place, leftMs: ownMs } of renewed ?? []) {
      const token = tokens[place]
      if (token !== undefined)
        count(counts, {
          worker: queue.id,
          token,
          doomedMs: blockedMs + ownMs,
          keptMs: blockedMs + Math.max(lockMs, ownMs),
        })
    }
  }

  /** Ends the locks that would have ended before the limit, had they not been renewed in this block. */
  async #release({ queue }: Guarded): Promise<void> {
    const { limitMs } = this.#options
    const own = [...this.#counts.values()].filter(
      ({ worker, doomedMs, keptMs }) => worker === queue.id && doomedMs <= limitMs && keptMs > limitMs,
    )
    if (own.length === 0) return
    for (const renewals of own) renewals.keptMs = limitMs
    await this.#serverOf(queue)?.change(queue, {
      task: 'release',
      tokens: own.map(({ token }) => `${queue.tokenPrefix}${token}`),
      // A renewal may have come late. The application has extended each lock itself that has more time left than this.
      lockMs: 2 * graceMsOf(queue.lockMs),
    })
  }

  #serverOf({ server }: GuardedQueue): GuardedServer | undefined {
    const known = this.#servers.get(server)
    if (known !== undefined) return known
    const description = this.#descriptions.get(server)
    if (description === undefined) return undefined
    const { send } = this.#options
    const made = new GuardedServer(description, {
      unable: unable => send({ kind: 'unable', server, ...unable }),
      able: () => send({ kind: 'able', server }),
    })
    this.#servers.set(server, made)
    return made
  }

  #end(id: number): void {
    const guarded = this.#workers.get(id)
    if (guarded === undefined) return
    this.#workers.delete(id)
    const { server } = guarded.queue
    if (this.#servers.get(server)?.remove(id) !== false) return
    this.#servers.get(server)?.close()
    this.#servers.delete(server)
  }
}

function count(counts: Map<string, Count>, renewal: Omit<TokenRenewals, 'renewals'>): void {
  const key = `${renewal.worker}:${renewal.token}`
  const known = counts.get(key)
  if (known === undefined) return void counts.set(key, { ...renewal, renewals: 1 })
  known.renewals++
  known.keptMs = renewal.keptMs
}
