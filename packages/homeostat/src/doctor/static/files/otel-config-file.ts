import { resolve } from 'node:path'
import { parseYaml } from '@homeostat/promql/rule-files'
import type { OtelConfigFile, Setting } from '../application-facts.ts'
import { isRecord, type FileReading } from './file-reading.ts'

const READER_KINDS = new Set(['periodic', 'pull'])
const PRODUCERS = new Set(['opencensus'])
const MOST_KEYS = 10

/** The file that `OTEL_CONFIG_FILE` names. */
export function readConfigFile(reading: FileReading, setting: Setting | undefined): OtelConfigFile | undefined {
  if (!setting || setting.value.trim() === '') return undefined
  const path = resolve(reading.root, setting.value.trim())
  const file = { path: reading.shown(path), from: setting.from, foreignKeys: [] }
  const text = reading.text(path)
  if (text === undefined) return { ...file, state: 'missing' }
  try {
    const document: unknown = parseYaml(text)
    if (isRecord(document)) return { ...file, state: 'read', foreignKeys: foreignKeysOf(document) }
  } catch {
    // Below: the error's message would quote the file.
  }
  return { ...file, state: 'not valid' }
}

function foreignKeysOf(document: Readonly<Record<string, unknown>>): string[] {
  const provider = isRecord(document['meter_provider']) ? document['meter_provider'] : {}
  const keys = listOf(provider['readers']).flatMap((reader, index) => {
    const at = `meter_provider.readers[${index}]`
    return Object.entries(isRecord(reader) ? reader : {}).flatMap(([kind, options]) => {
      if (!READER_KINDS.has(kind)) return [`${at}.${kind}`]
      const producers = isRecord(options) ? listOf(options['producers']) : []
      return producers.flatMap((producer, position) =>
        Object.keys(isRecord(producer) ? producer : {})
          .filter(name => !PRODUCERS.has(name))
          .map(name => `${at}.${kind}.producers[${position}].${name}`),
      )
    })
  })
  return keys.slice(0, MOST_KEYS)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
