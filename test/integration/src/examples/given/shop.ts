import type { Knob } from '@homeostat/optimizer'

/** A product of the shop. */
export interface Product {
  readonly id: string
  readonly name: string
}

/** A session of a visitor. */
export interface Session {
  readonly user: string
}

export const sessions: Map<string, Session> = new Map()

export const id = 'a'

export const session: Session = { user: 'Ada' }

export const body = 'an image'

export const now: number = Date.now()

export async function bestSellers(most: number): Promise<string[]> {
  return ['1', '2', '3'].slice(0, most)
}

export async function findProduct(id: string): Promise<Product | undefined> {
  return { id, name: `product ${id}` }
}

let checkouts = 20

/** How many checkouts the shop works on at once. */
export const checkoutConcurrency: Knob = {
  name: 'checkout.concurrency',
  scope: 'process',
  keptIn: 'memory',
  bounds: { min: 1, max: 50, step: 10, grain: 1 },
  touches: ['database'],
  lowers: ['database'],
  read: () => checkouts,
  compareAndSet(expected, next) {
    if (checkouts !== expected) return false
    checkouts = next
    return true
  },
}

/** A crawler that the shop runs. */
export const crawler: { concurrency: number } = { concurrency: 10 }
