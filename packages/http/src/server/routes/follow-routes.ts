import { disposeTogether } from '@homeostat/signals'
import { followExpressMounts } from './express-mounts.ts'
import { followFastify } from './fastify-routes.ts'
import { followKoa } from './koa-contexts.ts'

/** Learns the routes of all supported frameworks that the process loads or has loaded. */
export function followRoutes(report: (error: unknown) => void): Disposable {
  return disposeTogether(followFastify(report), followExpressMounts(report), followKoa(report))
}
