// The built-in domains: one line each, and the only place in `homeostat` that names them. A name here is the name of the domain, of its
// option of `homeostat()` and of its folder. Their order is that of the `place` in each definition.
export { definition as bullmq } from '@homeostat/bullmq/domain'
export { definition as cache } from '@homeostat/cache/domain'
export { definition as forecast } from '@homeostat/forecast/domain'
export { definition as http } from '@homeostat/http/domain'
export { definition as ioredis } from '@homeostat/ioredis/domain'
export { definition as pg } from '@homeostat/pg/domain'
export { definition as runtime } from '@homeostat/runtime/domain'
