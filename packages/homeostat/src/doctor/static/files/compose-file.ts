import { parseYaml } from '@homeostat/promql/rule-files'
import type { MemoryLimit, Setting } from '../application-facts.ts'
import { isRecord } from './file-reading.ts'

/** Facts about the service of a Compose file that is built from this folder. */
export interface ComposeFacts {
  readonly environment: ReadonlyMap<string, Setting>
  readonly limit: MemoryLimit | undefined
}

const UNITS: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }

/** Nothing where the file is not valid or does not say which service this is. */
export function parseCompose(text: string, name: string): ComposeFacts {
  const environment = new Map<string, Setting>()
  const none = { environment, limit: undefined }
  let document: unknown
  try {
    document = parseYaml(text)
  } catch {
    return none
  }
  const services = isRecord(document) && isRecord(document['services']) ? Object.entries(document['services']) : []
  const built = services.filter(([, service]) => isRecord(service) && service['build'] !== undefined)
  const [only] = built
  if (built.length !== 1 || only === undefined || !isRecord(only[1])) return none
  const from = `${name} services.${only[0]}`
  for (const [key, value] of variablesOf(only[1]['environment'])) environment.set(key, { value, from })
  const bytes = bytesOf(only[1]['mem_limit'] ?? at(only[1], ['deploy', 'resources', 'limits', 'memory']))
  return { environment, limit: bytes === undefined ? undefined : { bytes, from } }
}

function variablesOf(given: unknown): [string, string][] {
  if (Array.isArray(given))
    return given.flatMap(each => {
      const [, key, value] = typeof each === 'string' ? (/^([^=]+)=(.*)$/s.exec(each) ?? []) : []
      return key === undefined || value === undefined ? [] : [[key, value]]
    })
  if (!isRecord(given)) return []
  return Object.entries(given).flatMap(([key, value]) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[key, String(value)]] : [],
  )
}

function at(value: unknown, path: readonly string[]): unknown {
  let current = value
  for (const key of path) current = isRecord(current) && Object.hasOwn(current, key) ? current[key] : undefined
  return current
}

function bytesOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  const [, number, unit = 'b'] = typeof value === 'string' ? (/^(\d+(?:\.\d+)?)\s*([bkmg])?b?$/i.exec(value) ?? []) : []
  return number === undefined ? undefined : Number(number) * UNITS[unit.toLowerCase()]!
}
