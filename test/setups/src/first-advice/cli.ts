// npm run first-advice: how long a newcomer takes from `npm install` to the first explained advice.
import { parseArgs } from 'node:util'
import { firstAdvice } from './first-advice.ts'

const HELP = `From npm install in a new Express, pg, ioredis and BullMQ application to the first explained advice, with one flag.

Usage: npm run first-advice

It packs the packages, starts servers, installs the application in a temporary folder, and removes all of it.`

const { values } = parseArgs({ options: { help: { type: 'boolean', default: false } } })
if (values.help) console.log(HELP)
else {
  const { installMs, adviceMs, text } = await firstAdvice(progress => console.error(`first-advice: ${progress}`))
  console.log(text)
  console.log(
    `npm install took ${(installMs / 1000).toFixed(0)} s; the first advice came after ${(adviceMs / 1000).toFixed(0)} s: ` +
      `at most 300 s, ${adviceMs <= 300_000 ? 'met' : 'not met'}`,
  )
}
