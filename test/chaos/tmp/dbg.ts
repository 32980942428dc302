import { startRedis } from '@homeostat/services'
import { runFleet } from '../src/fleet/fleet-trial.ts'
import { Redis } from 'ioredis'
await using server = await startRedis({ log: l => console.log(l) })
const t = Date.now()
const log = (...a: unknown[]) => console.log(Date.now() - t, ...a)
const c = new Redis(server.url)
c.on('close', () => log('closed'))
c.on('error', e => log('error', e.message))
const iv = setInterval(
  () =>
    void c.llen('chaos:effects').then(
      n => log('effects', n),
      e => log(e.message),
    ),
  1000,
)
const r = await runFleet({
  engine: 'redis',
  url: server.url,
  processes: 8,
  epochMs: 500,
  durationMs: 3000,
  outageMs: 1000,
  fenced: true,
  seed: 1,
}).catch(e => log('REJ', e.message))
log(r && r.effects.length)
clearInterval(iv)
c.disconnect()
