/** @default of `worth`: the smallest relative improvement worth having */
export const WORTH = 0.15

/** The same as the logarithm of a ratio, turned so that less is better. */
export function worthwhile(direction: 'up' | 'down', worth: number): number {
  return direction === 'down' ? Math.log(1 - worth) : -Math.log(1 + worth)
}
