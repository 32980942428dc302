/** @default of `worth`: the smallest relative improvement worth having */
export const WORTH = 0.15

/** @default of `harm`: the smallest relative worsening that counts as harm */
export const HARM = 0.05

/** An improvement of `worth` as the logarithm of a ratio, turned so that less is better. */
export function worthwhile(direction: 'up' | 'down', worth: number): number {
  return direction === 'down' ? Math.log(1 - worth) : -Math.log(1 + worth)
}

/** A worsening of `harm` as the logarithm of a ratio, turned so that more is worse. */
export function noticeable(direction: 'up' | 'down', harm: number): number {
  return direction === 'down' ? Math.log(1 + harm) : -Math.log(1 - harm)
}
