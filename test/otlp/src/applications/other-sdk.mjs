// A preload that starts an SDK by itself, after a moment, as a vendor's register does.
import { setTimeout as sleep } from 'node:timers/promises'
import { metrics } from '@opentelemetry/api'
import { MeterProvider } from '@opentelemetry/sdk-metrics'

await sleep(Number(process.env.OTHER_AFTER_MS))
metrics.setGlobalMeterProvider(new MeterProvider())
