import { z } from 'zod';

const severities = ['info', 'low', 'moderate', 'high', 'critical'] as const;

/** What `npm audit --json` answers, as far as it is read; a name in `via` leads to another package's own findings. */
export const auditReport = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({
      via: z.array(
        z.union([
          z.string(),
          z.object({ name: z.string(), title: z.string(), url: z.string(), severity: z.enum(severities) }),
        ]),
      ),
    }),
  ),
});

/** Findings that are known and left for now, with the reason, each until a day. */
export const acceptedFindings = z.array(
  z.strictObject({
    advisory: z.string().regex(/^GHSA(-[a-z0-9]{4}){3}$/),
    package: z.string().min(1),
    reason: z.string().min(20),
    until: z.iso.date(),
  }),
);

/** What must not be shipped: serious findings that no one has accepted, and acceptances that are over or fit nothing. */
export function judgeFindings(
  { vulnerabilities }: z.output<typeof auditReport>,
  accepted: z.output<typeof acceptedFindings>,
  today: string,
): string[] {
  const found = new Map<string, string>();
  for (const { via } of Object.values(vulnerabilities)) {
    for (const each of via) {
      if (typeof each === 'string' || severities.indexOf(each.severity) < severities.indexOf('high'))
        continue;
      const advisory = each.url.split('/').at(-1) ?? each.url;
      found.set(`${advisory} ${each.name}`, `${each.name}: ${each.title} (${each.severity}, ${each.url})`);
    }
  }
  const faults: string[] = [];
  for (const { advisory, package: name, until } of accepted) {
    const key = `${advisory} ${name}`;
    if (!found.has(key)) faults.push(`${key}: accepted, but no longer found; remove it from the list`);
    else if (until < today) faults.push(`${key}: was accepted until ${until} only`);
    found.delete(key);
  }
  return [...found.values(), ...faults];
}
