import { startRedis, type Redis as Server } from '@homeostat/services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll } from 'vitest'

/** A Redis server of the test file's own, which its tests may misconfigure, and a connection to it. */
export class OwnRedis {
  server!: Server
  admin!: Redis

  constructor(args: readonly string[] = []) {
    beforeAll(async () => {
      this.server = await startRedis({ from: ['path', 'debian-packages'], args })
      this.admin = new Redis(this.server.url)
    })
    afterAll(async () => {
      this.admin.disconnect()
      await this.server.stop()
    })
  }
}
