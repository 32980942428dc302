import { fieldOf } from '@homeostat/signals/options'
import { classNameOf } from '../doors/class-name.ts'
import { readersOf } from '../doors/readers/readers-of.ts'
import { backendOf } from './backend.ts'
import type { ReaderFacts, Temporality } from './live-facts.ts'

/** Transports that retry wrap one that sends. */
const MOST_TRANSPORTS = 4

/** The readers of a provider; empty where it is not one of the SDK. */
export function readerFacts(provider: unknown): ReaderFacts[] {
  return (readersOf(provider) ?? []).map(reader => {
    const exporter = fieldOf(reader, '_exporter')
    const url = addressOf(exporter)
    return {
      className: classNameOf(reader),
      exporter: classNameOf(exporter),
      temporality: temporalityOf(reader),
      address: url && `${url.protocol}//${url.host}`,
      backend: url && backendOf(url),
    }
  })
}

/** The enumeration of the SDK: 0 is delta, 1 is cumulative. */
function temporalityOf(reader: object): Temporality | undefined {
  const select = fieldOf(reader, 'selectAggregationTemporality')
  try {
    const selected: unknown = typeof select === 'function' ? select.call(reader, 'COUNTER') : undefined
    return selected === 0 ? 'delta' : selected === 1 ? 'cumulative' : undefined
  } catch {
    return undefined
  }
}

/** The address of an OTLP exporter, which it keeps in private fields: its own, or one of the transports that it wraps. */
function addressOf(exporter: unknown): URL | undefined {
  let transport = fieldOf(fieldOf(exporter, '_delegate'), '_transport')
  for (let looked = 0; looked < MOST_TRANSPORTS && transport !== undefined; looked++) {
    const parameters = fieldOf(transport, '_parameters')
    const address = fieldOf(parameters, 'url') ?? fieldOf(parameters, 'address')
    if (typeof address === 'string') return urlOf(address)
    transport = fieldOf(transport, '_transport')
  }
  return undefined
}

/** gRPC has addresses without a scheme. */
function urlOf(address: string): URL | undefined {
  try {
    return new URL(/^[a-z]+:\/\//i.test(address) ? address : `grpc://${address}`)
  } catch {
    return undefined
  }
}
