/** Whether no range of time ends where it begins, or before: such a filter is refused when a task is ordered. */
export function hasNoEmptyRange(filter: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(filter).every(([name, below]) => {
    const from = name.endsWith('__lt') ? filter[name.replace(/__lt$/, '__gte')] : undefined;
    return typeof from !== 'string' || typeof below !== 'string' || from < below;
  });
}
