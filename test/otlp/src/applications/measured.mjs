// An application that has a counter of its own, from whatever SDK its flags have started.
import { createRequire } from 'node:module'

const { metrics } = createRequire(process.env.SDK_FOLDER ?? import.meta.url)('@opentelemetry/api')
metrics.getMeter('shop').createCounter('shop.orders').add(7)
setTimeout(() => console.log('done'), Number(process.env.RUNS_MS))
