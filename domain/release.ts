/** The release of the manual that this service implements. */
export const release = { major: 5, minor: 2, patch: 7 } as const;
