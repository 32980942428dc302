/** What is known of the request whose response may be excluded. */
interface AskedRoute {
  /** As it came, and as a framework has rewritten it. */
  readonly url?: string | undefined
  readonly originalUrl?: unknown
}

/** In a name: a router that was mounted where nobody followed, or a route for whatever comes. What it stands for may be anything. */
const ANYTHING = /(?:^|\/)\*(?:\/|$)/

/** How a URL begins that names its host. */
const HOST = /^[a-z][a-z\d+.-]*:\/\/[^/]*/i

/** A segment of a template: a text that the segment of a path is, or begins with. */
interface Segment {
  readonly text: string
  readonly isWhole: boolean
}

/** A template as paths are compared with it. */
interface Pattern {
  readonly segments: readonly Segment[]
  /** Whether anything may follow. */
  readonly isOpen: boolean
}

/**
 * The routes that are never compressed, by template. A route is one of them by its name or by its path: the name is not known where nothing follows
 * the framework, and a mistake here would show a secret (BREACH). So it says yes rather than no: to each path that a template may
 * stand for, and, for a route without a name, also to each path that ends like one, as the template may be that of a router within another.
 *
 * Routes are added and stay: adapters are part of the application and outlive Homeostat.
 */
export class ExcludedRoutes {
  readonly #names = new Set<string>()
  /** By the text of the first segment, and those that begin otherwise. */
  readonly #byFirst = new Map<string, Pattern[]>()
  readonly #others: Pattern[] = []

  get isEmpty(): boolean {
    return this.#names.size === 0
  }

  add(templates: Iterable<string>): void {
    for (const given of templates) {
      const text = withoutMethod(given)
      const template = text.startsWith('/') ? text : `/${text}`
      const isKnown = this.#names.has(template)
      this.#names.add(given).add(text).add(template)
      if (isKnown) continue
      const pattern = patternOf(template)
      const first = pattern.segments[0]
      if (first?.isWhole !== true || first.text.includes(';')) this.#others.push(pattern)
      else this.#byFirst.set(first.text, [...(this.#byFirst.get(first.text) ?? []), pattern])
    }
  }

  /**
   * Whether a route is excluded.
   *
   * @param own - its template as the application says, and `learned` as a router says, where they are known
   * @param firstUrl - the URL of the request before anybody could change it
   */
  has(own: string | undefined, learned: string | undefined, asked: AskedRoute, firstUrl?: string): boolean {
    if (this.isEmpty) return false
    const names = [own, learned].filter(name => name !== undefined)
    if (names.some(name => this.#names.has(name))) return true
    const isNamed = names.some(name => !ANYTHING.test(name))
    const urls = new Set([asked.url, asked.originalUrl, firstUrl])
    return [...urls].some(url => typeof url === 'string' && this.#hasPath(segmentsOf(url), isNamed))
  }

  #hasPath(path: readonly string[], isNamed: boolean): boolean {
    for (let from = 0; from <= (isNamed ? 0 : path.length); from++) {
      // Some routers take what follows a semicolon for parameters.
      const first = path[from]?.replace(/;.*/s, '')
      const likely = first === undefined ? [] : (this.#byFirst.get(first) ?? [])
      const isOne = (pattern: Pattern): boolean => (from === 0 || hasText(pattern)) && fits(pattern, path, from)
      if (likely.some(isOne) || this.#others.some(isOne)) return true
    }
    return false
  }
}

/** A route as priorities of load shedding name it: it may begin with its method, or with several. A URL has a host. */
function withoutMethod(given: string): string {
  return given
    .trim()
    .replace(/^[^/*]*\s/, '')
    .replace(HOST, '')
}

/** Reads the template of any router. */
function patternOf(template: string): Pattern {
  const segments: Segment[] = []
  for (const part of template.split('/')) {
    if (part === '') continue
    // A backslash takes the meaning from a sign, and gives one to a letter.
    const [literal = ''] = /^(?:\\\W|[^\\:*({[?+])*/.exec(part) ?? []
    const text = plain(literal.replaceAll(/\\(.)/g, '$1'))
    const special = part.slice(literal.length)
    if (special === '') {
      segments.push({ text, isWhole: true })
      continue
    }
    // What is optional, repeated or has a pattern may be anything.
    const isOpen = /[\\*({[?+]/.test(special)
    // A group begins with the slash behind it, where it ends the part.
    if (text !== '' || !isOpen) segments.push({ text, isWhole: special === '{' })
    if (isOpen) return { segments, isOpen }
  }
  return { segments, isOpen: false }
}

function hasText({ segments }: Pattern): boolean {
  return segments.some(({ text }) => text !== '')
}

function fits({ segments, isOpen }: Pattern, path: readonly string[], from: number): boolean {
  const length = path.length - from
  if (isOpen ? length < segments.length : length !== segments.length) return false
  return segments.every(({ text, isWhole }, at) => {
    const part = path[from + at]!
    return isWhole ? part === text || part.startsWith(`${text};`) : part.startsWith(text)
  })
}

/** The segments of the path of a URL, also of one that names its host. */
function segmentsOf(url: string): string[] {
  const end = url.search(/[?#]/)
  const path = (end < 0 ? url : url.slice(0, end)).replace(HOST, '')
  return path
    .split('/')
    .filter(part => part !== '')
    .map(plain)
}

/** As routers compare: they decode, and most of them ignore case. */
function plain(part: string): string {
  try {
    return decodeURIComponent(part).toLowerCase()
  } catch {
    return part.toLowerCase()
  }
}
