import { bullmq } from '@homeostat/bullmq/domain'
import { cache } from '@homeostat/cache/domain'
import { forecast } from '@homeostat/forecast/domain'
import { ioredis } from '@homeostat/ioredis/domain'
import type { Domain, Mode } from '@homeostat/optimizer'
import { pg } from '@homeostat/pg/domain'
import { runtime } from '@homeostat/runtime/domain'
import type { DomainWithMode } from './options/modes.ts'
import type { HomeostatOptions } from './options/options.ts'

/** Everything Homeostat is made of, with the mode each package was given. */
export function domainsOf(options: HomeostatOptions): DomainWithMode[] {
  const own = options.domains ?? []
  const domains: DomainWithMode[] = []
  const add = <O extends object>(
    name: string,
    given: (O & { readonly mode?: Mode }) | false | undefined,
    create: (own?: O) => Domain,
  ): void => {
    if (given === false || own.some(domain => domain.name === name)) return
    const { mode, ...options } = given ?? ({} as O & { readonly mode?: Mode })
    domains.push([create(options as unknown as O), mode])
  }

  // `memory.cleanup` asks every package for what it can give back, also those listed later.
  const reclaimers = () => domains.flatMap(([domain]) => domain.reclaimers)
  add('runtime', options.runtime, given => runtime({ ...given, reclaimers }))
  add('cache', options.cache, cache)
  add('ioredis', options.ioredis, ioredis)
  add('bullmq', options.bullmq, bullmq)
  add('pg', options.pg, pg)
  add('forecast', options.forecast, forecast)
  for (const domain of own) domains.push([domain, undefined])
  return domains
}
