import { v7 as newId } from 'uuid';
import type { ErasureCertificate } from '../../domain/gc/certificate.ts';
import { recordAudit, type Actor } from '../audit/auditStore.ts';
import { timeOf } from '../sql/databaseClock.ts';
import type { Database } from '../sql/connection.ts';

export type SignedCertificate = ErasureCertificate & { readonly signature: string };

export type CertificateStore = ReturnType<typeof createCertificateStore>;

/** Certificates that were issued. They are never changed or removed. */
export function createCertificateStore(db: Database) {
  return {
    /** Keeps what `make` makes and signs, with its entry in the audit. */
    issue: (
      make: (certificateId: string, issueTime: Date) => SignedCertificate,
      actor: Actor,
    ): Promise<SignedCertificate> =>
      db.transaction(async (tx) => {
        const certificate = make(newId(), await timeOf(tx));
        const { certificate_id: id, subject, nothing_left, removal } = certificate;
        await tx.query('insert into erasure_certificates (certificate_id, document) values ($1, $2)', [
          id,
          JSON.stringify(certificate),
        ]);
        await recordAudit(tx, {
          ...{ actor, action: 'task.certify', objectType: 'task', objectId: removal.task_id },
          after: { certificate_id: id, subject, nothing_left },
        });
        return certificate;
      }),

    find: async (certificateId: string): Promise<SignedCertificate | null> => {
      const [row] = await db.query<{ document: SignedCertificate }>(
        'select document from erasure_certificates where certificate_id = $1',
        [certificateId],
      );
      return row?.document ?? null;
    },
  };
}
