/** A longer token is not taken. */
export const LONGEST_TOKEN = 1000

/** Whether the header of a request can carry a token: it drops spaces at the ends, and has one byte per character. */
export function isSendable(token: string): boolean {
  return /^(?! )[\u0020-\u007e\u00a1-\u00ff]+(?<! )$/.test(token) && token.length <= LONGEST_TOKEN
}
