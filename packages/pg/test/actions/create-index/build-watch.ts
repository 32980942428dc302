import { DedicatedClient } from '../../../src/actions/dedicated-client.ts'
import type { BuildWatch } from '../../../src/actions/create-index/build.ts'
import type { Origin } from '../../../src/signals/origin.ts'

/** Watches a build by a connection of its own. */
export function watchOf(origin: () => Origin, settings: BuildWatch['settings'], signal: AbortSignal): BuildWatch {
  return {
    signal,
    settings,
    aside: async work => {
      const client = await DedicatedClient.connect(origin(), AbortSignal.timeout(60_000), () => {})
      try {
        return await work(client)
      } finally {
        await client.close()
      }
    },
  }
}
