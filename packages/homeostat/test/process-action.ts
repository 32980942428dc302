import type { Action } from '@homeostat/optimizer'

/** An action without risk that changes this process only. */
export function processAction(
  name: string,
  run: Action['run'] = async () => ({ summary: 'ran', effects: { runs: 1 } }),
): Action {
  return { name, scope: 'process', touches: [name], raises: [], lowers: [], risk: 0, run }
}
