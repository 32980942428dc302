import { memoryUsage } from 'node:process'
import type { LiveFacts, LoadedPackage } from './live-facts.ts'
import { homeostatFacts } from './homeostat-facts.ts'
import { InspectedProcess } from './inspected-process.ts'
import { instrumentationFacts, instrumentationPrototypes, requiredPrototypes } from './instrumentation-facts.ts'
import { ownScripts, packageCopies, shownPath, versionIn, type PackageCopy } from './loaded-packages.ts'
import { metricFacts } from './metric-facts.ts'
import { providerFacts, registeredMeterProvider } from './provider-facts.ts'
import { readerFacts } from './reader-facts.ts'

/** A larger heap takes seconds to search. */
const LARGEST_HEAP_BYTES = 512 * 1024 * 1024
const MOST_PACKAGES = 300

/** Libraries that are reported even where nothing measures them. */
const LIBRARIES = new Set(
  'pg ioredis redis @redis/client bullmq lru-cache express fastify koa @nestjs/core mysql2 mongodb undici prom-client dd-trace homeostat'.split(
    ' ',
  ),
)

/** Imports a module that is loaded already. */
export type ImportLoaded = (url: string) => Promise<unknown>

/**
 * Looks at this process once. Nothing of it changes: no hook stays, no metric is collected, no callback of the application runs.
 *
 * The heap is not searched and scripts are not listed, because both stop the process for a while.
 */
export function examineLightly(): LiveFacts {
  const provider = registeredMeterProvider()
  return {
    process: {
      pid: process.pid,
      node: process.versions.node,
      main: process.argv[1] === undefined ? undefined : shownPath(process.argv[1]),
      uptimeMs: Math.round(process.uptime() * 1000),
      isEnding: false,
    },
    provider: providerFacts(),
    readers: readerFacts(provider),
    metrics: metricFacts(provider),
    instrumentations: undefined,
    packages: undefined,
    homeostats: homeostatFacts(),
    notes: [],
  }
}

/** {@link examineLightly}, and the loaded scripts and instrumentations as well: the process stands still meanwhile. */
export async function examine(importLoaded: ImportLoaded): Promise<LiveFacts> {
  const inspected = new InspectedProcess()
  try {
    const scripts = inspected.scripts()
    const copies = packageCopies(scripts)
    const prototypes = await instrumentationPrototypes(copies, importLoaded)
    return withHeap(inspected, copies, ownScripts(scripts), prototypes, [])
  } finally {
    inspected.close()
  }
}

/** {@link examine} for a process that ends at once: what only an `import` could reach is left out. */
export function examineAtExit(): LiveFacts {
  const inspected = new InspectedProcess()
  try {
    const scripts = inspected.scripts()
    const copies = packageCopies(scripts)
    const prototypes = requiredPrototypes(copies)
    const isModule = prototypes.length === 0 && copies.some(({ name }) => name === '@opentelemetry/instrumentation')
    const notes = isModule ? ['instrumentations were not looked at, because the process ended too early'] : []
    return withHeap(inspected, copies, ownScripts(scripts), prototypes, notes)
  } finally {
    inspected.close()
  }
}

function withHeap(
  inspected: InspectedProcess,
  copies: readonly PackageCopy[],
  own: readonly string[],
  prototypes: readonly object[],
  notes: readonly string[],
): LiveFacts {
  const facts = { ...examineLightly(), packages: loadedPackages(copies), notes }
  const { heapUsed } = memoryUsage()
  if (heapUsed <= LARGEST_HEAP_BYTES)
    return { ...facts, instrumentations: instrumentationFacts(inspected, prototypes, { copies, own }) }
  const mebibytes = Math.round(heapUsed / 1024 / 1024)
  return {
    ...facts,
    notes: [...notes, `instrumentations were not looked at: a heap of ${mebibytes} MiB takes seconds`],
  }
}

function loadedPackages(copies: readonly PackageCopy[]): LoadedPackage[] {
  return copies
    .filter(({ name }) => LIBRARIES.has(name) || /^@(?:opentelemetry|homeostat)\//.test(name))
    .slice(0, MOST_PACKAGES)
    .map(({ name, folder }) => ({ name, version: versionIn(folder), path: shownPath(folder) }))
}
