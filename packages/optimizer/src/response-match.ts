import type { Firing } from './firing.ts'
import type { Response } from './response.ts'

/** The responses to a firing; in the order of their actions' names, so that the order is stable. */
export function responsesTo(firing: Pick<Firing, 'alert' | 'labels'>, responses: readonly Response[]): Response[] {
  return responses
    .filter(({ to }) => to.alert === firing.alert && hasLabels(firing.labels, to.labels ?? {}))
    .toSorted((a, b) => a.action.localeCompare(b.action))
}

function hasLabels(labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value)
}
