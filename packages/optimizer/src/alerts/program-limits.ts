/** Rules that are loaded at most; evaluating more would take a tenth of a second of CPU at each tick. */
export const MOST_RULES = 20_000

/** Responses that are loaded at most. */
export const MOST_RESPONSES = 10_000
