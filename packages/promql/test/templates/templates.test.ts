import { expect, test } from 'vitest'
import { createRules, createStore } from '../../src/index.ts'

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
  ['{{ range $k, $v := $labels }}{{ $k }}={{ $v }},{{ end }}', '__name__=x,disk=a,'],
  ['{{ range $labels }}{{ . }}{{ break }}{{ else }}none{{ end }}', 'x'],
  ['{{ range $k, $v := $labels }}{{ if eq $k "disk" }}{{ continue }}{{ end }}{{ $k }}{{ end }}', '__name__'],
  ['{{ range $externalLabels }}{{ end }}{{ range .ExternalLabels }}{{ . }}{{ end }}', 'blue'],
  ['{{ range args 1 "b" }}{{ . }};{{ end }}{{ (args 1 "b").arg1 }}', '1;b;b'],
  ['{{ with $labels.disk }}[{{ . }}]{{ else }}none{{ end }}', '[a]'],
  ['{{ with $labels.nope }}x{{ else with $value }}{{ . }}{{ end }}', '1234.5'],
  ['{{ with $labels }}{{ .disk }}{{ $.Value }}{{ end }}', 'a1234.5'],
  ['{{ with $v := $value | humanize }}{{ $v }}!{{ end }}', '1.234k!'],
  ['{{ $x := $value }}{{ if true }}{{ $x = 3 }}{{ end }}{{ $x }}', '3'],
  ['{{ . }}', '{map[__name__:x disk:a] map[cluster:blue] http://prometheus.example/prom/ 1234.5}'],
  ['{{ or 0 "" }} {{ and 1 0 (index 5 5) }} {{ "" | or "z" }}', ' 0 z'],
  ['{{ match "a.c" "xabcx" }} {{ match "^b" "abc" }} {{ match "a.c" "a\\nc" }}', 'true false false'],
  ['{{ reReplaceAll "(a)(b)" "$2-$1" "ab cab" }} {{ reReplaceAll "^a" "x" "aaa" }}', 'b-a cb-a xaa'],
  ['{{ reReplaceAll "b*" "-" "abc" }} {{ reReplaceAll "(?P<host>[^:]+):.*" "${host}" "h1:80" }}', '-a-c- h1'],
  [`{{ html "<a&b>" }} {{ js "it's" }} {{ urlquery "a b&c" }}`, String.raw`&lt;a&amp;b&gt; it\'s a+b%26c`],
  ['{{ slice "abcdef" 1 3 }} {{ println "x" 1 }}', 'bc x 1\n'],
  ['{{ graphLink "up == 0" }} {{ tableLink "up" }}', '/graph?g0.expr=up+%3D%3D+0&g0.tab=0 /graph?g0.expr=up&g0.tab=1'],
  ["{{ 'a' }} {{ 0x10 }} {{ 1_000 }} {{ 1e3 }} {{ -5 }} {{ +5 }}", '97 16 1000 1000 -5 5'],
  ['{{ print nil }} {{ now }} {{ safeHtml "<b>" }}', '<nil> 1 <b>'],
  ['x {{- "y" -}} z{{/* comment */}}{{- /* another */ -}}  w', 'xyzw'],
])('%j reads %j', (template, text) => {
  expect(expanded(template)).toBe(text)
})

test('a large value has an exponent, as Go prints it', () => {
  expect(expanded('{{ $value }}', 1_234_567.5)).toBe('1.2345675e+06')
  expect(expanded('{{ $value }}', 123_456)).toBe('123456')
})

test('a template that fails on its data shows the error in its place, and the alert exists', () => {
  expect(expanded('{{ gt $value 1000 }}')).toBe(
    '<error expanding template: error executing template __alert_A: template: __alert_A:1:115: ' +
      'executing "__alert_A" at <gt $value 1000>: error calling gt: incompatible types for comparison>',
  )
})

