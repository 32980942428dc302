// npm run screenshots: the pictures of the READMEs, of the console that a real `npm start` opens, about three minutes in.
import { spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { startBrowser } from './browser.ts'

const LOOKS = ['dark', 'light'] as const
const ADDRESS = /^Look at it in a browser: (http\S+)/
/** A verdict that a busy machine delays is awaited for so long: the demonstration ends soon afterwards. */
const LONGEST_MS = 150_000
const MOST_BYTES = 182_000

const root = fileURLToPath(new URL('../../..', import.meta.url))
const demo = spawn(process.execPath, ['examples/shop/src/demo.ts', ...process.argv.slice(2)], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
})
const ended = new Promise<never>((_, reject) =>
  demo.once('exit', code => reject(new Error(`npm start has ended with code ${code} before there was a picture`))),
)

try {
  await Promise.race([ended, takePictures(await Promise.race([ended, addressIn(demo.stdout)]))])
} finally {
  demo.removeAllListeners('exit')
  const isOver = new Promise(resolve => demo.once('exit', resolve))
  // It ends its servers by itself.
  if (demo.exitCode === null && demo.kill('SIGINT')) await isOver
}
process.exit()

async function addressIn(output: NodeJS.ReadableStream): Promise<string> {
  return new Promise(resolve => {
    createInterface({ input: output }).on('line', line => {
      console.log(line)
      const [, address] = ADDRESS.exec(line.trim()) ?? []
      if (address !== undefined) resolve(address)
    })
  })
}

async function takePictures(address: string): Promise<void> {
  await using browser = await startBrowser({ viewport: { width: 1320, height: 860 } })
  const tab = await browser.context.newPage()
  await tab.goto(address)
  const verdict = tab.locator('#trials .pill', { hasText: /^effective$/ }).first()
  await verdict
    .waitFor({ timeout: LONGEST_MS })
    .catch(() => console.log('no action is effective yet: the picture shows none'))
  const sizes: number[] = []
  for (const colorScheme of LOOKS) {
    await tab.emulateMedia({ colorScheme })
    // Charts are drawn again in one of the next frames.
    await tab.waitForTimeout(1000)
    const path = fileURLToPath(new URL(`../docs/console-${colorScheme}.png`, import.meta.url))
    await tab.screenshot({ path })
    const { size } = await stat(path)
    console.log(`${path}: ${size} bytes`)
    sizes.push(size)
  }
  if (Math.max(...sizes) > MOST_BYTES) throw new Error(`a picture is larger than ${MOST_BYTES} bytes`)
}
