import { expect, test } from 'vitest'
import { createRules, createStore } from '../src/index.ts'

/** The annotation of an alert on `x{disk="a"}` with the value. */
function expanded(template: string, value = 1234.5): string | undefined {
  const store = createStore()
  const rules = createRules([{ alert: 'A', expr: 'x', annotations: { text: template } }], store, {
    externalLabels: { cluster: 'blue' },
    externalUrl: 'http://prometheus.example/prom/',
  })
  if (rules.rejected[0] !== undefined) return rules.rejected[0].message.split(';')[0]
  store.series({ name: 'x', labels: { disk: 'a' } }).append(1000, value)
  return rules.evaluate(1000).alerts[0]?.annotations['text']
}

// What each gives was compared with promtool's own answer.
test.each([
  ['{{ $labels }} {{ .Value }}', 'map[__name__:x disk:a] 1234.5'],
  ['{{ if gt $value 1000.0 }}large{{ else if eq $labels.disk "b" }}b{{ else }}small{{ end }}', 'large'],
  ['{{ if lt $value 1000.0 }}x{{ else if eq $labels.disk "b" "a" }}{{ if true }}inner{{ end }}{{ end }}', 'inner'],
  ['{{ if not $labels.nope }}none{{ end }}{{ if 0 }}never{{ end }}', 'none'],
  ['{{ and $labels.disk "y" }} {{ or "" "z" }} {{ ne 1 2 }} {{ le 2.0 2.0 }} {{ ge "a" "b" }}', 'y z true true false'],
  ['{{ $externalLabels.cluster }} {{ $externalURL }} {{ pathPrefix }}', 'blue http://prometheus.example/prom/ /prom/'],
  ['{{ $value | humanizeTimestamp }}', '1970-01-01 00:20:34.5 +0000 UTC'],
  ['{{ humanizeTimestamp 1.5e9 }}', '2017-07-14 02:40:00 +0000 UTC'],
  ['{{ humanize "1e10" }} {{ humanize1024 1048576 }} {{ humanizeDuration -61 }}', '10G 1Mi -1m 1s'],
  [
    '{{ printf "%5.1f|%-8.2e|%+d|%05d|%q|%x|%t" $value $value 5 42 "q" "hi" true }}',
    '1234.5|1.23e+03|+5|00042|"q"|6869|true',
  ],
  ['{{ printf "%s %d %d" $value 1 }}', '%!s(float64=1234.5) 1 %!d(MISSING)'],
  ['{{ printf "x" 1 "b" }}', 'x%!(EXTRA int=1, string=b)'],
  ['{{ printf "%.1f %.1f %.0f" 0.25 0.35 2.5 }}', '0.2 0.3 2'],
  ['{{ print "a" 1 2 "b" }}', 'a1 2b'],
  ['{{ stripPort "[::1]:80" }} {{ stripDomain "host.example.com:80" }} {{ len "é" }}', '::1 host:80 2'],
  ['{{ parseDuration "1h" }} {{ "it is a-test" | title }} {{ `raw` }}', '3600 It Is A-Test raw'],
])('%j reads %j', (template, text) => {
  expect(expanded(template)).toBe(text)
})

test('a large value has an exponent, as Go prints it', () => {
  expect(expanded('{{ $value }}', 1_234_567.5)).toBe('1.2345675e+06')
  expect(expanded('{{ $value }}', 123_456)).toBe('123456')
})

test('a template that fails on its data says so in its place, and the alert is there', () => {
  expect(expanded('{{ gt $value 1000 }}')).toBe(
    '<error expanding template: error executing template __alert_A: incompatible types for comparison>',
  )
  expect(expanded('{{ $value | toUpper }}')).toMatch(/^<error expanding template: .*expected string; got float64>$/)
})

test.each([
  ['{{ foo }}', '1:3: parse error: template: function "foo" not defined'],
  ['{{ query "up" }}', '1:3: not supported: template function query'],
  ['{{ range $labels }}{{ end }}', '1:3: not supported: template action range'],
  ['{{ with $value }}{{ end }}', '1:3: not supported: template action with'],
  ['{{ if true }}x', '1:3: parse error: template: unexpected EOF: {{if}} without {{end}}'],
  ['{{ end }}', '1:3: parse error: template: unexpected {{end}}'],
  ['a {{ $value', '1:3: parse error: template: unclosed action'],
  ['{{ $x := 1 }}', '1:3: parse error: template: undefined variable: "$x := 1"'],
  ['{{ humanize }}', '1:12: parse error: template: wrong number of args for humanize: want 1, got 0: ""'],
  [`{{ ${'('.repeat(1000)} }}`, 'nested too deeply'],
  ['{{ if true }}'.repeat(1000), 'nested too deeply'],
])('%s is refused when the rule is loaded', (template, reason) => {
  expect(expanded(template)).toContain(reason)
})