// The words are promtool's own, with what stands before them taken away.
test.each([
  ['{{ $value | toUpper }}', '1:124', 'toUpper', 'wrong type for value; expected string; got float64'],
  ['{{ humanize }}', '1:115', 'humanize', 'wrong number of args for humanize: want 1 got 0'],
  ['{{ humanize true }}', '1:115', 'humanize true', "error calling humanize: can't convert bool to float"],
  ['{{ $value.x }}', '1:121', '$value.x', "can't evaluate field x in type float64"],
  ['{{ $labels.a.b }}', '1:122', '$labels.a.b', "can't evaluate field b in type string"],
  ['{{ (printf "%d" 5).x }}', '1:128', '5', "can't evaluate field x in type string"],
  ['{{ $value 1 }}', '1:115', '$value', "can't give argument to non-function $value"],
  ['{{ nil }}', '1:115', 'nil', 'nil is not a command'],
  ['{{ title 5 }}', '1:121', '5', 'expected string; found 5'],
  ['{{ range $value }}x{{ end }}', '1:121', '$value', "range can't iterate over 1234.5"],
  ['{{ index $labels 5 }}', '1:115', 'index $labels 5', 'error calling index: value has type int; should be string'],
  ['{{ slice "abc" 5 }}', '1:115', 'slice "abc" 5', 'error calling slice: index out of range: 5'],
  ['{{ lt true false }}', '1:115', 'lt true false', 'error calling lt: invalid type for comparison'],
  ['{{ stripPort "a" | len | toUpper }}', '1:137', 'toUpper', 'wrong type for value; expected string; got int'],
  [
    'l1\n {{ if true }}\n {{ gt   $value    1000 }}{{ end }}',
    '3:4',
    'gt $value 1000',
    'error calling gt: incompatible types for comparison',
  ],
])('%j fails at %s, in <%s>: %s', (template, place, at, reason) => {
  expect(expanded(template)).toBe(
    `<error expanding template: error executing template __alert_A: template: __alert_A:${place}: executing "__alert_A" at <${at}>: ${reason}>`,
  )
})

test('a template that would run or write without end is stopped', () => {
  expect(expanded('{{ range 1000000000 }}{{ end }}')).toContain('more than 100000 steps')
  expect(expanded('{{ range 90000 }}{{ printf "%100d" 1 }}{{ end }}')).toContain('more than 1048576 characters')
})

test.each([
  ['{{ foo }}', '1:4: parse error: template: function "foo" not defined'],
  ['{{ query "up" }}', '1:4: not supported: template function query'],
  ['{{ define "x" }}{{ end }}', '1:4: not supported: template action define'],
  ['{{ if true }}x', '1:4: parse error: template: unexpected EOF'],
  ['{{ end }}', '1:4: parse error: template: unexpected {{end}}'],
  ['{{ if true }}{{ else }}{{ else }}{{ end }}', '1:27: parse error: template: expected end'],
  ['{{ break }}', '1:4: parse error: template: {{break}} outside {{range}}'],
  ['{{ 3 | 4 }}', '1:8: parse error: template: non executable command in pipeline stage 2'],
  ['{{ if }}{{ end }}', '1:7: parse error: template: missing value for if'],
  ['{{ "abc }}', '1:4: parse error: template: unterminated quoted string'],
  ['{{ 12ab }}', '1:4: parse error: template: bad number syntax: "12ab"'],
  ['{{ $a, $b := 1 }}', 'parse error: template: too many declarations in command'],
  ['{{ $a = 1 }}', 'parse error: template: undefined variable "$a"'],
  ['{{ with $a := 1 }}{{ end }}{{ $a }}', '1:31: parse error: template: undefined variable "$a"'],
  ['a {{ $value', '1:5: parse error: template: unclosed action'],
  ['{{ $x }}', '1:4: parse error: template: undefined variable "$x"'],
  [`{{ ${'('.repeat(1000)} }}`, 'nested too deeply'],
  ['{{ if true }}'.repeat(1000), 'nested too deeply'],
])('%s is refused when the rule is loaded', (template, reason) => {
  expect(expanded(template)).toContain(reason)
})
