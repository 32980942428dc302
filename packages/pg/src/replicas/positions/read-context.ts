import { NO_LSN, type Lsn } from './lsn.ts'
import { nextMoment } from './moments.ts'
import type { PositionRing } from './position-ring.ts'

const MAX_UNLEARNED = 100

/** A replica, as far as a context remembers it. */
export interface ReadReplica {
  /** Its last position; {@link NO_LSN} while it is not known. */
  readonly position: Lsn
  /** When that position was asked for. */
  readonly positionMoment: number
}

/** What the code of one request or one job has written and read so far, as positions that its next read must have. */
export class ReadContext {
  /** Whether its reads may use replicas at all; drawn once per context, so that a request is either with or without. */
  readonly usesReplicas: boolean
  /** Its half while a trial divides the requests; undefined otherwise. */
  readonly arm: 'act' | 'control' | undefined
  /** Whether something was written in it. */
  hasWritten = false
  /** The kind of the token that it continues; `unreadable` for one that is not signed by us, or is another cluster's. */
  continues: 'position' | 'pending' | 'unreadable' | undefined
  /** Texts that were not learned yet when they ran: they may have written. */
  readonly unlearned: string[] = []
  /** The end of the last statement on the primary whose position is not known yet; 0 for none. */
  #primaryMoment = 0
  /** The last event that concerned every context. */
  #everyone = 0
  #floor: Lsn = NO_LSN
  #floorMoment = 0
  /** Reads on replicas whose positions are not known yet, the last one of each. */
  readonly #replicas: ReadReplica[] = []
  readonly #replicaMoments: number[] = []

  constructor(usesReplicas: boolean, arm?: 'act' | 'control') {
    this.usesReplicas = usesReplicas
    this.arm = arm
  }

  /** A statement on the primary has ended that may have written. */
  wrote(): void {
    this.hasWritten = true
    this.#primaryMoment = Math.max(this.#primaryMoment, nextMoment())
  }

  /** A statement on the primary has ended of which nobody knows yet whether it writes. */
  mayHaveWritten(text: string): void {
    this.readPrimary()
    if (this.unlearned.length >= MAX_UNLEARNED) this.hasWritten = true
    else this.unlearned.push(text)
  }

  /** A read on the primary has ended: what it saw must stay visible. */
  readPrimary(): void {
    this.#primaryMoment = Math.max(this.#primaryMoment, nextMoment())
  }

  /** A read on a replica has ended: what it saw must stay visible on the others too. */
  readReplica(replica: ReadReplica): void {
    const index = this.#replicas.indexOf(replica)
    if (index === -1) {
      this.#replicas.push(replica)
      this.#replicaMoments.push(nextMoment())
    } else this.#replicaMoments[index] = nextMoment()
  }

  /** It continues something that had seen the database at this position. */
  continueFrom(position: Lsn): void {
    this.#raise(position)
    this.continues ??= 'position'
  }

  /** It continues something that has ended by this moment. */
  continueAfter(moment: number, kind: 'pending' | 'unreadable'): void {
    this.#primaryMoment = Math.max(this.#primaryMoment, moment)
    this.continues = kind
  }

  /** By this moment everything has happened that it has written, read and continued; 0 without any of it. */
  get lastMoment(): number {
    return Math.max(this.#primaryMoment, this.#floorMoment, ...this.#replicaMoments)
  }

  /**
   * Brings the floor up to date. A read may then use a replica whose position is at the floor or behind it.
   *
   * @param everyone - the last event that concerns every context
   * @returns false when the position of something in this context is not known yet
   */
  settle(ring: PositionRing, everyone: number): boolean {
    if (everyone > this.#everyone) {
      this.#everyone = everyone
      this.#primaryMoment = Math.max(this.#primaryMoment, everyone)
    }
    if (this.#primaryMoment === 0) return true
    const position = ring.after(this.#primaryMoment)
    if (position === undefined) return false
    this.#primaryMoment = 0
    this.#raise(position)
    return true
  }

  /** The position that a replica must have replayed. */
  get floor(): Lsn {
    return this.#floor
  }

  /** Whether a replica shows everything that other replicas have shown in this context. */
  allows(replica: ReadReplica, ring: PositionRing): boolean {
    for (let index = this.#replicas.length - 1; index >= 0; index--) {
      const other = this.#replicas[index]!
      if (other === replica) continue
      const moment = this.#replicaMoments[index]!
      // No replica can have shown more than the primary had.
      const position = other.positionMoment > moment ? other.position : ring.after(moment)
      if (position === undefined) return false
      this.#replicas.splice(index, 1)
      this.#replicaMoments.splice(index, 1)
      this.#raise(position)
    }
    return replica.position >= this.#floor
  }

  /** Whether a replica has served the last reads of this context. */
  hasRead(replica: ReadReplica): boolean {
    return this.#replicas.includes(replica)
  }

  /** Settles everything, whichever replica comes next. @returns false when a position is not known yet */
  settleAll(ring: PositionRing, everyone: number): boolean {
    if (!this.settle(ring, everyone)) return false
    for (let index = this.#replicas.length - 1; index >= 0; index--) {
      const moment = this.#replicaMoments[index]!
      const { position, positionMoment } = this.#replicas[index]!
      const bound = positionMoment > moment ? position : ring.after(moment)
      if (bound === undefined) return false
      this.#replicas.splice(index, 1)
      this.#replicaMoments.splice(index, 1)
      this.#raise(bound)
    }
    return true
  }

  /** The primary has lost what was written behind its present position, e.g. in a failover: nobody can show it any more. */
  lowerTo(ring: PositionRing): void {
    const position = ring.lastPosition
    if (position !== undefined && position < this.#floor && ring.lastMoment > this.#floorMoment) this.#floor = position
  }

  #raise(position: Lsn): void {
    if (position <= this.#floor) return
    this.#floor = position
    this.#floorMoment = nextMoment()
  }
}
