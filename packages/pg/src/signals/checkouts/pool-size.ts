/** No pool is larger than this. */
const MOST_CONNECTIONS = 10_000
/** A call waits for longer than a checkout lasts with at most this probability. */
const LATE = 0.01

/**
 * How many connections a pool needs, so that at most one call in a hundred waits for a connection for longer than a checkout lasts on
 * average: the smallest `c` with `C(c, a) * exp(a - c) <= 0.01`, where `a` is the mean number of connections in use and `C` is Erlang's
 * formula of the probability of waiting.
 *
 * Calls are taken to come at random (M/M/c). That is a lower bound for calls that come in bursts.
 *
 * Source: A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in automatic telephone exchanges"
 * (1917); L. Kleinrock, "Queueing Systems I" (1975), section 3.5.
 *
 * @param busy - mean number of connections in use
 * @returns at least 1; undefined for a number that is not one
 */
export function connectionsNeeded(busy: number): number | undefined {
  if (!(busy >= 0) || busy > MOST_CONNECTIONS) return undefined
  // Erlang's B of 0 servers, and the recursion over their number: stable, and linear in what it looks at.
  let blocking = 1
  for (let c = 1; c <= 2 * MOST_CONNECTIONS; c++) {
    blocking = (busy * blocking) / (c + busy * blocking)
    if (c <= busy) continue
    const waiting = blocking / (1 - (busy / c) * (1 - blocking))
    if (waiting * Math.exp(busy - c) <= LATE) return c
  }
  return undefined
}
