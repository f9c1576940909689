import { Argument, Option } from 'commander';
import { defineCommand, runCommand, wholeNumber } from './cli/options.ts';
import type { CheckOptions } from './extractor/check.ts';

const extractor = defineCommand('npm run extractor --', 'Looks at the networks of EXTRACTORS_FILE.');

extractor.addCommand(
  defineCommand(
    'check',
    'Whether a network is fit to be used: opens it, and runs it on photos of known people.',
  )
    .addArgument(new Argument('<version>', 'of the network').argParser(wholeNumber(1, 32_767)))
    .addOption(
      new Option('--kind <kind>', 'where a version has several').choices(['face', 'body', 'attributes']),
    )
    .option(
      '--photos <dir>',
      'a folder for each person; or photos in which each face is a person (default: the six sample photos)',
    )
    .option('--copies <n>', 'jittered copies of a person with one photo', wholeNumber(2, 100), 10)
    .option('--svg <file>', 'write the two distributions as a picture')
    .option('--json', 'print the report as JSON', false)
    .addHelpText(
      'after',
      '\nStatus 0: fit. 1: not fit, the last lines say why. 2: wrong usage or settings. docs/networks.md explains the report.',
    )
    .action(async (version: number, options: CheckOptions) => {
      // The networks' code takes a second to load, which --help does not need.
      const { check } = await import('./extractor/check.ts');
      if (!(await check(version, options))) process.exitCode = 1;
    }),
);

await runCommand(extractor);
