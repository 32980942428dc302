import type { ApplicationFacts } from './application-facts.ts'

/** One way in which a setup fails, and how to find it. */
export interface Check {
  /** Stable, in kebab-case; also the name of its section in `docs/doctor.md`. */
  readonly id: string
  /** One sentence: what is wrong. */
  readonly what: string
  /** What happens because of it. */
  readonly why: string
  /** What to do, for any application. */
  readonly fix: string
  /** Pure. Nothing where the facts show no fault. */
  find(facts: ApplicationFacts): readonly Finding[]
}

/** A check that found something, in this application. */
export interface Finding {
  /** What was seen, and where. It holds no value of a variable that can be a secret. */
  readonly evidence: string
  /** The line to change. */
  readonly fix: string
}
