// npm run screenshots -w @homeostat/console: takes the picture of the README, of a shop that has run for two minutes.
import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { openConsole } from '@homeostat/console'
import { startBrowser } from './browser.ts'
import { shownShop } from './shown-shop.ts'

/** Enough for verdicts. */
const TICKS = 1200
const MOST_BYTES = 200_000

const picture = fileURLToPath(new URL('../docs/console.png', import.meta.url))

await using shop = await shownShop({ runtime: false, forecast: false })
await using page = await openConsole(shop.h, { port: 0 })
await using browser = await startBrowser({ colorScheme: 'dark', viewport: { width: 1320, height: 960 } })
const tab = await browser.context.newPage()
await tab.goto(page.address)
await shop.run(TICKS)
await tab.screenshot({ path: picture })
const { size } = await stat(picture)
console.log(`${picture}: ${size} bytes`)
if (size > MOST_BYTES) throw new Error(`the picture is larger than ${MOST_BYTES} bytes`)
process.exit(0)
