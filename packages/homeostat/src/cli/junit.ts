/** The results of one rule test file. */
export interface JunitSuite {
  readonly name: string
  /** A file that cannot be read is an error, not a failure. */
  readonly readable: boolean
  readonly startedAt: Date
  readonly cases: readonly { readonly name: string; readonly errors: readonly string[] }[]
}

/** Test results as JUnit XML, laid out as promtool's `--junit`. */
export function junitXml(suites: readonly JunitSuite[]): string {
  return `<testsuites>${suites.map(suiteXml).join('')}</testsuites>`
}

function suiteXml({ name, readable, startedAt, cases }: JunitSuite): string {
  const count = cases.reduce((sum, { errors }) => sum + errors.length, 0)
  const attributes = {
    name,
    tests: cases.length,
    failures: readable ? count : 0,
    errors: readable ? 0 : 1,
    skipped: 0,
    timestamp: readable ? localTime(startedAt) : '',
  }
  const tests = cases.map(each => {
    const found = readable
      ? each.errors.map(error => element('failure', error))
      : [element('error', each.errors.join('\n'))]
    return `<testcase name="${escaped(readable ? each.name : 'unknown')}">${found.join('')}</testcase>`
  })
  const written = Object.entries(attributes).map(([key, value]) => `${key}="${escaped(String(value))}"`)
  return `<testsuite ${written.join(' ')}>${tests.join('')}</testsuite>`
}

function element(tag: string, text: string): string {
  return `<${tag}>${escaped(text)}</${tag}>`
}

/** As Go's `encoding/xml` writes texts; what XML cannot hold becomes U+FFFD. */
function escaped(text: string): string {
  return text.replaceAll(/["'&<>\t\n\r]|[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, char => {
    if (!/["'&<>\t\n\r]/.test(char)) return '\uFFFD'
    const named: Readonly<Record<string, string>> = {
      '&': '&amp;',
      '<': '&lt;',
      '>': '&gt;',
      '"': '&#34;',
      "'": '&#39;',
    }
    return named[char] ?? `&#x${char.charCodeAt(0).toString(16).toUpperCase()};`
  })
}

/** Local time without a zone, to the second. */
function localTime(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day}T${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`
}
