import type { OpenInferenceNetwork } from '../../catalogue/network.ts';

type Server = OpenInferenceNetwork['server'];

/** `/v2` of a server, whose address may have a path of its own before it, and below it. */
export function serverAddress({ url }: Pick<Server, 'url'>, ...path: readonly string[]): URL {
  const address = new URL(url);
  const parts = ['v2', ...path.map(encodeURIComponent)];
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/${parts.join('/')}`;
  return address;
}

/** What is asked about or of a model: nothing for its metadata. */
export function modelAddress(server: Server, question?: 'ready' | 'infer'): URL {
  const { model, modelVersion } = server;
  return serverAddress(
    server,
    ...['models', model],
    ...(modelVersion === undefined ? [] : ['versions', modelVersion]),
    ...(question === undefined ? [] : [question]),
  );
}
