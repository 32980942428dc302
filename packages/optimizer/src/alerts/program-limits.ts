/** Rules that are loaded at most; evaluating more would take a tenth of a second of CPU at each tick. */
export const MOST_RULES = 20_000

/** Responses that are loaded at most. */
export const MOST_RESPONSES = 10_000

/** Alerts of one rule; a rule that finds more is one per user, key or request, and nobody reads so many. */
export const MOST_ALERTS_OF_RULE = 1000
