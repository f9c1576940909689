import { environmentWith, type Environment } from './config.ts';
import { isSecret, readersOf, settingSentences, type Role } from './settings/settings.ts';

/** What any program may need of its user and machine. Proxies are not among it: their addresses may hold passwords. */
const plain =
  /^(PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TZ|LANG|LANGUAGE|LC_[A-Z]+|LD_LIBRARY_PATH|NODE_ENV|NODE_OPTIONS|NODE_COMPILE_CACHE|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|UV_THREADPOOL_SIZE)$/;

/** For fetching things: where from, and through which proxy. */
const fetching = /^(https?_proxy|no_proxy|all_proxy|PIP_[A-Z_]+|REQUESTS_CA_BUNDLE)$/i;

/** What OpenTelemetry's SDK reads itself and is no setting of ours: its queue and its patience. */
const tracing = /^OTEL_(BSP_[A-Z_]+|EXPORTER_OTLP_(TRACES_)?TIMEOUT)$/;

/** The environment of a program that has no setting of ours: a server, an extractor. */
export function plainEnvironment(env: Environment = environmentWith({})): Record<string, string> {
  return pick(env, (name) => plain.test(name));
}

export function fetchingEnvironment(env: Environment = environmentWith({})): Record<string, string> {
  return pick(env, (name) => plain.test(name) || fetching.test(name));
}

/** The environment of a process of ours: every setting, and of the secrets those that its kind reads. */
export function environmentFor(role: Role, env: Environment): Record<string, string> {
  const settings = Object.keys(settingSentences).flatMap((name) => {
    const names = isSecret(name) ? [name, `${name}_FILE`] : [name];
    // Empty, not absent: a file .env would fill in what is absent.
    if (!readersOf(name).includes(role)) return names.map((each) => [each, '']);
    return names.flatMap((each) => (env[each] === undefined ? [] : [[each, env[each]]]));
  });
  const own = pick(env, (name) => plain.test(name) || tracing.test(name));
  return { ...own, ...(Object.fromEntries(settings) as Record<string, string>) };
}

function pick(env: Environment, isWanted: (name: string) => boolean): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && isWanted(entry[0]),
    ),
  );
}
