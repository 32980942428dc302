// The application of `npm run bench -- register`: loads its libraries, listens, and prints how many milliseconds Node has run by then.
import { createServer } from 'node:http'
import { Redis } from 'ioredis'
import pg from 'pg'

const pool = new pg.Pool({ max: 2 })
const redis = new Redis({ lazyConnect: true })
createServer((_request, response) => response.end(String(pool.totalCount) + redis.status)).listen(
  0,
  '127.0.0.1',
  () => {
    console.log(performance.now())
    process.exit()
  },
)
