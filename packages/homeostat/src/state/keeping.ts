import { stateFolder } from '@homeostat/optimizer/parts'
import type { StateStoreCandidate } from '@homeostat/optimizer'
import type { Faults } from '@homeostat/signals'
import type { DomainWithMode } from '../domains/domains.ts'
import { givenName } from '../options/given-name.ts'
import type { HomeostatOptions } from '../options/options.ts'
import { enginesOf } from '../options/engines.ts'
import { serversInUse } from '../domains/servers-in-use.ts'
import { StatePlaces, type StatePlacesOptions } from './state-places.ts'

/**
 * The places where this process keeps state. It keeps none before an option has named a place, and none for a service without
 * a name: another service would read it.
 */
export interface Keeping {
  /** The folder of the service; undefined where no option names one, or the service has no name. */
  readonly folder: string | undefined
  /** For people: the place of learned state, or the reason why it is not kept. */
  readonly learned: string
  readonly places: StatePlaces | undefined
}

export interface KeepingContext {
  readonly options: HomeostatOptions
  readonly domains: readonly DomainWithMode[]
  readonly faults: Faults
}

/** The options hold what the environment says, read through their schema. */
const NO_VARIABLES = {}

const NO_NAME = 'not kept: the service has no name, set OTEL_SERVICE_NAME or the option service'
const NO_PLACE = 'not kept: set stateDir or stateStore'

/** @param service - the settled name of the service */
export function keepingOf({ options, domains, faults }: KeepingContext, service: string | undefined): Keeping {
  const { stateStore, stateDir } = options
  const hasFolder = service !== undefined && (stateDir !== undefined || stateStore === 'file')
  const folder = hasFolder ? stateFolder({ stateDir, service, environment: NO_VARIABLES }) : undefined
  const onError = (error: unknown): void => faults.report('source', error)
  const keep = (learned: string, more: Partial<StatePlacesOptions>): Keeping => ({
    folder,
    learned,
    places: new StatePlaces({
      candidates: () => [],
      engines: [],
      onError,
      ...(folder !== undefined && { folder }),
      ...more,
    }),
  })

  if (typeof stateStore === 'object') return keep(givenName(stateStore, 'the given store'), { given: stateStore })
  if (service === undefined) return { folder, learned: NO_NAME, places: undefined }
  const engine = enginesOf(domains.map(([domain]) => domain)).find(({ name }) => name === stateStore)
  if (engine) {
    const candidates = (): StateStoreCandidate[] =>
      serversInUse(domains, engine.name, faults, domain => domain.stateStores?.(service))
    return keep(`the ${engine.title} that the application uses`, { candidates, engines: [engine] })
  }
  return folder === undefined ? { folder, learned: NO_PLACE, places: undefined } : keep(folder, {})
}
