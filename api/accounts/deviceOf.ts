import Bowser from 'bowser';

/** A browser and its system in plain words, such as "Firefox on Windows"; of a program what it calls itself. */
export function deviceOf(userAgent: string): string {
  if (userAgent === '') return 'Unknown program';
  const { browser, os } = Bowser.parse(userAgent);
  const program = browser.name ?? '';
  if (program === '') return userAgent.split(/[\s/(]/, 1)[0] ?? userAgent;
  return os.name === undefined ? program : `${program} on ${os.name}`;
}
