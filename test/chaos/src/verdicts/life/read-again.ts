import { parseSavedHistory, type Histories, type SavedHistory } from '@homeostat/optimizer/parts'

/** The histories as the next process reads them. */
export function readAgain(histories: Histories): [key: string, history: SavedHistory][] {
  const saved = JSON.parse(JSON.stringify(histories.save())) as Readonly<Record<string, unknown>>
  return Object.entries(saved).map(([key, value]) => {
    const history = parseSavedHistory(value)
    if (history === undefined) throw new Error(`the saved history ${key} was not read again`)
    return [key, history]
  })
}
