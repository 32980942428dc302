import type { Board } from '../board.ts'
import { cache } from './cache.ts'
import { database } from './database.ts'
import { forecast } from './forecast.ts'
import { http } from './http.ts'
import { optimizer } from './optimizer.ts'
import { overview } from './overview.ts'
import { queues } from './queues.ts'
import { runtime } from './runtime.ts'

/** One overview, one for the loop, one for each domain. */
export const boards: readonly Board[] = [overview, optimizer, runtime, http, database, cache, queues, forecast]
