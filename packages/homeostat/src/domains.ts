import { bullmq } from '@homeostat/bullmq/domain'
import { cache } from '@homeostat/cache/domain'
import { ioredis } from '@homeostat/ioredis/domain'
import type { Domain, Mode } from '@homeostat/optimizer'
import { pg } from '@homeostat/pg/domain'
import { runtime } from '@homeostat/runtime/domain'
import type { HomeostatOptions } from './options.ts'

/** Everything Homeostat is made of, with the mode each package was given. */
export function domainsOf(options: HomeostatOptions): (readonly [domain: Domain, mode: Mode | undefined])[] {
  const domains: (readonly [Domain, Mode | undefined])[] = []
  const add = <O extends object>(
    given: (O & { readonly mode?: Mode }) | false | undefined,
    create: (own?: O) => Domain,
  ): void => {
    if (given !== false) domains.push([create(given), given?.mode])
  }

  // `memory.cleanup` asks every package for what it can give back, also those listed later.
  const reclaimers = () => domains.flatMap(([domain]) => domain.reclaimers)
  add(options.runtime, own => runtime({ ...own, reclaimers }))
  add(options.cache, cache)
  add(options.ioredis, ioredis)
  add(options.bullmq, bullmq)
  add(options.pg, pg)
  for (const domain of options.domains ?? []) domains.push([domain, undefined])
  return domains
}
