import pg from 'pg'

/** A statement is slow from 200 ms on. */
const SLOW_MS = 400
const ROWS_AT_ONCE = 500_000
const MOST_ROWS = 20_000_000

/** Fills a table without an index until reading the orders of a customer is slow, however fast the machine is. */
export async function fillOrders(url: string, customers: number): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(
      'CREATE TABLE orders (id bigserial, customer int NOT NULL, total numeric NOT NULL, note text NOT NULL)',
    )
    for (let rows = 0, isSlow = false; !isSlow && rows < MOST_ROWS; rows += ROWS_AT_ONCE) {
      await client.query(
        `INSERT INTO orders (customer, total, note)
         SELECT n % $1, n % 97, repeat('x', 40) FROM generate_series(1, $2::int) AS n`,
        [customers, ROWS_AT_ONCE],
      )
      await client.query('ANALYZE orders')
      isSlow = (await quickest(client)) > SLOW_MS
    }
  } finally {
    await client.end()
  }
}

/** The quicker of two runs: the first one reads from the disk. */
async function quickest(client: pg.Client): Promise<number> {
  const durations: number[] = []
  for (let run = 0; run < 2; run++) {
    const startedAt = performance.now()
    await client.query('SELECT * FROM orders WHERE customer = $1', [1])
    durations.push(performance.now() - startedAt)
  }
  return Math.min(...durations)
}
