import { batch, signal, type Signal } from '@preact/signals'
import type { Gauge, Messages, Sections } from '../../src/wire/messages.ts'
import { News } from './news.ts'
import { SeriesValues } from './series-values.ts'

/** How the page is connected. */
export type Connection =
  | { readonly state: 'connecting' | 'live' }
  /** The process asks for its token, or refuses the one that it was given. */
  | { readonly state: 'locked'; readonly isRefused: boolean }
  | { readonly state: 'lost'; readonly why: string; readonly retryAt: number }

const EMPTY: Sections = {
  process: { version: '', mode: 'off', stoppedBy: undefined, attachedTo: [], service: undefined, heldBy: undefined },
  coordinator: '',
  watched: [],
  alerts: [],
  advice: [],
  stalls: [],
  evidence: [],
  knobs: [],
  forecasts: [],
  kept: [],
  findings: [],
  unmatchedRules: [],
  trials: [],
  proofs: [],
  budgets: [],
}

type SectionSignals = { readonly [Name in keyof Sections]: Signal<Sections[Name]> }

function signalsOf(sections: Sections): SectionSignals {
  return Object.fromEntries(
    Object.entries(sections).map(([name, value]) => [name, signal(value)]),
  ) as unknown as SectionSignals
}

/** Everything that the page shows. */
export class PageStore {
  readonly connection = signal<Connection>({ state: 'connecting' })
  readonly sections: SectionSignals = signalsOf(EMPTY)
  readonly gauges = signal<readonly Gauge[]>([])
  readonly news = new News()
  readonly values = new SeriesValues()
  /** Changes with every sample. */
  readonly sampled = signal(0)
  /** When something has come last, on this machine's clock. */
  readonly heardAt = signal(0)
  /** What is added to this machine's clock to get that of the process. */
  readonly clockAhead = signal(0)
  /** Whether everything has come once. */
  readonly isKnown = signal(false)
  #process: string | undefined

  /** Takes one message of the stream. */
  take<Name extends keyof Messages>(event: Name, data: Messages[Name]): void {
    batch(() => {
      this.heardAt.value = Date.now()
      this.#handlers[event](data)
    })
  }

  readonly #handlers: { readonly [Name in keyof Messages]: (data: Messages[Name]) => void } = {
    hello: ({ process, at, intervalMs }) => {
      this.connection.value = { state: 'live' }
      this.values.intervalMs = intervalMs
      this.clockAhead.value = at - Date.now()
      if (this.#process !== undefined && this.#process !== process) this.news.clear()
      this.#process = process
    },
    sections: changed => {
      for (const [name, value] of Object.entries(changed)) {
        const section = (this.sections as unknown as Record<string, Signal<unknown> | undefined>)[name]
        // A newer process may send what this page does not know.
        if (section !== undefined) section.value = value
      }
      this.isKnown.value = true
    },
    gauges: gauges => {
      this.gauges.value = gauges
      this.values.keep(gauges.flatMap(({ series }) => series.map(({ id }) => id)))
    },
    past: past => {
      this.values.reset(past)
      this.sampled.value++
    },
    sample: sample => {
      this.values.add(sample)
      this.sampled.value++
    },
    news: items => this.news.add(items),
  }
}

/** The state of this page. */
export const store = new PageStore()
