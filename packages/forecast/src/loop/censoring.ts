import type { Action, LedgerEntry, Trial } from '@homeostat/optimizer'
import { attributes, promName } from '@homeostat/semconv'
import type { Resource } from './resource.ts'
import { isResource } from './resource.ts'

/** Effects outlast the undo: deferred work is caught up on for about this long. */
const AFTERMATH_MS = 5 * 60_000

const RESOURCE = promName(attributes.forecastResource)

/** Tells that a resource is being worked on. */
export type Worked = (resource: Resource, isNew: boolean, untilMs: number) => void

/**
 * The resources on which an action is working. Their samples do not show what would have happened without it, so that
 * nobody should learn from it; what was withheld, refused or only thought of does.
 */
export class Censoring {
  readonly #working = new Map<string, ReadonlySet<Resource>>()

  /** Calls back for every resource that is worked on at a tick. */
  see({ now, decisions, started, open }: LedgerEntry, worked: Worked): void {
    for (const trial of started) {
      const { id, alert, action: name, labels } = trial
      // If an action answers two alerts, each has its own arm and may concern another resource.
      const decision = decisions.find(
        ({ action, firing }) => action.name === name && firing.alert === alert && firing.labels === labels,
      )
      const resources = resourcesOf(trial, decision?.action)
      this.#working.set(id, resources)
      for (const resource of resources) worked(resource, true, now)
    }
    const stillOpen = new Set(open.map(({ id }) => id))
    for (const [id, resources] of this.#working) {
      for (const resource of resources) worked(resource, false, now + AFTERMATH_MS)
      if (!stillOpen.has(id)) this.#working.delete(id)
    }
  }
}

function resourcesOf(
  { touches, labels }: Pick<Trial, 'touches' | 'labels'>,
  action?: Pick<Action, 'lowers' | 'raises'>,
): ReadonlySet<Resource> {
  const named = [...touches, ...(action?.lowers ?? []), ...(action?.raises ?? []), labels[RESOURCE]]
  return new Set(named.filter(isResource))
}
