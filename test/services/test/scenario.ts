// A program that starts servers, says which, and then ends in the way its argument names.
import { setTimeout as delay } from 'node:timers/promises'
import { startPostgres, startRedis, type PostgresOptions } from '../src/index.ts'
import { postgresTraces, redisTraces } from './traces.ts'

const [way = 'return', from] = process.argv.slice(2)
const options: PostgresOptions = from === 'debian' || from === 'embedded' ? { from: [from] } : {}

if (way === 'own-handler') {
  process.on('SIGTERM', () => {
    console.log('the application drains')
    setTimeout(() => process.exit(5), 50)
  })
}

try {
  const [postgres, redis] = await Promise.all([startPostgres(options), startRedis()])
  const traces = [await postgresTraces(postgres.url), await redisTraces(redis.url)]
  console.log(JSON.stringify({ traces, postgres: { ...postgres, url: postgres.url }, redis }))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(3)
}

if (way === 'exit') process.exit(7)
if (way === 'crash') {
  setTimeout(() => {
    throw new Error('a bug of the application')
  }, 1)
}
if (way === 'wait' || way === 'own-handler') await delay(60_000)
