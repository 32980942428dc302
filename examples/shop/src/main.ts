// Starts the shop: DATABASE_URL=postgres://... REDIS_URL=redis://... PORT=3000 node main.ts
import { reasonOf } from './availability.ts'
import { tellListening } from './parent.ts'
import { StartError, readSettings } from './settings.ts'
import type { Shop } from './shop.ts'
import { startShop } from './shop.ts'

/** Jobs and requests under way get this long to end. */
const SHUTDOWN_MS = 8000

const say = (line: string): void => console.error(`shop: ${line}`)

const firstLine = (error: unknown): string => String(error).split('\n', 1)[0]!

async function close(shop: Shop): Promise<never> {
  setTimeout(() => process.exit(1), SHUTDOWN_MS).unref()
  try {
    await shop[Symbol.asyncDispose]()
  } catch (error) {
    say(`did not close cleanly (${reasonOf(error)})`)
  }
  process.exit(0)
}

try {
  const shop = await startShop(readSettings(process.env), say)
  let closing: Promise<never> | undefined
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) {
    process.on(event, () => void (closing ??= close(shop)))
  }
  say(`listening on ${shop.url}`)
  tellListening(shop.url)
} catch (error) {
  say(error instanceof StartError ? error.message : `cannot start: ${firstLine(error)}`)
  process.exit(1)
}
