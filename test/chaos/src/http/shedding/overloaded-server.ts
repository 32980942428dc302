import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import underPressure from '@fastify/under-pressure'
import Fastify from 'fastify'
import { homeostat } from 'homeostat'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { sheddingForFastify } from '@homeostat/http'

/** What protects the server. */
export type Protection = 'bare' | 'under-pressure' | 'homeostat'

const protection = process.argv[2] as Protection
const workMs = Number(process.argv[3])
/** How often the heap is collected, in milliseconds; not at all by itself where it is missing. */
const collectEveryMs = Number(process.argv[4] ?? 0)

const sleeper = new Int32Array(new SharedArrayBuffer(4))

/**
 * Holds the event loop for a fixed time, as synchronous work does. It does not use the CPU, so the capacity of the server does not depend on what else
 * the machine does; everything around it does: parsing, routing, refusing.
 */
function work(): { heldMs: number } {
  Atomics.wait(sleeper, 0, 0, workMs)
  return { heldMs: workMs }
}

/** A heap whose collection takes a tenth of a second, as that of an application with a cache does. */
function collectOften(): void {
  const kept = Array.from({ length: 600_000 }, (_, id) => ({ id, name: `item ${id}` }))
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  setInterval(() => {
    kept[0] = { id: kept.length, name: 'new' }
    collect()
  }, collectEveryMs)
}

const h =
  protection === 'homeostat'
    ? homeostat({
        mode: 'act',
        http: { shed: { priorities: { '/priority': 'high' } } },
      })
    : undefined
if (h !== undefined) registerInstrumentations({ instrumentations: [...h.instrumentations] })
const app = Fastify()
if (h !== undefined) await app.register(sheddingForFastify())
// The limits of its README, without those of memory: Node alone has more than the 100 MB that they allow, so it would refuse everything.
if (protection === 'under-pressure')
  await app.register(underPressure, { maxEventLoopDelay: 1000, maxEventLoopUtilization: 0.98 })

app.get('/items/:id', () => work())
app.get('/priority', () => work())
app.get('/health', () => 'ok')
if (collectEveryMs > 0) collectOften()
await app.listen({ port: 0, host: '127.0.0.1' })
process.send!({ origin: app.listeningOrigin })
process.on('disconnect', () => process.exit())
