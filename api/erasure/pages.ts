import type { RequestHandler } from 'express';
import type { SignedCertificate } from '../../db/gc/certificateStore.ts';
import { certificatePage } from '../../views/pages/certificates/one.ts';
import { paths } from '../../views/paths.ts';
import { sendPage } from '../html/pageAnswer.ts';
import { uuidOf } from '../html/uuidOf.ts';
import { actorOf } from '../http/requestContext.ts';
import { taskIdOf } from '../tasks/pages/taskId.ts';
import type { ErasureActions } from './actions.ts';

/** Buttons that issue a certificate, and the page of one, to be printed. */
export function certificatePages({ erasureActions }: { readonly erasureActions: ErasureActions }) {
  const afterwards =
    (certify: (req: Parameters<RequestHandler>[0]) => Promise<SignedCertificate>): RequestHandler =>
    async (req, res) => {
      res.redirect(303, paths.certificate((await certify(req)).certificate_id));
    };
  const one: RequestHandler = async (req, res) => {
    const certificate = await erasureActions.find(uuidOf(req, 'certificate_id'));
    sendPage(req, res, 'certificates/one', certificatePage(certificate));
  };
  return {
    one,
    ofTask: afterwards((req) => erasureActions.certifyTask(taskIdOf(req), actorOf(req))),
    ofFace: afterwards((req) => erasureActions.certifyObject('face', uuidOf(req, 'face_id'), actorOf(req))),
    ofEvent: afterwards((req) =>
      erasureActions.certifyObject('event', uuidOf(req, 'event_id'), actorOf(req)),
    ),
  };
}
