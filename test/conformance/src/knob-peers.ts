import type { Coordinator, Knob, KnobsOptions, Receipt } from '@homeostat/optimizer'
import { knobAction, Knobs } from '@homeostat/optimizer'

export interface KnobPeersOptions {
  readonly knob: Knob
  readonly stateDir: string
  readonly service: () => string
  /** Makes the coordinator of one more process, or hands out the one that all share. */
  readonly coordinator: () => Coordinator
  readonly leaseMs?: number
}

/** Processes of one service that share a knob, all of them in this one. */
export class KnobPeers {
  readonly #options: KnobPeersOptions
  readonly #running: Knobs[] = []

  constructor(options: KnobPeersOptions) {
    this.#options = options
  }

  /** One more process of the service. */
  peer(options: Partial<KnobsOptions> = {}): Knobs {
    const { knob, service, stateDir, coordinator, leaseMs } = this.#options
    const knobs = new Knobs({
      knobs: [knob],
      service: service(),
      stateDir,
      coordinator: options.coordinator ?? coordinator(),
      clock: Date.now,
      ...(leaseMs !== undefined && { leaseMs }),
      ...options,
    })
    this.#running.push(knobs)
    return knobs
  }

  /** Runs the action of the knob in one of the processes. */
  run(knobs: Knobs, to: number): Promise<Receipt> {
    return knobAction(this.#options.knob, knobs).run({
      firing: { alert: 'QueueSlow', labels: {}, annotations: {}, value: 1, since: 0 },
      options: { to },
      now: Date.now(),
      signal: AbortSignal.timeout(60_000),
      sliceMs: 5,
    })
  }

  /** Ends the processes that run. */
  async close(): Promise<void> {
    for (const knobs of this.#running.splice(0)) await knobs.close()
  }
}
