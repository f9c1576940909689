import type { Score, ZxcvbnFactory } from '@zxcvbn-ts/core';

export interface PasswordStrength {
  /** From 0, guessed at once, to 4. */
  readonly score: Score;
  /** Why it is easy to guess, and what to do about it; empty: nothing is wrong with it. */
  readonly advice: string;
}

export type RatePassword = (password: string, words: readonly string[]) => Promise<PasswordStrength>;

/** Rates passwords by how many guesses they would need: common passwords, words, names, dates, patterns. Asks no other machine. */
export function createPasswordStrength(): RatePassword {
  // The dictionaries take a tenth of a second to read: they are read when the first password is chosen.
  let reading: Promise<ZxcvbnFactory> | undefined;
  return async (password, words) => {
    const rater = await (reading ??= readDictionaries());
    const { score, feedback } = rater.check(password, [...words]);
    const advice = [feedback.warning, ...feedback.suggestions].filter((text) => text !== null && text !== '');
    return { score, advice: advice.join(' ') };
  };
}

async function readDictionaries(): Promise<ZxcvbnFactory> {
  const [core, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  return new core.ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
    translations: english.translations,
    // Of 128 characters some texts would keep a processor busy for a second.
    maxLength: 64,
  });
}
