// Is bundled by the tests: an application without a library that could be measured.
import { homeostat } from 'homeostat'

const h = homeostat({ autoStart: false, environment: {}, log: { info: console.log, warn: console.log } })
for (const instrumentation of h.instrumentations) instrumentation.enable()
// The start line is written after the tick.
void h.optimizePerformance().then(() => setTimeout(() => process.exit(0), 20))
