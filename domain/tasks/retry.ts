/**
 * What a retry does again: objects that failed, or those of them that have one error; subtasks that did not end; or
 * both. What is done is never done again.
 */
export type RetryScope = 'failed' | 'unfinished' | 'all' | { readonly errorCode: number };
