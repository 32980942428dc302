import type { Canaries } from './canaries.ts'

/** Connection strings with a password, as people mistype them: 40 spellings. Nothing answers at any of them. */
export function malformedUrls(scheme: 'postgres' | 'redis', canary: Canaries): readonly (readonly [string, string])[] {
  const spellings: readonly ((secret: string) => string)[] = [
    secret => `${scheme}://svc:48/${secret}@127.0.0.1:1/db`,
    secret => `${scheme}://svc:48?${secret}@127.0.0.1:1/db`,
    secret => `${scheme}://svc:48#${secret}@127.0.0.1:1/db`,
    secret => `${scheme}://svc:a/${secret}@127.0.0.1:1/db`,
    secret => `${scheme}://svc:a?${secret}@127.0.0.1:1/db`,
    secret => `${scheme}://svc:a#${secret}@127.0.0.1:1/db`,
    secret => `${scheme}://svc:${secret}/x@127.0.0.1:1/db`,
    secret => `${scheme}://svc:${secret}?x@127.0.0.1:1/db`,
    secret => `${scheme}://svc:${secret}#x@127.0.0.1:1/db`,
    secret => `${scheme}://svc:${secret}@@127.0.0.1:1/db`,
    secret => `${scheme}://svc:@${secret}@127.0.0.1:1/db`,
    secret => `${scheme}://svc:%zz${secret}@127.0.0.1:1/db`,
    secret => `${scheme}://svc:${secret}%40127.0.0.1:1/db`,
    secret => `${scheme}://svc:[${secret}]@127.0.0.1:1/db`,
    secret => `${scheme}://svc:${secret} x@127.0.0.1:1/db`,
    secret => `${scheme}://svc:${secret}\\@127.0.0.1:1/db`,
    secret => `${scheme}://svc@x:${secret}:127.0.0.1:1/db`,
    secret => `${scheme}://:${secret}@127.0.0.1:1/db`,
    secret => `${scheme}://${secret}@127.0.0.1:1/db`,
    secret => `${scheme}://svc:${secret}@127.0.0.1:port/db`,
    secret => `${scheme}://svc:${secret}@127.0.0.1:99999/db`,
    secret => `${scheme}://svc:${secret}@127.0.0.1:1:2/db`,
    secret => `${scheme}:/svc:${secret}@127.0.0.1:1/db`,
    secret => `${scheme}:svc:${secret}@127.0.0.1:1/db`,
    secret => `${scheme}//svc:${secret}@127.0.0.1:1/db`,
    secret => `${scheme}:://svc:${secret}@127.0.0.1:1/db`,
    secret => `svc:${secret}@127.0.0.1:1/db`,
    secret => `svc:${secret}`,
    secret => `//svc:${secret}@127.0.0.1:1/db`,
    secret => `/tmp/none:${secret}@x db`,
    secret => `/tmp/none db ${secret}`,
    secret => `host=127.0.0.1 port=1 password=${secret} dbname=db`,
    secret => `host:127.0.0.1 password:${secret}`,
    secret => `jdbc:${scheme}ql://127.0.0.1:1/db?user=svc&password=${secret}`,
    secret => `${scheme}://127.0.0.1:1/db?password=${secret}`,
    secret => `${scheme}://127.0.0.1:1/db;password=${secret}`,
    secret => `${scheme}://127.0.0.1:1/svc:${secret}@db`,
    secret => `"${scheme}://svc:${secret}@127.0.0.1:1/db"`,
    secret => ` ${scheme}://svc:48/${secret}@127.0.0.1:1/db`,
    secret => `${scheme.toUpperCase()}://svc:48/${secret}@127.0.0.1:1/db\n`,
  ]
  return spellings.map((spell, index) => {
    const place = `${scheme} URL ${index + 1}`
    return [place, spell(canary(place))] as const
  })
}
