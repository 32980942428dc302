// Is bundled by the tests: an application with every library that is patched. It prints its start line and its report.
import { Queue } from 'bullmq'
import { homeostat } from 'homeostat'
import { Redis } from 'ioredis'
import pg from 'pg'

const h = homeostat({ autoStart: false, environment: {}, log: { info: console.log, warn: console.log } })
for (const instrumentation of h.instrumentations) instrumentation.enable()
// As an application would use them: a bundler leaves out what nobody uses.
console.log([pg.Pool, Redis, Queue].map(each => typeof each))
// No await at the top: the bundle may be CommonJS.
async function report(): Promise<void> {
  await h.optimizePerformance()
  console.log(String(h.report()))
  // The lines are written after the tick.
  setTimeout(() => process.exit(0), 20)
}

void report()
