import cronstrue from 'cronstrue';

/** What a cron expression says, such as `Every day at 02:30`. */
export function cronWords(cron: string): string {
  const words = cronstrue.toString(cron, {
    use24HourTimeFormat: true,
    // Every field has to match, the two days too.
    logicalAndDayFields: true,
    throwExceptionOnParseError: false,
  });
  const [, times] = /^At ((?:\d\d:\d\d(?:, | and )?)+)$/.exec(words) ?? [];
  return times === undefined ? words : `Every day at ${times}`;
}
