import type { ErrorObject } from 'ajv/dist/2020.js';
import { DomainError, type ErrorName, type Fault } from '../../../domain/errors.ts';

export interface DocumentFault extends Fault {
  readonly isMissing: boolean;
}

function firstFault(errors: readonly ErrorObject[], names?: Readonly<Record<string, string>>): DocumentFault {
  const [error] = errors;
  if (error === undefined) return { path: '', message: 'is not as documented', isMissing: false };
  return toFault(error, names);
}

export function toFault(error: ErrorObject, names: Readonly<Record<string, string>> = {}): DocumentFault {
  const params = error.params as Record<string, unknown>;
  const at = (...more: unknown[]): string =>
    [...error.instancePath.split('/').slice(1).map(unescapePointer), ...more]
      .map((step) => (Object.hasOwn(names, String(step)) ? names[String(step)] : String(step)))
      .join('.');
  switch (error.keyword) {
    case 'required':
      return { path: at(params['missingProperty']), message: 'required', isMissing: true };
    case 'discriminator':
      return params['tagValue'] === undefined
        ? { path: at(params['tag']), message: 'required', isMissing: true }
        : { path: at(params['tag']), message: 'not one of the known values', isMissing: false };
    case 'additionalProperties':
      return { path: at(params['additionalProperty']), message: 'unknown', isMissing: false };
    case 'enum':
      return {
        path: at(),
        message: `must be one of ${(params['allowedValues'] as unknown[]).join(', ')}`,
        isMissing: false,
      };
    case 'const':
      return { path: at(), message: `must be ${JSON.stringify(params['allowedValue'])}`, isMissing: false };
    default:
      return { path: at(), message: error.message ?? 'is not as documented', isMissing: false };
  }
}

export function bodyFault(
  errors: readonly ErrorObject[],
  names: Readonly<Record<string, string>>,
): DomainError {
  return toError(firstFault(errors, names), 'fieldMissing', 'validationFailed');
}

/** A required parameter without a value is as good as missing. */
export function queryFault(
  errors: readonly ErrorObject[],
  isRequired: (name: string) => boolean,
): DomainError {
  const fault = firstFault(errors);
  const isEmpty =
    isRequired(fault.path) && errors[0]?.keyword === 'minLength' && errors[0].params['limit'] === 1;
  const told = isEmpty ? { ...fault, message: 'required', isMissing: true } : fault;
  return toError(told, 'queryParameterMissing', 'badQueryParameter');
}

/** A malformed uuid is a fault of the request; anything else makes an address that does not exist. */
export function pathFault(errors: readonly ErrorObject[], isUuid: (name: string) => boolean): DomainError {
  const fault = firstFault(errors);
  return isUuid(fault.path)
    ? toError({ ...fault, message: 'not a lower-case UUID' }, 'notUuid', 'notUuid')
    : new DomainError('pageNotFound', 'no such page');
}

function toError(
  { path, message, isMissing }: DocumentFault,
  missing: ErrorName,
  other: ErrorName,
): DomainError {
  return new DomainError(isMissing ? missing : other, { path, message });
}

function unescapePointer(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
