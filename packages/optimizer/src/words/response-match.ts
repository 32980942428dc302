import type { Firing } from './firing.ts'
import type { Response } from './response.ts'

type Subject = Pick<Firing, 'alert' | 'labels'>

/** Responses by the alert they answer, so that thousands of alerts do not each look at all of them. */
export class ResponseIndex {
  readonly #byAlert = new Map<string, Response[]>()

  /** The index of a list that never changes, made once. */
  static of(responses: readonly Response[]): ResponseIndex {
    let index = indexes.get(responses)
    if (index === undefined) indexes.set(responses, (index = new ResponseIndex(responses)))
    return index
  }

  private constructor(responses: readonly Response[]) {
    for (const response of responses) {
      const alike = this.#byAlert.get(response.to.alert)
      if (alike) alike.push(response)
      else this.#byAlert.set(response.to.alert, [response])
    }
    for (const alike of this.#byAlert.values()) alike.sort((a, b) => a.action.localeCompare(b.action))
  }

  /** Expressions of all responses to an alert, whatever its labels are. */
  expressionsOf(alert: string, read: (response: Response) => readonly string[]): ReadonlySet<string> {
    return new Set((this.#byAlert.get(alert) ?? NONE).flatMap(read))
  }

  /** The responses to a firing; in the order of their actions' names, so that the order is stable. */
  to({ alert, labels }: Subject): readonly Response[] {
    const alike = this.#byAlert.get(alert)
    return alike ? alike.filter(({ to }) => hasLabels(labels, to.labels)) : NONE
  }
}

const indexes = new WeakMap<readonly Response[], ResponseIndex>()

const NONE: readonly Response[] = []

function hasLabels(labels: Subject['labels'], wanted: Subject['labels'] | undefined): boolean {
  if (wanted === undefined) return true
  return Object.entries(wanted).every(([name, value]) => labels[name] === value)
}
