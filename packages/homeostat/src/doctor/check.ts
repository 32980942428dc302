/** One way in which a setup fails, and how to find it in facts of one kind. */
export interface Check<Facts> {
  /** Stable, in kebab-case; also the name of its section in `docs/doctor.md`. */
  readonly id: string
  /** The fault, in one sentence. */
  readonly what: string
  /** The consequences of the fault. */
  readonly why: string
  /** The remedy, for any application. */
  readonly fix: string
  /** Pure. Returns no finding where the facts show no fault. */
  find(facts: Facts): readonly Finding[]
}

/** A check that found something, in this application. */
export interface Finding {
  /** Names the observed facts and their places. It holds no value of a variable that can be a secret. */
  readonly evidence: string
  /** The line to change. */
  readonly fix: string
}
