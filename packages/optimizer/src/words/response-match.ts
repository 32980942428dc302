import { atOnce, type Steps } from '@homeostat/signals'
import type { Firing } from './firing.ts'
import type { Response } from './response.ts'

/** Responses indexed between two rests. */
const RESPONSES_OF_STEP = 128

type Subject = Pick<Firing, 'alert' | 'labels'>

/** Responses by the alert they answer, so that thousands of alerts do not each look at all of them. */
export class ResponseIndex {
  readonly #byAlert = new Map<string, Response[]>()

  /** The index of a list that never changes, made once. */
  static of(responses: readonly Response[]): ResponseIndex {
    return indexes.get(responses) ?? atOnce(ResponseIndex.prepare(responses))
  }

  /** Makes the index of a list in steps. */
  static *prepare(responses: readonly Response[]): Steps<ResponseIndex> {
    const index = new ResponseIndex()
    yield* index.#add(responses)
    indexes.set(responses, index)
    return index
  }

  private constructor() {}

  *#add(responses: readonly Response[]): Steps<void> {
    let added = 0
    for (const response of responses) {
      const alike = this.#byAlert.get(response.to.alert)
      if (alike) alike.push(response)
      else this.#byAlert.set(response.to.alert, [response])
      if (++added % RESPONSES_OF_STEP === 0) yield
    }
    for (const alike of this.#byAlert.values()) {
      if (alike.length > 1) alike.sort((a, b) => (a.action < b.action ? -1 : Number(a.action > b.action)))
      if (++added % RESPONSES_OF_STEP === 0) yield
    }
  }

  /** Expressions of all responses to an alert, with any labels. */
  expressionsOf(alert: string, read: (response: Response) => readonly string[]): ReadonlySet<string> {
    return new Set((this.#byAlert.get(alert) ?? NONE).flatMap(read))
  }

  /** The responses to a firing; in the order of their actions' names, so that the order is stable. */
  to({ alert, labels }: Subject): readonly Response[] {
    const alike = this.#byAlert.get(alert) ?? NONE
    // Mostly any labels will do; a list for each of thousands of alerts would be garbage at every tick.
    for (const { to } of alike) if (!hasLabels(labels, to.labels)) return matching(alike, labels)
    return alike
  }
}

const indexes = new WeakMap<readonly Response[], ResponseIndex>()

const NONE: readonly Response[] = []

function matching(responses: readonly Response[], labels: Subject['labels']): readonly Response[] {
  return responses.filter(({ to }) => hasLabels(labels, to.labels))
}

function hasLabels(labels: Subject['labels'], wanted: Subject['labels'] | undefined): boolean {
  if (wanted === undefined) return true
  return Object.entries(wanted).every(([name, value]) => labels[name] === value)
}
