declare const PAGE_SCRIPT: string | undefined
declare const PAGE_STYLE: string | undefined

// `.dev/bundle.mjs` puts the texts in: a file beside the bundle would be lost when the application itself is bundled.

/** The page's script; empty among the sources. */
export const script: string = typeof PAGE_SCRIPT === 'undefined' ? '' : PAGE_SCRIPT

/** The page's style sheet; empty among the sources. */
export const style: string = typeof PAGE_STYLE === 'undefined' ? '' : PAGE_STYLE

/** A governor: a value that is kept between two bounds. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0f766e"/><path d="M5 9h22M5 23h22" stroke="#fff" stroke-opacity=".45" stroke-width="1.6" stroke-dasharray="2 2.4"/><path d="M5 16c3 0 3.500-5 6-5s3.500 9 6.500 9 3-5.500 5-5.500 2.500 1.500 4.500 1.500" fill="none" stroke="#fff" stroke-width="2.600" stroke-linecap="round" stroke-linejoin="round"/></svg>`

/** The page itself: everything on it is made by the script. */
export const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<meta name="robots" content="noindex">
<title>Homeostat</title>
<link rel="icon" href="icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="console.css">
<script type="module" src="console.js"></script>
</head>
<body><div id="page"><noscript>The console needs JavaScript. Without it: npx homeostat report</noscript></div></body>
</html>
`
