import type { Response } from '@homeostat/optimizer'
import type { History } from '@homeostat/optimizer/parts'
import { evidenceSection, Histories, StateKeeper } from '@homeostat/optimizer/parts'
import { earlierHistories } from '../../src/state/earlier-histories.ts'
import { StatePlaces } from '../../src/state/state-places.ts'

const response: Response = { to: { alert: 'Slow' }, action: 'cache.warm', priority: 'slo' }
/** The rule and the action of the evidence. */
export const known = { alert: 'Slow', action: 'cache.warm', version: '1', response }

/** What one process of the service knows and saves. */
export class EvidenceProcess {
  readonly errors: unknown[] = []
  readonly histories = new Histories({ intervalMs: 5000, random: () => 0.5 })
  readonly disk: StateKeeper

  constructor(folder: string, clock: () => number) {
    const onError = (error: unknown): void => void this.errors.push(error)
    this.disk = new StateKeeper({
      sections: [evidenceSection(this.histories, () => earlierHistories(folder, onError))],
      places: new StatePlaces({ folder, candidates: () => [], engines: [], onError }),
      onError,
      clock,
    })
  }

  get history(): History {
    return this.histories.of(known)
  }
}
