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

/** A part of the shop that works on several things at once. */
export interface Part {
  concurrency: number
}

/** A crawler that the shop runs. */
export const crawler: Part = { concurrency: 10 }

/** How many checkouts the shop works on at once. */
export const checkoutConcurrency: Knob = {
  ...concurrencyKnob('checkout.concurrency', { concurrency: 20 }),
  touches: ['database'],
  lowers: ['database'],
}

/** The knob of a part's concurrency. */
export function concurrencyKnob(name: string, part: Part): Knob {
  return {
    name,
    scope: 'process',
    keptIn: 'memory',
    bounds: { min: 1, max: 50, step: 10, grain: 1 },
    read: () => part.concurrency,
    compareAndSet(expected, next) {
      if (part.concurrency !== expected) return false
      part.concurrency = next
      return true
    },
  }
}
