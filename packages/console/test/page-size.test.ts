import { get } from 'node:http'
import { openConsole } from '@homeostat/console'
import { expect, test } from 'vitest'
import { shownShop } from './shown-shop.ts'

/** What one visit may load, compressed. */
const MOST_BYTES = 60_000
const FILES = ['/', '/console.js', '/console.css', '/icon.svg']

/** The length of an answer as it goes over the wire. */
function compressedLength(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': 'gzip' } }, response => {
      expect(response.headers['content-encoding']).toBe('gzip')
      let length = 0
      response.on('data', (chunk: Buffer) => (length += chunk.length))
      response.on('end', () => resolve(length))
    }).on('error', reject)
  })
}

test(`the built page is at most ${MOST_BYTES / 1000} kB, compressed`, async () => {
  await using shop = await shownShop()
  await using page = await openConsole(shop.h, { port: 0 })
  const lengths = await Promise.all(FILES.map(file => compressedLength(page.address + file)))
  const total = lengths.reduce((sum, length) => sum + length, 0)
  console.log(`page: ${FILES.map((file, index) => `${file} ${lengths[index]}`).join(', ')}; ${total} bytes compressed`)
  expect(total).toBeGreaterThan(10_000)
  expect(total).toBeLessThanOrEqual(MOST_BYTES)
})

test('the built page names no address to load from', async () => {
  await using shop = await shownShop()
  await using page = await openConsole(shop.h, { port: 0 })
  for (const file of FILES) {
    const text = await (await fetch(page.address + file)).text()
    // Names of XML namespaces are not loaded.
    const addresses = [...text.matchAll(/https?:\/\/[\w.-]+/g)].map(([address]) => address)
    expect(new Set(addresses.filter(address => address !== 'http://www.w3.org'))).toEqual(new Set())
    expect(text).not.toMatch(/sourceMappingURL/)
  }
})
