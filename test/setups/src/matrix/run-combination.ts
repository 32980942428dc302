import { join } from 'node:path'
import { installed, npmInstalled } from '../install.ts'
import type { Observation } from '../observation.ts'
import { runSetup } from '../setup-run.ts'
import { versionsOf, type Combination } from './axes.ts'

/** How a combination went. */
export interface CombinationResult {
  readonly combination: Combination
  readonly outcome: 'works' | 'fails' | 'not published'
  /** What is missing, or which version does not exist. */
  readonly detail: string
}

export interface MatrixServers {
  readonly DATABASE_URL: string
  readonly REDIS_URL: string
}

const OURS = ['--import', 'homeostat/register']
const ALERT = 'TooManyOrders'
const EXPECTED = [
  'nodejs.eventloop.delay.max',
  'db.client.operation.duration',
  'bullmq.queue.jobs',
  'homeostat.heartbeat',
]
/** Redis, and the cache in memory. */
const CACHES = ['redis', 'memory']

/** Installs a combination, runs its sample application, and looks at what a backend receives. */
export async function runCombination(combination: Combination, servers: MatrixServers): Promise<CombinationResult> {
  let node: string
  let folder: string
  try {
    node = await nodeOf(combination.node.name)
    folder = await installed('matrix', versionsOf(combination))
  } catch (error) {
    return { combination, ...installationFailed(error) }
  }
  const { module, beside, web } = combination
  const sdk =
    beside.name === 'auto-instrumentations'
      ? ['--import', '@opentelemetry/auto-instrumentations-node/register']
      : ['--import', './matrix-sdk.mjs']
  const file = module.name === 'ESM' ? 'matrix.mjs' : 'matrix.cjs'
  const tracer = beside.name === 'dd-trace' ? ['--require', 'dd-trace/init'] : []
  const { observation, isComplete, printed } = await runSetup({
    folder,
    node,
    command: [...tracer, ...OURS, ...sdk, file],
    variables: { ...servers, BESIDE: beside.name, WEB: web.name },
    isEnough: each => missingIn(each).length === 0,
  })
  if (isComplete) return { combination, outcome: 'works', detail: '' }
  return { combination, outcome: 'fails', detail: `without ${missingIn(observation).join(', ')}\n${printed.trim()}` }
}

function missingIn({ ours, firing, caches }: Observation): string[] {
  return [
    ...EXPECTED.filter(name => !ours.has(name)),
    ...CACHES.filter(name => !caches.has(name)).map(name => `lookups of ${name}`),
    ...(firing.has(ALERT) ? [] : ['the alert']),
  ]
}

/** Node's binary from the registry: one package per platform, without a script to run. */
async function nodeOf(version: string): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`
  return join(await npmInstalled('node', { [name]: version }), 'node_modules', name, 'bin/node')
}

function installationFailed(error: unknown): Pick<CombinationResult, 'outcome' | 'detail'> {
  const text = String((error as { stderr?: unknown }).stderr ?? error)
  const missing =
    /No matching version found for (\S+?)\.?\s|'(\S+)' is not in this registry|404 .*- GET \S*\/(\S+) /.exec(text)
  if (missing) return { outcome: 'not published', detail: missing[1] ?? missing[2] ?? missing[3] ?? '' }
  return { outcome: 'fails', detail: `npm install: ${text.split('\n').slice(0, 8).join('\n')}` }
}
