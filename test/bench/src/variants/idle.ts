import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { metrics as api } from '@opentelemetry/api'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node'
import type { LoopSampling } from '@homeostat/runtime'
import { RuntimeInstrumentation } from '@homeostat/runtime'
import type { Mode } from 'homeostat'
import { homeostat } from 'homeostat'
import { measureAll, readTask } from '../measurement.ts'
import { BenchReader, createMeterProvider } from './metrics-sdk.ts'

const COLLECT_EVERY_MS = 10_000

type Instrumentations = NonNullable<Parameters<typeof registerInstrumentations>[0]['instrumentations']>

/** An application that does nothing but to have its metrics collected. */
function collecting(reader: BenchReader, instrumentations: Instrumentations): void {
  const meterProvider = createMeterProvider(reader)
  api.setGlobalMeterProvider(meterProvider)
  registerInstrumentations({ instrumentations, meterProvider })
  setInterval(() => void reader.collect(), COLLECT_EVERY_MS)
}

function signals(loopSampling: LoopSampling): void {
  const runtime = new RuntimeInstrumentation({ loopSampling })
  collecting(new BenchReader([runtime.registry.producer()]), [runtime])
}

function engine(mode: Mode): void {
  const stateDir = mkdtempSync(join(tmpdir(), 'homeostat-bench-'))
  process.once('exit', () => rmSync(stateDir, { recursive: true, force: true }))
  const h = homeostat({ mode, stateDir, service: 'bench' })
  collecting(h.attach(new BenchReader()), [...h.instrumentations])
}

const variants: Record<string, () => void> = {
  bare: () => undefined,
  peer: () => collecting(new BenchReader(), [new RuntimeNodeInstrumentation()]),
  signals: () => signals('iteration'),
  'signals-timer': () => signals('timer'),
  advise: () => engine('advise'),
  act: () => engine('act'),
}

const task = readTask()
variants[task.variant]!()
await measureAll(task, () => ({ work: seconds => sleep(seconds * 1000), slices: 1 }))
