import type { Action } from '@homeostat/optimizer'

/** An action that costs nothing: what is measured is the loop around it. */
export const TOUCH: Action = {
  name: 'plant.touch',
  scope: 'process',
  touches: ['plant'],
  raises: [],
  lowers: ['plant'],
  risk: 0,
  run: async () => ({ summary: 'touched', effects: { plants: 1 } }),
}
