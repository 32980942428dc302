/** What a visitor does. */
export type VisitKind = 'product' | 'front' | 'buy' | 'search' | 'crawl' | 'sale' | 'bill'

/** One request, as the seed has drawn it: every lane gets the same at the same time. */
export interface Visit {
  /** When it is due, in milliseconds since the load began. */
  readonly dueMs: number
  readonly kind: VisitKind
  /** Uniform in [0, 1): which product, customer or session. */
  readonly first: number
  readonly second: number
}

/** Visits of one kind, so many per second on average. */
export interface Stream {
  readonly kind: VisitKind
  /** `clock`: always the same time apart, as what a timer begins. @default at random times, as of people who know nothing of each other */
  readonly pace?: 'clock'
  readonly perSecond: number
  readonly fromMs: number
  readonly toMs: number
}

/** The route of the shop that a visit asks for, by method and path: what a shop counts of what it receives. */
export const ROUTES: Readonly<Record<VisitKind, string>> = {
  product: 'GET /products/:id',
  front: 'GET /',
  crawl: 'GET /',
  buy: 'POST /orders',
  search: 'GET /orders',
  sale: 'GET /sale',
  bill: 'POST /invoices',
}
