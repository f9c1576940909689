import { findExtractor, type ExtractorKind } from './catalogue.ts';
import type { Extractor, Model } from './extractor.ts';
import { loadFaceres } from './models/faceres.ts';
import { loadMobileface } from './models/mobileface.ts';
import { loadStripes } from './models/stripes.ts';
import { loadResnet128 } from './models/resnet128.ts';

const loaders: Readonly<Record<string, () => Promise<Model>>> = {
  resnet128: loadResnet128,
  stripes: loadStripes,
  faceres: loadFaceres,
  mobileface: loadMobileface,
};

/** The extractor of a version, ready to be loaded. Throws when the catalogue has none. */
export function getExtractor(version: number, kind: ExtractorKind): Extractor {
  const entry = findExtractor(version, kind);
  const load = entry && loaders[entry.name];
  if (!load) throw new Error(`No extractor of ${kind} descriptors with version ${version}`);
  return { ...entry, load };
}
