// Before uPlot: it hands the browser's language to Intl, which throws at what is none, as en-US@posix of a Chromium without a
// language of its machine.
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-GB' });
}
