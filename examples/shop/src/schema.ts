import type { Pool } from 'pg'

/** Creates what is missing. There is no index on `orders (customer_id, status)`: somebody forgot it. */
export async function createSchema(pool: Pool): Promise<void> {
  await pool.query(`
    create table if not exists products (
      id int primary key,
      name text not null,
      price numeric(10, 2) not null
    );
    create table if not exists orders (
      id bigint generated always as identity primary key,
      customer_id int not null,
      product_id int not null,
      status text not null,
      total numeric(10, 2) not null,
      note text not null default '',
      created_at timestamptz not null default now()
    );
    create table if not exists daily_sales (
      day date primary key,
      orders int not null
    )`)
}

export interface SeedSize {
  readonly products: number
  readonly customers: number
  readonly orders: number
}

/** A shop that has been open for a year. */
export async function seed(pool: Pool, { products, customers, orders }: SeedSize): Promise<void> {
  await pool.query(
    `insert into products (id, name, price)
     select id, 'Product ' || id, (5 + random() * 195)::numeric(10, 2) from generate_series(1, $1::int) id`,
    [products],
  )
  await pool.query(
    `insert into orders (customer_id, product_id, status, total, note, created_at)
     select 1 + (random() * ($1::int - 1))::int,
            1 + (random() * ($2::int - 1))::int,
            (array['paid', 'shipped', 'delivered', 'returned'])[1 + (random() * 3)::int],
            (5 + random() * 195)::numeric(10, 2),
            repeat('gift wrap, leave at the door. ', 6),
            now() - random() * interval '365 days'
     from generate_series(1, $3::int)`,
    [customers, products, orders],
  )
  await pool.query('analyze products, orders')
}
