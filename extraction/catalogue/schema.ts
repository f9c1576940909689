import { z } from 'zod';
import { faceCrops } from '../pictures/canonicalWarp.ts';
import { sampleSizes } from '../pictures/storedSample.ts';

const pixels = z.int().min(1).max(1_024);

/** The part of the stored sample that the network sees. */
const crop = z.union([
  z.enum(['whole', ...(Object.keys(faceCrops) as (keyof typeof faceCrops)[])]),
  z.strictObject({ left: z.int().min(0), top: z.int().min(0), width: pixels, height: pixels }),
]);

/** One number for all channels, or one for each, in the network's order of channels. */
const perChannel = z.union([z.number(), z.tuple([z.number(), z.number(), z.number()])]);
const notZero = perChannel.refine((value) => [value].flat().every((one) => one !== 0), 'not 0');

const tensorName = z.string().min(1).max(256);

/** Value of a pixel as the network wants it: (0..255 − mean) / std. */
const input = z.strictObject({
  name: tensorName.optional(),
  width: pixels,
  height: pixels,
  crop: crop.default('whole'),
  layout: z.enum(['NCHW', 'NHWC']).default('NCHW'),
  channels: z.enum(['RGB', 'BGR']).default('RGB'),
  type: z.enum(['float32', 'uint8']).default('float32'),
  mean: perChannel.default(0),
  std: notZero.default(1),
});

const described = z.strictObject({
  descriptor: z.strictObject({ name: tensorName.optional(), length: z.int().min(1).max(16_384) }),
});

const attributed = z.strictObject({
  age: tensorName,
  gender: tensorName.describe('the probability that the person is male'),
  emotions: z
    .strictObject({ name: tensorName, labels: z.array(z.string().regex(/^[a-z_]{1,32}$/)).min(1) })
    .optional(),
});

const httpUrl = z.string().refine((value) => {
  const url = URL.canParse(value) ? new URL(value) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '';
}, 'an http or https URL without a password');

const server = z.discriminatedUnion('protocol', [
  /** docs/remote-extractor.yaml: one image in, one vector out; the server cuts and scales. */
  z.strictObject({ protocol: z.literal('json'), url: httpUrl }),
  /** KServe's Open Inference Protocol, version 2: `url` up to, not including, /v2. */
  z.strictObject({
    protocol: z.literal('open-inference'),
    url: httpUrl,
    model: z.string().regex(/^[\w.-]{1,128}$/),
    modelVersion: z
      .string()
      .regex(/^[\w.-]{1,64}$/)
      .optional(),
  }),
]);

const common = {
  version: z.int().min(1).max(32_767),
  name: z.string().regex(/^[\w.-]{1,64}$/, 'letters, digits, dots, dashes and underscores'),
  /** Path of the ONNX file, from the folder of the file that names it. */
  model: z.string().min(1).max(1_024).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits')
    .optional(),
  server: server.optional(),
  input: input.optional(),
  /** Samples of one run. */
  batch: z.int().min(1).max(256).default(16),
  /** Of one run; processes gain more (EXTRACT_PROCESSES). */
  threads: z.int().min(1).max(64).default(1),
};

const network = z
  .discriminatedUnion('kind', [
    z.strictObject({ ...common, kind: z.literal('face'), outputs: described }),
    z.strictObject({ ...common, kind: z.literal('body'), outputs: described }),
    z.strictObject({ ...common, kind: z.literal('attributes'), outputs: attributed }),
  ])
  .superRefine(({ kind, model, server, input, sha256 }, { addIssue }) => {
    if ((model === undefined) === (server === undefined)) addIssue('either model or server is required');
    if (server?.protocol !== 'json' && input === undefined) addIssue('input is required');
    if (server?.protocol === 'json' && input !== undefined) {
      addIssue('input: not allowed for a json server, which crops and scales by itself');
    }
    if (sha256 !== undefined && model === undefined) addIssue('sha256 is only for a model file');
    const cut = input?.crop;
    if (typeof cut === 'string' && cut !== 'whole' && kind === 'body') {
      addIssue(`input.crop: ${cut} is a part of a face's sample`);
    }
    const size = sampleSizes[kind === 'body' ? 'body' : 'face'];
    if (
      typeof cut === 'object' &&
      (cut.left + cut.width > size.width || cut.top + cut.height > size.height)
    ) {
      addIssue(`input.crop: a sample of this kind has ${size.width}×${size.height} pixels`);
    }
  });

export const extractorsFile = z.strictObject({
  /** The networks that come with the service too. */
  extends: z.literal('built-in').optional(),
  extractors: z.array(network).max(1_000),
});

/** An entry of the file, with what is left out filled in. */
export type NetworkEntry = z.output<typeof network>;
export type NetworkInput = z.output<typeof input>;
export type NetworkServer = z.output<typeof server>;
