import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const REQUESTS = 4
const CLIENT = 'http.client.request.duration'
const SERVER = 'http.server.request.duration'

/** How many requests each scope has exported, by metric. */
async function counts(options: { exportDoubles: boolean; isTwice?: boolean }) {
  const script = fileURLToPath(new URL('../src/applications/reported-once.cjs', import.meta.url))
  const env = { ...process.env, OTEL_SEMCONV_STABILITY_OPT_IN: 'http' }
  const given = JSON.stringify({ requests: REQUESTS, ...options })
  const { stdout } = await promisify(execFile)(process.execPath, [script, given], { env })
  return (JSON.parse(stdout.trim().split('\n').at(-1)!) as { counts: Record<string, Record<string, number>> }).counts
}

test('each scope reports each request once, whoever else measures it', async () => {
  expect(await counts({ exportDoubles: true })).toEqual({
    [CLIENT]: {
      '@opentelemetry/instrumentation-undici': REQUESTS,
      '@opentelemetry/instrumentation-http': REQUESTS,
      '@homeostat/http': 2 * REQUESTS,
    },
    [SERVER]: { '@opentelemetry/instrumentation-http': 2 * REQUESTS, '@homeostat/http': 2 * REQUESTS },
  })
})

test('with exportDoubles: false each request is exported once: by the instrumentation of OpenTelemetry', async () => {
  expect(await counts({ exportDoubles: false })).toEqual({
    [CLIENT]: { '@opentelemetry/instrumentation-undici': REQUESTS, '@opentelemetry/instrumentation-http': REQUESTS },
    [SERVER]: { '@opentelemetry/instrumentation-http': 2 * REQUESTS },
  })
})

test('two Homeostats of one process export each request once through one reader', async () => {
  const [one, two] = await Promise.all([
    counts({ exportDoubles: true }),
    counts({ exportDoubles: true, isTwice: true }),
  ])
  expect(two).toEqual(one)
})
