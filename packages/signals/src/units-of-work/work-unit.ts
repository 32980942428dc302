/** The owner of units of work that has a name for people, of which there are few: of a job, or of a route. */
export interface NamedOwner {
  readonly workName: string
}

/** The name of what a unit of work belongs to; undefined where its owner has none. */
export function workNameOf(work: WorkUnit | undefined): string | undefined {
  const owner: Partial<NamedOwner> | undefined = work?.owner
  const name: unknown = owner?.workName
  return typeof name === 'string' && name !== '' ? name : undefined
}

/**
 * One unit of work, e.g. one run of a job. Drivers credit it with their time while it lasts; what comes after its end is not its
 * cost. Crediting allocates nothing.
 */
export class WorkUnit {
  /** The object that its cost belongs to, e.g. the record of a job name. */
  readonly owner: object
  /** Time for which statements ran in a database, each counted by itself: two at once count twice. In milliseconds. */
  databaseMs = 0
  /** Time for which at least one command to Redis had no reply: a pipeline counts once. In milliseconds. */
  redisMs = 0
  #isOver = false
  #openCommands = 0
  #waitingSince = Number.NaN

  constructor(owner: object) {
    this.owner = owner
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** A statement of it has ended that the database worked on for so many milliseconds. */
  statementEnded(ms: number): void {
    if (!this.#isOver) this.databaseMs += ms
  }

  /** It sends a command to Redis. */
  commandStarted(now: number): void {
    if (this.#openCommands++ === 0) this.#waitingSince = now
  }

  /** A command of it has its reply, or never gets one. */
  commandEnded(now: number): void {
    if (--this.#openCommands === 0) this.#waited(now)
  }

  /** It has ended. */
  end(now: number): void {
    if (this.#openCommands > 0) this.#waited(now)
    this.#isOver = true
  }

  #waited(now: number): void {
    if (!this.#isOver) this.redisMs += Math.max(0, now - this.#waitingSince)
  }
}
