import { createRandom } from '@homeostat/lab/scenarios'

const WORDS =
  'alpha beta gamma delta order user cart paid pending shipped city street name email total price item quantity'.split(
    ' ',
  )

/** JSON as services send it: lists of orders, a catalogue, time series, one record with nested parts. From 300 bytes to 60 kB. */
export function jsonBodies(count: number, seed: number): readonly Buffer[] {
  const random = createRandom(seed)
  const whole = (below: number): number => Math.floor(random() * below)
  const word = (): string => WORDS[whole(WORDS.length)]!
  const order = (): object => ({
    id: whole(1e9).toString(36),
    customer: `user-${whole(1e6)}@example.com`,
    status: word(),
    total: whole(100_000) / 100,
    note: Array.from({ length: 12 }, word).join(' '),
    created: new Date(1.7e12 + whole(1e10)).toISOString(),
  })
  const product = (): object => ({
    sku: `SKU-${whole(1e7)}`,
    title: `${word()} ${word()}`,
    price: { amount: whole(10_000), currency: 'EUR' },
    tags: Array.from({ length: 4 }, word),
    stock: whole(500),
  })
  const list = (length: number, make: () => object): object[] => Array.from({ length }, make)
  const kinds = [
    () => list(1 + whole(260), order),
    () => ({ products: list(1 + whole(300), product), page: 1 }),
    () => ({
      series: list(1 + whole(8), () => ({ name: word(), points: Array.from({ length: 200 }, () => random()) })),
    }),
    () => ({ order: order(), lines: list(1 + whole(20), product), address: { street: word(), city: word() } }),
  ]
  return Array.from({ length: count }, (_, index) => Buffer.from(JSON.stringify(kinds[index % kinds.length]!())))
}
