import { Argument, Option } from 'commander';
import { defineCommand, runCommand, wholeNumber } from './cli/options.ts';
import type { CheckOptions } from './extractor/check.ts';

const extractor = defineCommand('npm run extractor --', 'Inspects the networks of EXTRACTORS_FILE.');

extractor.addCommand(
  defineCommand(
    'check',
    'Checks whether a network is fit for use: opens it and runs it on photos of known people.',
  )
    .addArgument(new Argument('<version>', 'of the network').argParser(wholeNumber(1, 32_767)))
    .addOption(
      new Option('--kind <kind>', 'where a version has several').choices(['face', 'body', 'attributes']),
    )
    .option(
      '--photos <dir>',
      'one folder per person, or photos in which each face is a person (default: the six sample photos)',
    )
    .option('--copies <n>', 'jittered copies of a person who has one photo', wholeNumber(2, 100), 10)
    .option('--svg <file>', 'write the two distributions as an SVG file')
    .option('--json', 'print the report as JSON', false)
    .addHelpText(
      'after',
      '\nStatus 0: fit. 1: not fit, the last lines say why. 2: invalid usage or settings. docs/networks.md explains the report.',
    )
    .action(async (version: number, options: CheckOptions) => {
      // The networks' code takes a second to load, which --help does not need.
      const { check } = await import('./extractor/check.ts');
      if (!(await check(version, options))) process.exitCode = 1;
    }),
);

await runCommand(extractor);
